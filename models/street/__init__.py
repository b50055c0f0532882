"""The network for vehicles and number plates: training and evaluation."""
