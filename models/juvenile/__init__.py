"""What tells whether a face may be under eighteen."""
