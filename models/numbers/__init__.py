"""The network that finds the signs of house numbers."""
