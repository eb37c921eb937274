"""What the archive has and where it is: a SQLite database that can be rebuilt."""
