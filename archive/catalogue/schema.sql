-- What we have and where it is. Derived from the shards and the indexes; `cundang rebuild --catalogue` makes it anew.

-- dead: rows of `words` whose document is gone; waiting: documents that came since near copies were last looked for; places: the GB/T 2260 code of each site and the version of the terms, JSON.
CREATE TABLE about (version INTEGER NOT NULL, dead INTEGER NOT NULL, waiting INTEGER NOT NULL, places TEXT NOT NULL);

-- A shard or an index that was read, and by what it is known: path below the data folder.
CREATE TABLE sources (
    id   INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    mark TEXT NOT NULL
);

-- Of each day the next number. A number is never used again, so an entry of `words` that outlived its document finds
-- nothing.
CREATE TABLE days (
    day  INTEGER PRIMARY KEY,
    next INTEGER NOT NULL
);

CREATE TABLE documents (
    number    INTEGER PRIMARY KEY, -- begins with the day: "newest first" is to walk the numbers down
    source    INTEGER NOT NULL REFERENCES sources(id),
    row       INTEGER NOT NULL,   -- in the shard, from 0
    id        TEXT NOT NULL,
    url       TEXT NOT NULL,
    site      TEXT NOT NULL,
    captured  TEXT,
    published TEXT,
    claimed   TEXT,               -- the day that the page states and that cannot be true
    day       TEXT NOT NULL,      -- published, else captured (Asia/Shanghai), else '': what "newest first" goes by
    kind      TEXT NOT NULL,
    title     TEXT,
    publisher TEXT,               -- 来源
    author    TEXT,
    columns   TEXT NOT NULL,      -- the breadcrumb, JSON
    script    TEXT NOT NULL,
    flags     TEXT NOT NULL,      -- JSON
    extractor TEXT NOT NULL,
    han       INTEGER NOT NULL,
    credible  INTEGER NOT NULL,   -- 1: no flag says that another page is the better witness
    fold      TEXT NOT NULL,      -- of the text without width, case, spaces and punctuation: equal for exact duplicates
    whole     TEXT NOT NULL,      -- the same, with the further pages of an article that has some
    latest    INTEGER NOT NULL,   -- 1: of its URL's documents the one that the latest capture gave, or refers to;
                                  -- 0 for all documents of a URL that is an alias
    duplicate_of TEXT,            -- of the latest documents with equal text, the id of the first credible one
    part_of   TEXT,               -- of an article on several pages: the URL of the first
    part_no   INTEGER,            -- the page's number, from 1
    head      INTEGER,            -- of a further page: number of the latest document of the first, which stands for all
    alias_of  TEXT,               -- of another address of an article: the URL that stands for it
    gone      TEXT,               -- the day (Asia/Shanghai) on which its URL was first missed; null where it is there
    near_of   TEXT                -- of the latest documents that are copies of each other, word for word or nearly, the
                                  -- id of the first credible one
);

-- Where documents name places and organisations; see mentions.py.
CREATE TABLE mentions (
    number INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE,
    kind   TEXT NOT NULL,         -- place, organisation
    part   TEXT NOT NULL,         -- title, text
    start  INTEGER NOT NULL,      -- characters of it
    "end"  INTEGER NOT NULL,
    words  TEXT NOT NULL,
    name   TEXT NOT NULL,
    code   TEXT NOT NULL,         -- GB/T 2260; '' where it is open which place is meant
    how    TEXT NOT NULL          -- name, parent, site, open; of organisations place, own
);

-- How often documents hold the terms of terms.toml, their titles included.
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

-- Two texts that were compared, by the digests of `documents.whole`, the smaller one first: kept, so that it is done once.
CREATE TABLE likenesses (
    a       TEXT NOT NULL,
    b       TEXT NOT NULL,
    kind    TEXT NOT NULL,        -- same, spun, excerpt, stencil; '' for texts that are not made from each other
    rare    INTEGER NOT NULL,     -- 1: the kind holds only if what they share is rare
    a_share REAL NOT NULL,        -- of the characters of a, those that b holds too
    b_share REAL NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- Texts that are made from each other, the older first; of a cluster of copies each with the first.
CREATE TABLE near_texts (
    a       TEXT NOT NULL,
    b       TEXT NOT NULL,
    kind    TEXT NOT NULL,
    a_share REAL NOT NULL,
    b_share REAL NOT NULL
);

CREATE TABLE skips (
    source   INTEGER NOT NULL REFERENCES sources(id),
    id       TEXT NOT NULL,
    url      TEXT NOT NULL,
    site     TEXT NOT NULL,
    captured TEXT,
    status   INTEGER,
    reason   TEXT NOT NULL,
    detail   TEXT NOT NULL
);

CREATE TABLE captures (
    source INTEGER NOT NULL REFERENCES sources(id),
    id     TEXT NOT NULL,
    url    TEXT NOT NULL,
    stamp  TEXT NOT NULL,         -- 14 digits, UTC; '' where the record has no date
    status INTEGER,
    mime   TEXT NOT NULL,         -- warc/revisit for revisit records
    digest TEXT NOT NULL,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL
);

-- One token a Han character: any Chinese word is a phrase, exact for every length. The texts stay in the shards.
-- `words.py` makes the tokens, so the simplest tokenizer will do, and nobody asks how long a text is.
CREATE VIRTUAL TABLE words USING fts5(title, text, content='', columnsize=0, tokenize='ascii');
