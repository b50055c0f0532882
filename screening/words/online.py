"""Finds online contact details: e-mail addresses, social handles, intranet hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.force import Force
from screening.words.private_numbers import Detail

# A label of a host name has up to 63 characters. Without bounds a long text takes hours.
PART = "[a-z0-9-]{1,63}"
HOST = rf"(?>{PART}(?:\s?\.\s?{PART}){{0,30}})"
# The reader may insert a space around the @, or lose the dot before a well-known ending.
EMAIL = re.compile(
    rf"(?i)(?<![\w.@])([\w.+'-]{{1,64}})\s?@\s?(?P<host>(?:{PART}\s?\.\s?){{1,30}}[a-z]{{2,24}}"
    r"|(?:gmail|hotmail|yahoo|outlook|icloud|live|btinternet|aol|sky|msn|googlemail)\s?(?:com|co\s?\.?\s?uk"
    r"|net))(?![\w@])"
)
# Written so that programs do not find it: name (at) host [dot] com, name at host dot com.
AT = r"(?:\s?[\[({<]\s?at\s?[\])}>]\s?|\s(?P<bare>at)\s)"
DOT = r"(?:\s?\.\s?|\s?[\[({<]\s?dot\s?[\])}>]\s?|\sdot\s)"
SPELT = re.compile(
    rf"(?i)(?<![\w.@])([\w+'-]{{1,64}}(?:{DOT}[\w+'-]{{1,64}}){{0,3}}){AT}"
    rf"(?P<host>(?:{PART}{DOT}){{1,5}}[a-z]{{2,24}})(?![\w@])"
)
# Hosts that only give out mail addresses.
MAIL = re.compile(r"(?i)(?:gmail|googlemail|hotmail|yahoo|outlook|icloud|btinternet|aol|protonmail)\s?\.")
# Addresses of private networks (RFC 1918), with what only an address has: a scheme, a port or a path.
NETWORK = r"(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})"
PRIVATE = re.compile(
    rf"(?i)(?:https?://|\b(?:ip|host|server|address|gateway|router|ssh|rdp|ftp)\b[\s:=]{{1,3}}){NETWORK}(?![\d.])"
    rf"|(?<![\w.]){NETWORK}(?=:\d{{2,5}}\b|/[a-z])"
)
# A server's name without a domain, with a scheme before it or a port and a path behind it.
BARE = re.compile(
    r"(?i)(?:https?://[a-z][a-z0-9-]{1,40}(?=[:/]|$|\s))"
    r"|(?<![\w.@/-])[a-z][a-z0-9-]{2,40}:\d{2,5}/\w"
)
# Shared mailboxes, which do not belong to a person.
DESKS = re.compile(
    r"(?i)(?:info|sales|enquir(?:y|ies)|inquir(?:y|ies)|office|contact(?:us)?|hello|admin|bookings?|reservations?"
    r"|orders?|support"
    r"|help(?:desk)?|service|customer\w*|press|media|news|mail|post|reception|hr|jobs|careers|accounts?|shop|store"
    r"|web(?:master)?)"
)
HANDLE = re.compile(r"(?<![\w.@/+-])(?<!\d\s)@(?!(?i:disc|each|ea|kg|pcs?)\b)([A-Za-z_][\w.]{2,29})(?![\w@])")
PLATFORM = re.compile(
    r"(?i)(?<![\w@])(?:(?:www\.|m\.)?(?:facebook|twitter|x|instagram|tiktok|snapchat|linkedin|threads|t)\.(?:com"
    r"|net|me)/(?:in/|add/|@)?"
    r"|(?:instagram|insta|twitter|snapchat|snap|tiktok|facebook|telegram|whatsapp)\s?[:@]\s?@?|(?:IG|FB"
    r"|SC)\s?:\s?@?)([A-Za-z_][\w.]{2,29})"
)
SHARE = re.compile(rf"(?i)\\\\{HOST}\\\S+|(?<!\w)file://\S+")
# Names that mean something else inside a host's name.
ENDINGS = frozenset(("internal", "local", "corp", "lan"))
# A host with a single name needs something around it that only addresses have.
URL = re.compile(
    rf"(?i)(?:\b(?:https?|ftp)\s?:\s?//|\bwww\.|(?<=@))({HOST})|(?<![\w.@])({HOST})(?=/)"
    rf"|(?<![\w.@-])({PART}(?:\.{PART}){{1,30}})"
)


def online(text: str, force: Force, *, sign: float | None) -> Iterator[Detail]:
    """The addresses and handles in a text; `sign` is the score of a handle on a business's sign, None elsewhere."""
    inside = list(intranet(text, force))
    yield from inside
    mail = []
    # "at example.com" on its own says where something is
    spelt = (match for match in SPELT.finditer(text) if not match["bare"] or _addressed(match))
    for match in (*EMAIL.finditer(text), *spelt):
        mail.append(match.span())
        host = re.sub(r"(?i)[\[({<\s]+dot[\])}>\s]+", ".", match["host"])
        host = re.sub(r"\s", "", host).lower()
        if is_ours(host, force) or any(one.start < match.end() and match.start() < one.end for one in inside):
            continue
        # a shared mailbox is not personal, wherever it is
        desk = DESKS.fullmatch(match[1]) is not None
        kind, score = ("personal.email.business", 0.3) if desk else ("personal.email", 0.95)
        yield Detail(kind, score, f"e-mail at a {ending(host)} address", *match.span())
    for finder, score in ((PLATFORM, 0.8), (HANDLE, 0.7)):
        for match in finder.finditer(text):
            in_mail = any(start < match.end() and match.start() < end for start, end in mail)
            if not in_mail and not is_our_handle(match[1], force):
                evidence = f"social handle, {len(match[1])} characters"
                yield Detail("personal.handle", score if sign is None else sign, evidence, *match.span(1))


