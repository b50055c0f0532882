"""A pipeline file that runs no networks, to measure what is around them."""

QUICK = """
[[stage]]
use = "metadata"
[rules.unscreened]
says = "What could not be screened does not go out."
lifted_by = "Mend it."
kinds = { "error" = { block = 0 }, "*" = { hold = 0 } }
[rules.scene-address]
says = "No address."
lifted_by = "Redaction."
kinds = { "address" = { block = 0.5 }, "metadata" = { hold = 0.5 } }
"""
