"""One file: its bytes, containers, metadata and pixels, and the tiles that large pictures are looked at in."""
