"""What we have and where it is: SQLite, rebuildable."""
