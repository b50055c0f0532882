"""Pages served to this computer alone."""
