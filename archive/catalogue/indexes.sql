-- The indexes of schema.sql, made when the tables are filled.

CREATE INDEX documents_source ON documents(source);
CREATE INDEX documents_url ON documents(url);
CREATE INDEX documents_id ON documents(id);
CREATE INDEX documents_site ON documents(site, latest);
CREATE INDEX documents_fold ON documents(fold);
CREATE INDEX skips_source ON skips(source);
CREATE INDEX skips_site ON skips(site, reason);
CREATE INDEX skips_url ON skips(url);
CREATE INDEX captures_source ON captures(source);
CREATE INDEX captures_url ON captures(url, stamp);