def _addressed(match: re.Match[str]) -> bool:
    """Whether "jane.doe at example.com" is an address: by a spelt dot, a name of two parts, or a host of mail alone."""
    named = re.search(r"\w[._+]\w", match[1]) or MAIL.match(match["host"])
    return named is not None or " dot " in match[0].lower()


def intranet(text: str, force: Force) -> Iterator[Detail]:
    """Addresses inside our own network, which are never shown."""
    for match in URL.finditer(text):
        host = re.sub(r"\s", "", match[1] or match[2] or match[3]).lower().strip(".")
        # an ordinary word is a host only after // or with an ending of its own
        if any(host == name or host.endswith(f".{name}") or _begins(host, name) for name in force.intranet):
            spelt = match[0] == match[0].lower() or match[1]
            if spelt or "." not in host or not host.endswith((".local", ".internal", ".lan", ".corp")):
                yield Detail("personal.intranet", 1.0, "intranet address", *match.span())
    for match in (*PRIVATE.finditer(text), *BARE.finditer(text)):
        yield Detail("personal.intranet", 0.9, "address in a private network", *match.span())
    for match in SHARE.finditer(text):
        yield Detail("personal.intranet", 0.8, "path on a network drive", *match.span())


def _begins(host: str, name: str) -> bool:
    """Whether a host's first label is a name of ours, perhaps one of several servers: intranet01, wmp-intranet."""
    first = host.split(".")[0]
    if (first == name and "." in host) or len(name) < 6 or name in ENDINGS:
        return first == name and "." in host
    return re.search(rf"(?:^|-){re.escape(name)}(?:-?\d+)?(?:-|$)", first) is not None


def is_ours(host: str, force: Force) -> bool:
    """Whether a host is the force's or a public authority's."""
    return any(host == name or host.endswith(f".{name}") for name in (*force.domains, *force.public_domains))


def is_our_handle(handle: str, force: Force) -> bool:
    """Whether a handle is a police account: it says so, or begins with one of our names."""
    plain = re.sub(r"[\W_]", "", handle).casefold()
    ours = [re.sub(r"\W", "", name).casefold() for name in (force.name, *force.credits)]
    return "police" in plain or any(plain.startswith(name) for name in ours if name)


def ending(host: str) -> str:
    """The ending of a host's name, with the dot: ".com", ".co.uk"."""
    parts = host.split(".")
    return "." + ".".join(
        parts[-2:] if len(parts) > 2 and parts[-2] in ("co", "org", "ac", "gov", "nhs") else parts[-1:]
    )
