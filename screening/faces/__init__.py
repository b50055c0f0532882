"""Finding faces, a second look at doubtful ones, and their embeddings."""
