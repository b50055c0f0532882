"""The network for firearms: its card, and the script that trains and measures it."""
