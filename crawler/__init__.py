"""The crawling half of cundang: fetches the pages of a site politely and hands every byte to the archive."""
