"""GET: fetch the pages of a site politely and hand every byte to the archive."""
