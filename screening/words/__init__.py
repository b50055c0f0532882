"""What lines of text mean."""
