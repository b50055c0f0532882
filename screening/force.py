"""Who "we" are: the police force whose office publishes the pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """The `[force]` table of a pipeline file; by default nobody, so that no credit line is taken for our own.

    Attributes:
        name: the force's full name; "" as long as nobody has said it.
        credits: names in creator, credit, source and rights fields that count as ours, as whole words.
        domains: web and mail domains that may be shown; their subdomains too.
        public_domains: other domains whose addresses may be shown in print and codes.
        intranet: host names and suffixes that must never be shown.
        phones: our published telephone numbers.
        public_phones: published numbers of the police and of others who help, which lead to nobody's home.
        fleet: registrations of our own marked vehicles.
        report_crime: how to report crime other than in a comment, for the announcement of a release.
        buildings: police buildings as "latitude, longitude, metres"; a GPS position inside one concerns staff security.
    """

    name: str = ""
    credits: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    public_domains: tuple[str, ...] = ("gov.uk", "police.uk")
    intranet: tuple[str, ...] = ("intranet", "wmpnet", "pnn.police.uk", "cjsm.net", "local", "internal", "lan", "corp")
    phones: tuple[str, ...] = ()
    public_phones: tuple[str, ...] = ("101", "999", "111", "116 123", "0800 555 111", "0800 789 321", "0345 113 5000")
    fleet: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()
    report_crime: str = "To report one, call 101 or use your force's page at police.uk; in an emergency call 999."

    @property
    def numbers(self) -> tuple[str, ...]:
        """The telephone numbers that may be shown."""
        return self.phones + self.public_phones

    def named_in(self, text: str) -> bool:
        """Whether a text names the force, as whole words."""
        return any(
            re.search(r"(?i)(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)", text)
            for name in (self.name, *self.credits, *self.domains)
            if name.strip()
        )
