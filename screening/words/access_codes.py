"""Codes of doors and alarms, passwords and the keys of wireless networks, and the words that announce them."""

from __future__ import annotations

import re

from screening.text.lines import plain

# A code's digits, with the letters that some keypads have before or behind them.
DIGITS = r"[cxyz]{0,2}\d{3,8}[xyz]{0,2}(?!\w)"
CODED = (
    r"\b(?:door|gate|alarm|key ?pad|key ?safe|entry|access|lock|safe) ?(?:entry )?(?:code|pin|combination)s?\b[ :=-]*"
)
CODE = re.compile(rf"{CODED}(?:is )?{DIGITS}", re.IGNORECASE)
# Where a code opens something, without the word: Key safe 2486, Back gate 9137.
OPENED = (
    r"\b(?:key ?(?:safe|box|pad)|lock ?box|alarm|(?:front|back|rear|side|main|yard|garage) ?(?:gate|door))s?[ :=-]*"
)
OPENS = re.compile(rf"{OPENED}(?=[cxyz]{{0,2}}\d{{4,6}}){DIGITS}", re.IGNORECASE)
# Letters and digits together, as in no word; both cases and digits, as in no network's name for guests.
TOKEN = r"(?=[^\s\d]{0,40}\d)(?=[^\sA-Za-z]{0,40}[A-Za-z])\S{6,40}(?!\S)"
RANDOM = re.compile(r"(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9]{8,63}")
PASS = r"\b(?:pass ?(?:word|code|phrase|wd)s?|pwd|pw)\b"
# Whose password it is: "Computer password", "the wifi password is".
WHOSE = (
    r"(?:(?:the|my|our|computer|system|pc|laptop|log-? ?in|admin|windows|user|screen|e-?mail|voice ?mail|wi-?fi|wlan"
    r"|router|network|account|new)\W+){0,3}"
)
PASSWORD = re.compile(rf"{PASS} *[:=] *\S{{4,}}|(?:{PASS}|^\W*pass\b) +(?:is +)?{TOKEN}", re.IGNORECASE)
# The key of a wireless network, behind its word; or behind another, when a line nearby names the network.
WIRELESS = re.compile(
    rf"(?i)\b(?:wi-?fi|wlan|wpa2?|ssid|router|broadband) *(?:pass)? ?(?:key|code|word|pin|pw)?\W+(?:is )?{TOKEN}"
)
KEYED = r"\W*(?:(?:network|security|wireless|wpa2?) )?(?:key|code|pin|pass)\W*"
KEY = re.compile(rf"{KEYED}(?<=\W){TOKEN}\W*", re.IGNORECASE)
NETWORK = re.compile(r"\b(?:wi-?fi|wlan|ssid|router|network|broadband|hub)\b", re.IGNORECASE)
ANNOUNCED = re.compile(rf"\W*{WHOSE}{PASS}(?:\W+is)?\W*", re.IGNORECASE)
# Beside a user's name any word may be the password.
GIVEN = re.compile(rf"\W*{PASS}\W+\S{{4,40}}", re.IGNORECASE)
USER = re.compile(r"\W*(?:user ?(?:name|id)?|log-? ?in|log ?on|account|sign-? ?in)\b\W*(?:\S+\W*)?", re.IGNORECASE)
# What a line is that only says what the line beside or below it opens.
LABEL = re.compile(
    rf"\W*(?:{CODED}|{OPENED}|{KEYED}|{WHOSE}(?:{PASS}|pass)(?:\W+is)?)(?:is)?\W*|\W*(?:wi-?fi|wlan|ssid)\W*",
    re.IGNORECASE,
)
# A longer line is a sentence, and no label.
LONGEST = 60
FOR_GUESTS = re.compile(
    r"\b(?:guests?|visitors?|customers?|public|free|welcome|caf[eé]|coffee|hotel|pub|library)\b", re.IGNORECASE
)


def is_label(text: str) -> bool:
    """Whether a line announces a code or a password that stands elsewhere."""
    text = plain(text)
    return len(text) <= LONGEST and LABEL.fullmatch(text) is not None


def says_so(text: str) -> bool:
    """Whether such a line has a word for a code: below "Front door" may stand anything, below "Door code" a code."""
    return re.search(r"(?i)code|pin|combination|key|pass|pw", text) is not None


def opens(text: str) -> bool:
    """Whether a line may give a code or a password, or announce one nearby."""
    text = plain(text)
    return any(words.fullmatch(text) for words in (ANNOUNCED, KEY, RANDOM, GIVEN)) or access_code(text, [])


def access_code(text: str, near: list[str]) -> bool:
    """Whether a line gives a door's or an alarm's code, or a password that is not for guests.

    Args:
        text: the line; or a label and its value.
        near: the lines around it, where the word, the network or the user may stand.
    """
    text, around = plain(text), [plain(other) for other in near]
    if CODE.search(text) or OPENS.search(text):
        return True
    # the word may stand above or beside what it announces
    said = ANNOUNCED.fullmatch(text) and any(re.fullmatch(TOKEN, other) for other in around)
    network = any(NETWORK.search(other) for other in around)
    keyed = WIRELESS.search(text) or (KEY.fullmatch(text) and network)
    # the name and the key of a network below its word, without a word for the key
    bare = RANDOM.fullmatch(text) and any(re.fullmatch(r"(?i)\W*(?:wi-?fi|wlan|ssid)\W*", other) for other in around)
    user = GIVEN.fullmatch(text) and any(USER.fullmatch(other) for other in around)
    return bool(said or keyed or bare or user or PASSWORD.search(text)) and not FOR_GUESTS.search(
        " ".join([text, *around])
    )
