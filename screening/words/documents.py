"""Words that give away an identity document, an officer or a briefing, and their weight, in one string."""

from __future__ import annotations

import re

from screening.text.lines import AS_DIGIT, ascii_letters, plain
from screening.words.access_codes import opens
from screening.words.appeals import NOBODY

# What the filler of a machine-readable zone may be read as, besides the character itself.
FILLERS = str.maketrans({"\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": "<<"} | dict.fromkeys("‹〈《⟨くㄑ", "<"))
# A run of one letter or bracket at the end of a zone; no word has such a run.
FILLED = re.compile(r"[<KC(]{5,}$")
ZONE = re.compile(r"[A-Z0-9][A-Z0-9<]{24,49}")
# A passport's first line is recognisable even if its end is cut off or its fillers are lost.
BEGINS = re.compile(r"P[A-Z<][A-Z0]{3}[A-Z0]{2,}<<[A-Z0]{2,}[A-Z0<]*")
# Nation, birth, sex and expiry, or birth, sex, expiry and nation; the reader may drop or repeat a digit.
DATED = re.compile(
    r"[A-Z0<]{3}[0-9OILSBZ]{6,8}[MFX<][0-9OILSBZ]{6,8}|[0-9OILSBZ]{6,8}[MFX<][0-9OILSBZ]{6,8}[A-Z0<]{3}<"
)

# Five letters of the name, padded with nines; decade, month (50 more for a woman), day, year; initials; a digit and two
# letters that distinguish duplicates. The two digits may follow.
DRIVER = re.compile(
    r"(?<![A-Z])(?P<name>[A-Z90]{5}) ?(?P<born>[0-9OQDILSBZGT]{6}) ?[A-Z90]{2} ?[0-9OILSBZ] ?[A-Z01]{2}(?![A-Z])"
)

WARRANT, IDENTITY, LICENCE, PASSPORT = "warrant card", "identity card", "driving licence", "passport"
BOARDING = "boarding pass"
# Each as a whole line without spaces, which the reader may lose.
TITLES = {
    WARRANT: re.compile(r"(?:[A-Z]{0,30}(?:POLICE|CONSTABULARY|SERVICE))?WARRANTCARD"),
    IDENTITY: re.compile(
        r"(?:[A-Z]{0,30}(?:POLICE|CONSTABULARY|SERVICE|NATIONAL|STAFF))?(?:IDENTITY|IDENTIFICATION|ID)CARD"
    ),
    LICENCE: re.compile(r"(?:UK|PROVISIONAL|FULL)?(?:DRIVING|DRIVERS?)LICEN[CS]E(?:UK)?"),
    BOARDING: re.compile(r"(?:MOBILE|E)?BOARDING(?:PASS|CARD)"),
    PASSPORT: re.compile(r"(?:UK|BRITISH)?PASSPORT(?:PASSEPORT)?|(?:BIOMETRIC)?RESIDENCEPERMIT"),
}
MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*"
# What is printed on a document besides its title: the names and values of its fields. Spaces may be lost.
FIELDS = {
    "surname": re.compile(r"\b(?:SUR|LAST ?)NAME\b|\bNOM\b"),
    "given names": re.compile(r"\b(?:GIVEN|FORE|FIRST) ?NAMES?\b|\bPR[EÉ]NOMS?\b"),
    "nationality": re.compile(r"\bNATIONALIT[YÉE]\b"),
    "birth": re.compile(r"\b(?:DATE|PLACE) ?OF ?BIRTH\b|\bD\.?O\.?B\b"),
    "validity": re.compile(r"\bDATE ?OF ?(?:ISSUE|EXPIRY)\b|\bVALID ?(?:UNTIL|TO)\b|\bEXPIR(?:ES|Y)\b"),
    "signature": re.compile(r"\bHOLDER'?S? ?SIGNATURE\b|\bSIGNATURE ?OF ?(?:HOLDER|BEARER)\b"),
    "number": re.compile(r"\b(?:PASSPORT|CARD|WARRANT|COLLAR|STAFF|LICENCE) ?(?:NO|NUMBER)\b"),
    "date": re.compile(
        rf"(?<!\d)\d{{1,2}}[ ./-]\d{{1,2}}[ ./-](?:19|20)\d\d(?!\d)|\b\d{{1,2}} ?{MONTH} ?(?:\d\d){{1,2}}\b"
    ),
    "booking": re.compile(r"\b(?:BOOKING|RESERVATION|PNR)\b ?(?:REF|NO|NUM|CODE)|\b(?:PNR|E-?TICKET)\b"),
    "seat": re.compile(r"\bSEAT ?(?:NO)?[.: ]*\d{1,2}[A-K]\b"),
    "numbered field": re.compile(r"(?:[12]|4[ABC])\. ?[A-Z0-9]"),
}

