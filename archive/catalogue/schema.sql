-- What the archive has and where it is. Derived from shards and indexes; `cundang rebuild --catalogue` makes it again.

-- dead: rows of `words` whose document is gone; waiting: documents that came since near copies were last searched for;
-- places: the GB/T 2260 code of each site, and the version of the terms, as JSON.
CREATE TABLE about (version INTEGER NOT NULL, dead INTEGER NOT NULL, waiting INTEGER NOT NULL, places TEXT NOT NULL);

-- The shards and indexes that were read. path: below the data folder; mark: identifies the content; of an index also
-- first, last: the stamps of its captures ('' if none has one); turn: as in turns.py, '' if its dates are in order.
CREATE TABLE sources (
    id    INTEGER PRIMARY KEY,
    path  TEXT NOT NULL UNIQUE,
    mark  TEXT NOT NULL,
    first TEXT NOT NULL DEFAULT '',
    last  TEXT NOT NULL DEFAULT '',
    turn  TEXT NOT NULL DEFAULT ''
);

-- What a shard or an index looked like when it was last read (size, times, inode), and its mark: as long as it looks the
-- same, it is not read again.
CREATE TABLE looked (
    path  TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    mark  TEXT NOT NULL
);

-- The next number of each day. Numbers are never reused, so an entry of `words` without its document finds nothing.
CREATE TABLE days (
    day  INTEGER PRIMARY KEY,
    next INTEGER NOT NULL
);

CREATE TABLE documents (
    number    INTEGER PRIMARY KEY, -- begins with the day: "newest first" walks the numbers down
    source    INTEGER NOT NULL REFERENCES sources(id),
    row       INTEGER NOT NULL,   -- in the shard, from 0
    id        TEXT NOT NULL,
    url       TEXT NOT NULL,
    site      TEXT NOT NULL,
    captured  TEXT,
    published TEXT,
    claimed   TEXT,               -- the day that the page states but that cannot be true
    day       TEXT NOT NULL,      -- published, else captured (Asia/Shanghai), else ''; the day for "newest first"
    kind      TEXT NOT NULL,
    title     TEXT,
    publisher TEXT,               -- 来源
    author    TEXT,
    editor    TEXT,
    contributor TEXT,
    columns   TEXT NOT NULL,      -- the breadcrumb, JSON
    script    TEXT NOT NULL,
    flags     TEXT NOT NULL,      -- JSON
    extractor TEXT NOT NULL,
    han       INTEGER NOT NULL,
    credible  INTEGER NOT NULL,   -- 1: no flag casts doubt on it as the origin of its text
    fold      TEXT NOT NULL,      -- digest of the text without width, case, spaces and punctuation
    whole     TEXT NOT NULL,      -- the same, including the further pages of an article
    exact     INTEGER NOT NULL,   -- digest of what makes a version: title, day, source, author, text
    same      INTEGER NOT NULL,   -- digest of this and of all else that a reader sees of the document
    first_same INTEGER,           -- the number of the first of captures in a row that gave the same; null: it is it
    seen      TEXT,               -- when its URL was first captured (14 digits, UTC); null if no capture has a date
    latest    INTEGER NOT NULL,   -- 1: the document of its URL's latest capture, or that this capture refers to, or
                                  -- the first of captures in a row that gave the same;
                                  -- 0: older documents, and all documents of a URL that is an alias
    duplicate_of TEXT,            -- the id of the first credible one of the latest documents with equal text
    part_of   TEXT,               -- of an article on several pages: the URL of the first page
    part_no   INTEGER,            -- the page's number, from 1
    head      INTEGER,            -- of a further page: the number of the latest document of the first page
    alias_of  TEXT,               -- of a further address of an article: the article's main URL
    gone      TEXT,               -- the day (Asia/Shanghai) on which its URL was first missing; null: it is there
    near_of   TEXT                -- the id of the first credible one of the latest documents that are copies of each
                                  -- other, word for word or nearly
);

-- Where documents name places and organisations; see mentions.py.
CREATE TABLE mentions (
    number INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,
    kind   TEXT NOT NULL,         -- place, organisation
    part   TEXT NOT NULL,         -- title, text
    start  INTEGER NOT NULL,      -- offsets in it, in characters
    "end"  INTEGER NOT NULL,
    words  TEXT NOT NULL,
    name   TEXT NOT NULL,
    code   TEXT NOT NULL,         -- GB/T 2260; '' if it is unclear which place is meant
    how    TEXT NOT NULL          -- of places: name, parent, site, open; of organisations: place, own
);

-- How often the terms of terms.toml occur in documents, including their titles.
CREATE TABLE terms (
    number      INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,
    term        TEXT NOT NULL,
    occurrences INTEGER NOT NULL
);

-- The winnowed fingerprints of a document's text: 32 bits each, sorted.
CREATE TABLE prints (
    number INTEGER PRIMARY KEY REFERENCES documents(number) ON DELETE CASCADE,
    prints BLOB NOT NULL
);

-- The results of comparing two texts, stored so that each pair is compared once. a, b: digests as in `documents.whole`,
-- the smaller one first.
CREATE TABLE likenesses (
    a       TEXT NOT NULL,
    b       TEXT NOT NULL,
    kind    TEXT NOT NULL,        -- same, spun, excerpt, stencil; '' if neither is made from the other
    rare    INTEGER NOT NULL,     -- 1: the kind is valid only if what they share is rare; without a kind: they share
                                  -- too little unless it is rare, and no more is known
    a_share REAL NOT NULL,        -- the share of the characters of a that b contains too
    b_share REAL NOT NULL,
    edited  TEXT NOT NULL,        -- of a stencil with one other fact: same, spun if both are the same article
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- Pairs of texts made from one another, the older first; within a cluster, only the pairs with its first text.
CREATE TABLE near_texts (
    a       TEXT NOT NULL,
    b       TEXT NOT NULL,
    kind    TEXT NOT NULL,
    a_share REAL NOT NULL,
    b_share REAL NOT NULL
);

-- The edits, deletions and returns of each page that has had a text, made again when a capture of it comes or goes.
CREATE TABLE changes (
    url  TEXT NOT NULL,
    seen TEXT NOT NULL,           -- the stamp of the capture that shows it
    what TEXT NOT NULL,           -- edited, deleted, back
    id   TEXT NOT NULL            -- of the document with the new text; if deleted, of the last document before
);

CREATE TABLE skips (
    source   INTEGER NOT NULL REFERENCES sources(id),
    id       TEXT NOT NULL,
    url      TEXT NOT NULL,
    site     TEXT NOT NULL,
    captured TEXT,
    status   INTEGER,
    reason   TEXT NOT NULL,
    detail   TEXT NOT NULL,
    gone     INTEGER NOT NULL      -- 1: it says that nothing is there: soft_404, and redirects as in astray.py
);

CREATE TABLE captures (
    source INTEGER NOT NULL REFERENCES sources(id),
    id     TEXT NOT NULL,
    url    TEXT NOT NULL,
    stamp  TEXT NOT NULL,         -- 14 digits, UTC; '' if the record has no date
    turn   TEXT NOT NULL,         -- the stamp; if the clock was wrong, the stamp of the capture before, followed by its own
    status INTEGER,
    mime   TEXT NOT NULL,         -- warc/revisit for revisit records
    digest TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL
);

-- One token per Han character: any Chinese word is a phrase, found exactly at any length. The texts stay in the shards.
-- `words.py` makes the tokens, so the simplest tokenizer will do; column sizes are not needed.
CREATE VIRTUAL TABLE words USING fts5(title, text, content='', columnsize=0, tokenize='ascii');
