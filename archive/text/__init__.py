"""What a Capture says."""
