"""Documents out to other people's tools, one module a format."""
