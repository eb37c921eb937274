-- The indexes of schema.sql, made when the tables are filled.

CREATE INDEX documents_source ON documents(source);
CREATE INDEX documents_url ON documents(url);
CREATE INDEX documents_id ON documents(id);
CREATE INDEX documents_site ON documents(site, latest, captured);
CREATE INDEX documents_whole ON documents(whole);
CREATE INDEX documents_first ON documents(part_no) WHERE part_no = 1;
CREATE INDEX documents_part ON documents(part_of) WHERE part_no > 1;
CREATE INDEX documents_head ON documents(head) WHERE head IS NOT NULL;
CREATE INDEX documents_alias ON documents(alias_of) WHERE alias_of IS NOT NULL;
CREATE INDEX documents_near ON documents(near_of) WHERE near_of IS NOT NULL;
CREATE INDEX mentions_number ON mentions(number);
CREATE INDEX terms_number ON terms(number);
CREATE INDEX terms_term ON terms(term);
CREATE INDEX near_a ON near_texts(a);
CREATE INDEX near_b ON near_texts(b);
CREATE INDEX documents_gone ON documents(gone) WHERE gone IS NOT NULL;
CREATE INDEX documents_seen ON documents(seen, site) WHERE latest = 1 AND head IS NULL;
CREATE INDEX changes_seen ON changes(seen, url);
CREATE INDEX changes_url ON changes(url);
CREATE INDEX skips_source ON skips(source);
CREATE INDEX skips_site ON skips(site, reason);
CREATE INDEX skips_url ON skips(url);
CREATE INDEX captures_source ON captures(source);
CREATE INDEX captures_url ON captures(url, stamp);
CREATE INDEX captures_stamp ON captures(stamp, url);
CREATE INDEX captures_id ON captures(id);
CREATE INDEX captures_digest ON captures(digest);
