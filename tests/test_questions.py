"""Which answers are answers, which stop a batch, and how a pipeline file asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.config import ConfigError, load
from screening.questions import Question, in_words, stopping, unknown

LIBEL = Question(id="libel", ask="Is it libellous?", answer="yes/no", stops="yes")
WHO = Question(id="who", ask="Who agreed?")
WITNESS = Question(id="witness", ask="Is it a witness?", answer="yes/no", stops="yes", second_person=True)


@pytest.mark.parametrize(
    ("question", "said", "refused", "stops"),
    [
        (LIBEL, "yes", "", True),
        (LIBEL, " Yes. ", "", True),
        (LIBEL, "NO", "", False),
        (LIBEL, "", "has no answer", False),
        (LIBEL, "y", "needs yes or no", False),
        (LIBEL, "yes, badly", "needs yes or no", False),
        (LIBEL, "no!", "needs yes or no", False),
        (LIBEL, "Yes: a joke", "", True),
        (LIBEL, "No: I asked", "", False),
        (LIBEL, "maybe: I asked", "needs yes or no", False),
        (WHO, "Everybody.", "", False),
        (WHO, "yes", "", False),
        (WHO, "x", "needs an answer in words", False),
        (WHO, "xxxx", "needs an answer in words", False),
        (WHO, "ok", "needs an answer in words", False),
        (WHO, "?!-...", "needs an answer in words", False),
        (WHO, " \n", "has no answer", False),
    ],
)
def test_an_answer_is_of_the_kind_that_is_asked_for(question: Question, said: str, refused: str, stops: bool) -> None:
    why = question.refusal(said)
    assert refused in why if refused else why == ""
    assert bool(stopping([question], {question.id: said})) is stops


@pytest.mark.parametrize(
    ("question", "said", "overruled"),
    [
        (WITNESS, "yes: she asked for it", True),
        (WITNESS, "Yes. : she asked for it", True),
        (WITNESS, "yes", False),
        (WITNESS, "yes: x", False),
        (WITNESS, "yes: agreed", False),
        (WITNESS, "no: she asked for it", False),
        (LIBEL, "yes: she asked for it", False),
    ],
)
def test_a_second_person_overrules_an_answer_with_a_reason(question: Question, said: str, overruled: bool) -> None:
    assert question.overruled_by(said) is overruled


def test_answers_to_nothing_are_named() -> None:
    assert unknown([LIBEL, WHO], ["libel", "who"]) == ""
    assert unknown([LIBEL, WHO], ["libell"]) == "libell: this policy asks no such question; did you mean 'libel'?"
    assert unknown([], ["libel"]) == "libel: this policy asks no such question"
    assert not in_words("Nn")


QUESTION = '[[batch.question]]\nid = "{id}"\nask = "{ask}"\n{more}\n'


def asked(tmp_path: Path, text: str, *, extends: str = 'extends = "default"\n') -> dict[str, Question]:
    path = tmp_path / "own.toml"
    path.write_text(extends + text)
    return {one.id: one for one in load(path).batch.question}


def test_a_file_that_asks_one_thing_more_goes_on_asking_the_others(tmp_path: Path) -> None:
    before = {one.id: one for one in load().batch.question}
    assert {one.stops for one in before.values()} == {"", "yes", "no"}
    assert list(asked(tmp_path, "[batch]\nreview_share = 0.1\n")) == list(before)
    with_one = asked(tmp_path, QUESTION.format(id="minors", ask="Are there children in it?", more=""))
    assert list(with_one) == [*before, "minors"]
    other = asked(tmp_path, QUESTION.format(id="libel", ask="Would our lawyer wince?", more=""))["libel"]
    assert (other.ask, other.stops, other.answer) == ("Would our lawyer wince?", "yes", "yes/no")
    assert "libel" not in asked(tmp_path, '[batch]\nwithout = ["libel"]\n')
    assert asked(tmp_path, '[batch]\nwithout = ["*"]\n') == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (QUESTION.format(id="A B", ask="Who is it?", more=""), "id: must be lower-case letters, digits and hyphens"),
        (QUESTION.format(id="a", ask="?", more=""), "ask: must be a question in words"),
        (QUESTION.format(id="a", ask="Who is it?", more='answer = "yes-no"'), "did you mean 'yes/no'"),
        (QUESTION.format(id="a", ask="Who is it?", more='stops = "yes"'), "only a yes or no can stop a batch"),
        (QUESTION.format(id="a", ask="Is it?", more='answer = "yes/no"\nstops = "y"'), "stops: must be yes or no"),
        (QUESTION.format(id="a", ask="Is it?", more='answer = "yes/no"\nsecond_person = true'), "say which with stops"),
        (
            QUESTION.format(id="a", ask="Is it?", more='rule = "lible"'),
            "no rule is called 'lible'; did you mean 'libel'",
        ),
        (
            QUESTION.format(id="a", ask="Is it?", more='stop = "yes"'),
            "stop: there is no such key; did you mean 'stops'",
        ),
        (QUESTION.format(id="a", ask="Is it?", more="") * 2, "batch.question a: appears twice"),
        (QUESTION.format(id="a", ask="Could anything in it be libellous?", more=""), "appears twice"),
        ('[[batch.question]]\nid = "a"\n', "ask: this key is missing"),
        ('[batch]\nquestions = ["Is it?"]\n', "batch.questions: there is no such key; did you mean 'question'"),
        ('[batch]\nquestion = ["Is it?"]\n', "every question begins with [[batch.question]]"),
        ('[batch]\nwithout = ["lible"]\n', "batch.without: no question is called 'lible'; did you mean 'libel'"),
        ('[batch]\nwithout = "libel"\n', "batch.without is a list of names"),
    ],
)
def test_a_question_that_cannot_be_asked_is_answered_with_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        asked(tmp_path, text)
    assert "own.toml" in str(raised.value)
    assert says in str(raised.value)
