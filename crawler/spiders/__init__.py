"""The one spider: a Site in, requests out."""
