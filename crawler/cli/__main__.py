"""`python -m crawler.cli`: the command line."""

from crawler.cli import main

main()
