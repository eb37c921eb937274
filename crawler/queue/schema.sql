-- The frontier of one site: state/<site>.sqlite.

CREATE TABLE IF NOT EXISTS address (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL,
    depth INTEGER NOT NULL,         -- links from a start page; pages of a pager and redirects do not count
    hops INTEGER NOT NULL,          -- redirects that led here
    pager INTEGER,                  -- the address whose pager led here
    parent TEXT, anchor TEXT, row_date TEXT,
    seen INTEGER NOT NULL,          -- the last visit that met a link to it
    tries INTEGER NOT NULL DEFAULT 0,
    not_before REAL,                -- seconds since 1970
    reason TEXT, detail TEXT,
    status INTEGER, fetched REAL,   -- of the last answer
    born INTEGER NOT NULL DEFAULT 0,    -- the visit that found it
    visited INTEGER NOT NULL DEFAULT 0, -- the last visit that it answered in
    role TEXT,                      -- list, article; null: neither, or not answered yet
    first REAL,                     -- when it answered first
    span REAL, checks INTEGER NOT NULL DEFAULT 0,   -- of a list's clock, of an article's
    check_at REAL,                  -- when it is asked for again; null: never if it is done, at once if it failed
    etag TEXT, modified TEXT,       -- of its last full answer
    form TEXT,                      -- body of a POST; null: it is a GET
    shown INTEGER                   -- articles that a list is used to show
);
CREATE INDEX IF NOT EXISTS due ON address (host, priority, id) WHERE state = 'pending' AND not_before IS NULL;
CREATE INDEX IF NOT EXISTS waiting ON address (not_before) WHERE state = 'pending' AND not_before IS NOT NULL;
CREATE INDEX IF NOT EXISTS troubled ON address (id) WHERE reason IS NOT NULL;
CREATE TABLE IF NOT EXISTS capture (
    url TEXT PRIMARY KEY, digest TEXT NOT NULL, record TEXT NOT NULL, date TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payload ON capture (digest);
-- What the pages of a pager showed; pager 0: what articles said.
CREATE TABLE IF NOT EXISTS listing (pager INTEGER, digest BLOB, PRIMARY KEY (pager, digest)) WITHOUT ROWID;
-- What the pages of a shape were judged to be.
CREATE TABLE IF NOT EXISTS learned (
    shape TEXT PRIMARY KEY, articles INTEGER NOT NULL, lists INTEGER NOT NULL
) WITHOUT ROWID;
-- Parameters of addresses that make no difference.
CREATE TABLE IF NOT EXISTS idle (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shape (shape TEXT PRIMARY KEY, barren INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (origin TEXT PRIMARY KEY, read REAL NOT NULL, body BLOB);  -- null: it has none
CREATE TABLE IF NOT EXISTS visit (number INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL);
CREATE TABLE IF NOT EXISTS run (
    began REAL NOT NULL, seconds REAL NOT NULL, visit INTEGER NOT NULL, ending TEXT NOT NULL, pages INTEGER NOT NULL,
    articles INTEGER NOT NULL, requisites INTEGER NOT NULL, revisits INTEGER NOT NULL, bytes INTEGER NOT NULL,
    shortfall TEXT                  -- what came far less than before; null: nothing did
);
