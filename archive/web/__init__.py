"""Look at the archive: read-only pages in a browser, on this machine unless told otherwise."""
