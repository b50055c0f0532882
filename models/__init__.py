"""The networks that ship, what trained each, and how the labelled pictures are divided."""
