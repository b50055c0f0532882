"""The proposals network: where in a picture there may be small faces."""
