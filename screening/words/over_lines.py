"""Details that are written over several lines, one below the other: telephone numbers, accounts, e-mail addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from screening.finding import Finding
from screening.force import Force
from screening.text.lines import Line, join
from screening.words.online import online
from screening.words.phone_numbers import REST, continued, dialled, mended
from screening.words.private_numbers import private_numbers

# What an address of e-mail is broken at, before the break and behind it.
BREAKS, BEGINS = ("@", ".", "-", "_"), ("@", ".")


def over_lines(pairs: Sequence[tuple[Line, Line]], force: Force) -> Iterator[Finding]:
    """The details that are in no line alone.

    Args:
        pairs: every line with the one right below it.
        force: who "we" are; our own numbers and addresses pass.
    """
    for parts in apart_from_columns(pairs):
        yield from _numbers(parts, force)
    for upper, lower in pairs:
        yield from _mail(upper, lower, force)


def apart_from_columns(pairs: Sequence[tuple[Line, Line]]) -> Iterator[Sequence[Line]]:
    """Two or three lines, one below the other, without further figures above or below them, as a column has."""
    figures = [(upper, lower) for upper, lower in pairs if REST.fullmatch(mended(lower.text))]
    for one, two in pairs:
        chain = (one, two, *[lower for upper, lower in figures if upper is two][:1])
        headless = not REST.fullmatch(mended(one.text)) or not any(lower is one for _, lower in figures)
        if headless and not any(upper is chain[-1] for upper, _ in figures):
            yield chain


def _numbers(parts: Sequence[Line], force: Force) -> Iterator[Finding]:
    """A telephone number, or an account's, whose check digits tell."""
    whole = join(parts)
    ours = {dialled(number) for number in force.numbers}
    for number in continued([line.text for line in parts]):
        if number.digits not in ours:
            evidence = f"phone over {len(parts)} lines, ends {number.digits[-3:]}"
            yield Finding("personal.phone", 0.8, evidence, whole.box, whole.text)
    for detail in private_numbers(whole.text):
        if detail.kind == "personal.iban":
            found = whole.text[detail.start : detail.end]
            yield Finding(detail.kind, detail.score, detail.evidence, whole.box, found)


def _mail(upper: Line, lower: Line, force: Force) -> Iterator[Finding]:
    """An e-mail address that is broken at its sign, a dot or a hyphen."""
    begun, rest = upper.text.rstrip(), lower.text.lstrip()
    if not (begun.endswith(BREAKS) or rest.startswith(BEGINS)):
        return
    for detail in online(begun + rest, force, sign=None):
        if detail.kind == "personal.email" and detail.start < len(begun) < detail.end:
            found = (begun + rest)[detail.start : detail.end]
            yield Finding(detail.kind, 0.8, f"{detail.evidence}, over two lines", upper.box.union(lower.box), found)