# Ranks that only the police have, and short ones that also begin other names and numbers.
POLICE_RANK = (
    r"(?:POLICE|SPECIAL|DETECTIVE) ?(?:CONSTABLE|SERGEANT|INSPECTOR)|DETECTIVE ?(?:CHIEF ?INSPECTOR|SUPERINTENDENT)"
    r"|CHIEF ?(?:INSPECTOR|SUPERINTENDENT)|SUPERINTENDENT|(?:POLICE ?)?COMMUNITY ?SUPPORT ?OFFICER|PCSO|WPC"
)
UNIFORMED = r"P[Cc]|S(?:GT|gt|ERGEANT|ergeant)|I(?:NSP|nsp|NSPECTOR|nspector)|S(?:UPT|upt)"
PLAIN_CLOTHES = r"PS|DC|DS|DI|DCI"
# A name as on a card: "Jane Smith", "J. SMITH".
NAME = r"(?:[A-Z][a-z]+(?:['-]?[A-Z][a-z]+)*|[A-Z][A-Z'-]+|[A-Z]\.?)"
NAMES = rf"{NAME}(?: {NAME}){{0,2}}"
POLICE_OFFICER = rf"(?<![A-Za-z0-9])(?:(?i:{POLICE_RANK})|{UNIFORMED})(?![A-Za-z])\.?"
ANY_OFFICER = rf"(?<![A-Za-z0-9])(?:(?i:{POLICE_RANK})|{UNIFORMED}|{PLAIN_CLOTHES})(?![A-Za-z])\.?"
# The Metropolitan Police add two letters; more digits or a unit after it make it another kind of number.
ENDS = r"(?: ?[A-Z]{2})?(?![\w.,:/%-]*\w)"
NUMBERED = re.compile(
    rf"{POLICE_OFFICER}[ :#-]*(?:{NAMES} )?(?i:no\.? ?)?(?:\d{{3,6}}|\d\d(?! [a-z])){ENDS}"
    # volts, engines and games have few digits
    rf"|{ANY_OFFICER}[ :#-]*(?:{NAMES} )?(?i:no\.? ?)?\d{{4,6}}{ENDS}"
    rf"|(?<![\w.,:/-])\d{{3,6}} {ANY_OFFICER} {NAME}"
)
RANKED = re.compile(rf"(?P<rank>{ANY_OFFICER}) ?(?P<name>{NAMES})")
RANK = re.compile(ANY_OFFICER)
PERSON = re.compile(rf"(?:(?:Mr|Mrs|Ms|Miss|Dr|MR|MRS|MS|MISS|DR)\.? )?{NAME}(?: {NAME}){{1,2}}")
# Capitalised words on clothes, lanyards and signs that are not names.
WORN = re.compile(
    r"\b(?:ambulance|army|assistant|club|college|community|control|co|crew|customer|department|emergency|event"
    r"|events|fire"
    r"|first|for|force|help|here|i|insurance|love|ltd|manager|media|medical|my|national|neighbourhood|no|of|press"
    r"|response"
    r"|rescue|royal|safe|security|service|services|staff|steward|student|support|sports|t|traffic|uk|united|visitor"
    r"|volunteer|volunteers|we|welcome|world|you|your)\b",
    re.IGNORECASE,
)
POLICE = re.compile(
    r"\b(?:police|constabulary|neighbourhood (?:officer|team)|your (?:local )?officers?)\b", re.IGNORECASE
)

# An operation's name as in a briefing; "CCTV in operation" is a sign.
OPERATION = re.compile(r"(?<!\bin )\b(?:operation|op\.?) +(?-i:[A-Z])[a-z]{2,}\b", re.IGNORECASE)
# Words of a briefing: any of the first is enough, the others are on posters too.
COVERT = re.compile(
    r"\b(?:surveillance|informants?|CHIS|covert|undercover|source handler|(?:door|alarm|gate) ?codes?|passwords?)\b",
    re.IGNORECASE,
)
PLANNED = re.compile(
    r"\b(?:targets?|(?:search )?warrants?|rota|suspects?|briefing|intel|arrest team|method of entry|rendezvous)\b",
    re.IGNORECASE,
)

