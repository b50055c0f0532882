"""What a pipeline file asks of people before a batch goes out: questions to answer, and a review."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.pipeline_file import did_you_mean

WORDS, YES_NO = KINDS = ("words", "yes/no")
ANSWERS = ("yes", "no")
# The least letters of an answer in words: an initial, a dash or "ok" says nothing.
LETTERS = 3
# The least that a reason says: "x", "ok fine" and "because because because" say nothing.
REASON_WORDS = 3
# What people answer in words where there is nothing to say.
NOTHING = ("none", "no", "nothing", "nobody", "nowhere", "notapplicable")
# The question that a scan's purpose answers: nobody is asked it twice.
PURPOSE = "purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One `[[batch.question]]` of a pipeline file.

    Attributes:
        id: identifies its answer, however it is worded; lower-case letters, digits and hyphens.
        ask: the wording of the question.
        answer: "words", or "yes/no".
        stops: for "yes/no", the answer with which nothing goes out; "" if neither stops the batch.
        second_person: whether the batch may go out with that answer nevertheless, if it comes with a reason ("yes: the
            witness asked for it") and a second person takes responsibility.
        rule: the rule of the policy that it serves, or "".

    Raises:
        ValueError: if one of them is invalid.
    """

    id: str
    ask: str
    answer: str = WORDS
    stops: str = ""
    second_person: bool = False
    rule: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.id):
            raise ValueError(f"id: must be lower-case letters, digits and hyphens, not {self.id!r}")
        if not in_words(self.ask):
            raise ValueError(f"ask: must be a question in words, not {self.ask!r}")
        if self.answer not in KINDS:
            raise ValueError(
                f"answer: there is no such kind of answer: {self.answer!r}{did_you_mean(self.answer, KINDS)}"
            )
        if self.stops and self.answer == WORDS:
            raise ValueError(f'stops: only a yes or no can stop a batch; add answer = "{YES_NO}" with it')
        if self.stops not in ("", *ANSWERS):
            raise ValueError(f"stops: must be {' or '.join(ANSWERS)}, not {self.stops!r}")
        if self.second_person and not self.stops:
            raise ValueError("second_person: no answer to this question stops a batch; say which with stops")

    @property
    def prompt(self) -> str:
        """The question with the possible answers."""
        return f"{self.ask} ({YES_NO})" if self.answer == YES_NO else self.ask

    def plain(self, said: str) -> str:
        """An answer as it is stored: without blanks around it, a yes or no in lower case, its reason behind a colon."""
        said = said.strip()
        short, _, reason = said.partition(":")
        short = short.strip().casefold().removesuffix(".")
        if self.answer == WORDS or short not in ANSWERS:
            return said
        return f"{short}: {reason.strip()}" if reason.strip() else short

    def refusal(self, said: str) -> str:
        """Why this does not answer the question; "" if it does."""
        if not said.strip():
            return f"{self.id}: this question has no answer: {self.ask}"
        if self.answer == YES_NO and self._short(said) not in ANSWERS:
            return f"{self.id}: needs yes or no for an answer: {self.ask}"
        if self.answer == WORDS and not in_words(said):
            return f"{self.id}: needs an answer in words: {self.ask}"
        return ""

    def stopped_by(self, said: str) -> bool:
        """Whether nothing goes out with this answer."""
        return bool(self.stops) and self._short(said) == self.stops

    def overruled_by(self, said: str) -> bool:
        """Whether a second person may let the batch go out with this answer, because its reason is given in words."""
        return self.second_person and self.stopped_by(said) and is_reason(self.plain(said).partition(":")[2])

    def _short(self, said: str) -> str:
        return self.plain(said).partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """The `[batch]` table.

    Attributes:
        question: what a person must answer before a batch goes out, a table each.
        review_by: the date from which the policy itself is due for review.
        separate_signer: whether the photographer, and anybody who overrode a finding, is barred from signing the
            clearance.
        review_share: the share of the clear pictures that a person checks in a review, 0 to 1.
        group_faces: whether the review page proposes which faces are one person's.
        reference: what references of forms and permissions look like, as a regular expression; "" for anything.
        reference_registered: whether each must be in the office's release register.
    """

    question: tuple[Question, ...] = ()
    review_by: datetime.date | None = None
    separate_signer: bool = False
    review_share: float = 0.05
    group_faces: bool = False
    reference: str = ""
    reference_registered: bool = False

    def __post_init__(self) -> None:
        try:
            re.compile(self.reference)
        except re.error as error:
            raise ValueError(f"reference: is not a regular expression ({error})") from error
        if not 0 <= self.review_share <= 1:
            raise ValueError(f"review_share must be from 0 to 1, not {self.review_share:g}")


def in_words(text: str) -> bool:
    """Whether a text says anything: enough letters for a word, and not the same letter repeated."""
    said = letters(text)
    return len(said) >= LETTERS and len(set(said)) > 1


def something(text: str) -> str:
    """An answer, or "" if it says that there is nothing: none, not applicable."""
    return "" if letters(text) in NOTHING else text


def is_reason(text: str) -> bool:
    """Whether a text says why: enough different words, of letters."""
    return len({word.casefold() for word in re.findall(r"[^\W\d_]{2,}", text)}) >= REASON_WORDS


def letters(text: str) -> str:
    """The letters of a text in one normal form and case, for comparing names; a name has at least one."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if letter.isalpha())


def stopping(questions: Iterable[Question], answers: Mapping[str, str]) -> list[Question]:
    """The questions whose given answer stops the batch."""
    return [question for question in questions if question.stopped_by(answers.get(question.id, ""))]


def unknown(questions: Iterable[Question], answers: Iterable[str]) -> str:
    """Names the first id among the answers that no question has, as a sentence; "" if there is none."""
    known = [question.id for question in questions]
    wrong = next((one for one in answers if one not in known), None)
    return "" if wrong is None else f"{wrong}: this policy asks no such question{did_you_mean(wrong, known)}"
