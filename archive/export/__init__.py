"""Documents in the formats of other people's tools, one module per format."""
