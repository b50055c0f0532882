"""Reports for people and programs: a page, a table, the terminal, pictures with boxes."""
