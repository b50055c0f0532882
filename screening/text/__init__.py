"""Finding and reading lines of text in pictures."""
