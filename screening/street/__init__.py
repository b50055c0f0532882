"""Vehicles, number plates and house numbers in pictures."""
