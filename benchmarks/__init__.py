"""What screening costs and how well it does, printed as the tables of docs/figures.md."""
