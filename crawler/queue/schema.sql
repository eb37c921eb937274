-- The frontier of one site: state/<site>.sqlite. Raise VERSION in database.py with every change; a file of an
-- earlier version gets the tables and columns that it lacks from here.

CREATE TABLE IF NOT EXISTS address (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL,           -- scheme, host and port
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL,
    depth INTEGER NOT NULL,         -- links from a start page; pages of a pager and redirects do not count
    hops INTEGER NOT NULL,          -- redirects that led here
    pager INTEGER,                  -- the address whose pager led here
    parent TEXT, anchor TEXT, row_date TEXT,
    -- Visits are numbered from 1. born: the visit that found the address; seen: the last one that met a link to it;
    -- visited: the last one in which it answered.
    seen INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before REAL,                -- seconds since 1970
    reason TEXT, detail TEXT,
    status INTEGER, fetched REAL,   -- of the last answer
    born INTEGER NOT NULL DEFAULT 0,
    visited INTEGER NOT NULL DEFAULT 0,
    role TEXT,                      -- list, article; null: neither, or not answered yet
    first REAL,                     -- when it answered first
    span REAL,                      -- of a list: the seconds from one check to the next
    check_at REAL,                  -- when it is due again; null: never if it is done, at once if it failed
    etag TEXT, modified TEXT,       -- of its last full answer
    form TEXT,                      -- body of a POST; null: it is a GET
    shown INTEGER,                  -- articles that a list is used to show
    day REAL,                       -- of an article: its own day, seconds since 1970; null: the page states none
    alias_of INTEGER,               -- the address that is checked in its stead: it had the same article
    gone REAL,                      -- when an article was first missed; null while it is there
    -- 1: it has led to what no visit had found before, or shown rows of its own. That is not known of those of earlier
    -- versions, and taken for so.
    bore INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS due ON address (origin, priority, id) WHERE state = 'pending' AND not_before IS NULL;
CREATE INDEX IF NOT EXISTS waiting ON address (not_before) WHERE state = 'pending' AND not_before IS NOT NULL;
CREATE INDEX IF NOT EXISTS troubled ON address (id) WHERE reason IS NOT NULL;
CREATE TABLE IF NOT EXISTS capture (
    url TEXT PRIMARY KEY, digest TEXT NOT NULL, record TEXT NOT NULL, date TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payload ON capture (digest);
-- What the pages of a pager showed; pager 0: what articles said.
CREATE TABLE IF NOT EXISTS listing (pager INTEGER, digest BLOB, PRIMARY KEY (pager, digest)) WITHOUT ROWID;
-- The first address that had an article's text.
CREATE TABLE IF NOT EXISTS article (digest BLOB PRIMARY KEY, address INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alias ON address (alias_of) WHERE alias_of IS NOT NULL;
-- Parameters of addresses that make no difference.
CREATE TABLE IF NOT EXISTS idle (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shape (
    shape TEXT PRIMARY KEY,
    barren REAL NOT NULL,           -- how much of the patience with fruitless pages in a row is used up; 1: barren
    finds INTEGER NOT NULL,         -- pages that led to something or showed articles
    -- Of a barren shape, in this visit: addresses that were left out, those since one was asked for, and how many are to
    -- be before the next one is.
    spared INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL DEFAULT 0, gap INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (origin TEXT PRIMARY KEY, read REAL NOT NULL, body BLOB);  -- null: it has none
-- Origins that no connection could be made to, see crawler/queue/silence.py.
CREATE TABLE IF NOT EXISTS silent (origin TEXT PRIMARY KEY, since REAL NOT NULL, tried REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS visit (number INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL);
CREATE TABLE IF NOT EXISTS run (
    began REAL NOT NULL, seconds REAL NOT NULL, visit INTEGER NOT NULL, ending TEXT NOT NULL, pages INTEGER NOT NULL,
    articles INTEGER NOT NULL, requisites INTEGER NOT NULL, revisits INTEGER NOT NULL, bytes INTEGER NOT NULL,
    shortfall TEXT                  -- what came far less than before; null: nothing did
);
-- What a page of a list said when it answered last, and the first page of that list.
CREATE TABLE IF NOT EXISTS ledger (
    page INTEGER PRIMARY KEY, list INTEGER NOT NULL,
    claimed INTEGER, claimed_pages INTEGER, evidence TEXT NOT NULL,
    controls TEXT NOT NULL,         -- JSON: what could not be followed
    blind INTEGER NOT NULL,         -- dated rows without an address
    leads INTEGER NOT NULL,         -- links that can be followed
    rows INTEGER NOT NULL DEFAULT 0, -- articles on the site's hosts
    beyond INTEGER NOT NULL DEFAULT 0 -- links that are not followed: the page has too many
);
CREATE INDEX IF NOT EXISTS ledger_list ON ledger (list);
-- The rows of each list: on the site's hosts by their address, on others by their URL.
CREATE TABLE IF NOT EXISTS listed (list INTEGER, address INTEGER, PRIMARY KEY (list, address)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS elsewhere (
    list INTEGER, url TEXT, host TEXT NOT NULL,
    page INTEGER,                   -- the one that shows it; null: none does now
    PRIMARY KEY (list, url)
) WITHOUT ROWID;
-- Gaps of the last visit that came to its end, by the list's address or the doubt about the site.
CREATE TABLE IF NOT EXISTS gap (what TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
