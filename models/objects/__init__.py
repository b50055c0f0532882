"""The network for objects: its card, and the scripts that train and measure it."""
