"""KEEP: what was captured, what it says, and where it is."""
