"""The names of the United Kingdom's police forces, which stand beside markings on their own papers."""

from __future__ import annotations

import re

# The territorial and the special forces, as their papers write them, and letters that stand for them alone.
NAMES = """
avon and somerset|bedfordshire|british transport|cambridgeshire|cheshire|city of london|civil nuclear|cleveland|cumbria
|derbyshire|devon and cornwall|dorset|durham|dyfed[- ]powys|essex|gloucestershire|greater manchester|gwent|hampshire
|hertfordshire|humberside|kent|lancashire|leicestershire|lincolnshire|merseyside|metropolitan|ministry of defence
|norfolk|north wales|north yorkshire|northamptonshire|northumbria|nottinghamshire|scotland|south wales|south yorkshire
|staffordshire|suffolk|surrey|sussex|thames valley|warwickshire|west mercia|west midlands|west yorkshire|wiltshire
""".replace("\n", "").replace(" ", r"\ ?")
FORCE = re.compile(
    rf"(?i)\b(?:(?:{NAMES})\ ?(?:police|constabulary)|police\ ?(?:scotland|service of northern ireland)"
    r"|WMP|GMP|MPS|BTP|PSNI)\b"
)


def words_of_forces(text: str) -> frozenset[str]:
    """The words of every force that a text names, in capitals."""
    return frozenset(word for name in FORCE.findall(text) for word in re.findall(r"\w+", name.upper()))
