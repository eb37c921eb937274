"""The crawling half of cundang: fetches the pages of a site politely and hands every byte to the archive."""

# The value of PYTHONSAFEPATH for our own child processes, see `crawler.__main__`: any text has the effect of 1. The
# commands of users do not get it.
SAFE = "cundang"
