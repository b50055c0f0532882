"""A folder that pictures are dropped into all day: each is screened once it is whole, then moved where it belongs."""
