"""How well a policy does on pictures whose answer is known."""