# The title of a plan of a building or an operation, or of a list of keys, alone on its line; and the scale of a plan.
PLAN = re.compile(
    r"\W*(?:(?:[\w ]{0,30} )?(?:floor|site|building|station|custody|cell|evacuation|patrol|search|deployment|cordon"
    r"|operational|tactical) (?:plan|map)s?|(?:[\w ]{0,20} )?key (?:register|cabinet|press|log|list|holders?))\W*"
    r"|.{0,40}\bscale[ :]*1 ?: ?(?:\d{2,3}|1250|2500)\b.{0,40}",
    re.IGNORECASE,
)


def plan(text: str) -> bool:
    """Whether a line is the title or the scale of a plan, or the title of a list of keys."""
    return PLAN.fullmatch(plain(text)) is not None


def zone(text: str) -> bool:
    """Whether a line belongs to the machine-readable zone of a passport, visa or identity card (ICAO 9303)."""
    letters = ascii_letters(plain(text)).translate(FILLERS).upper().replace(" ", "").replace("|", "I")
    letters = FILLED.sub(lambda run: "<" * len(run[0]), letters)
    if BEGINS.fullmatch(letters):
        return True
    if not ZONE.fullmatch(letters):
        return False
    # bars and railings are read as a few repeated letters
    named = "<<" in letters and len(set(letters)) > 5
    return named or DATED.search(letters) is not None


def driver_number(text: str) -> bool:
    """Whether a line contains a British driver number."""
    for match in DRIVER.finditer(plain(text).upper()):
        written = match["born"]
        born = written.translate(AS_DIGIT)
        month, day = int(born[1:3]) % 50, int(born[3:5])
        # misread digits are letters, but not most of them
        slips = sum(not letter.isdigit() for letter in written)
        if slips <= 2 and 1 <= month <= 12 and 1 <= day <= 31 and re.fullmatch("[A-Z0]+9*", match["name"]):
            return True
    return False


def title(text: str) -> str:
    """The document that a line is the title of, or ""."""
    letters = re.sub("[^A-Z]", "", plain(text).upper())
    return next((name for name, said in TITLES.items() if said.fullmatch(letters)), "")


def fields(text: str) -> set[str]:
    """The fields of a document that a line shows."""
    text = plain(text).upper()
    found = {name for name, said in FIELDS.items() if name != "numbered field" and said.search(text)}
    numbered = FIELDS["numbered field"].match(text)
    return found | ({f"field {text[: text.index('.')]}"} if numbered else set())


def rank(text: str) -> bool:
    """Whether a line is a rank and nothing else: the name or the number may be below it."""
    return RANK.fullmatch(plain(text)) is not None


def numbered_officer(text: str) -> bool:
    """Whether a line gives a rank with a collar or warrant number."""
    return NUMBERED.search(plain(text)) is not None


def named_officer(text: str, *, police: bool) -> bool:
    """Whether a line gives a rank with a name.

    Args:
        text: the line.
        police: whether other text says that it is about the police; otherwise a short rank may be part of a shop's
            name.
    """
    text = plain(text)
    for match in RANKED.finditer(text):
        sure = re.fullmatch(POLICE_RANK, match["rank"].rstrip("."), re.IGNORECASE) is not None
        # "PS Please remember" is not an officer
        whole = " " in match["name"] or match[0] == text
        # one letter is a model or a grade
        if (sure or (police and whole)) and len(match["name"]) > 2 and not _nobody(match["name"]):
            return True
    return False


def person(text: str) -> bool:
    """Whether a line is a person's name and nothing else."""
    text = plain(text)
    return PERSON.fullmatch(text) is not None and len(text) >= 6 and not _nobody(text)


def digits(text: str) -> bool:
    """Whether a line is a number as on a card, and nothing else."""
    return re.fullmatch(r"\d{4,8}", plain(text)) is not None


def speaks_of_police(text: str) -> bool:
    """Whether a line says that the text around it is about the police."""
    return POLICE.search(plain(text)) is not None


def operation(text: str) -> bool:
    """Whether a line names an operation."""
    return OPERATION.search(plain(text)) is not None


def worth_a_look_around(text: str) -> bool:
    """Whether a line may be about staff, depending on the lines around it."""
    return operation(text) or opens(text) or named_officer(text, police=True)


def briefing(texts: list[str]) -> bool:
    """Whether lines near an operation's name are its briefing: one telling word, or two that are common in one."""
    said = plain(" \n ".join(texts))
    covert, planned = ({match[0].casefold() for match in words.finditer(said)} for words in (COVERT, PLANNED))
    return bool(covert) or len(planned) > 1


def _nobody(name: str) -> bool:
    name = re.sub(r"\b[A-Z]\b", "", name)  # an initial is not an article
    return WORN.search(name) is not None or NOBODY.search(name.title()) is not None
