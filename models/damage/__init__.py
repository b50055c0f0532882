"""What tells damaged vehicles from sound ones."""
