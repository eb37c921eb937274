"""Bytes off the wire: read by us, written down before anyone may see them."""
