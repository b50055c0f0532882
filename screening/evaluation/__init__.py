"""How well a policy does on labelled pictures."""
