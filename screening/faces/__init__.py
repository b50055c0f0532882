"""Finding faces, looking again, and describing them in numbers."""
