"""The release note says what went out, what was held back and why; the announcement names only what goes out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from screening.config import load
from screening.inert import inert
from screening.photo.metadata import read as read_metadata
from screening.photo.photo import Photo
from screening.release.clearance import read
from screening.release.note_page import announcement, record
from screening.release.release_note import note
from screening.release.titles import title
from screening.render.markdown import block, code, link, plain
from tests.cleared import SIGNED, Cleared
from tests.command import quickly
from tests.picture_files import picture, scenery, with_iptc
from tests.streets import PLACE

SAID = ("--link", "https://www.west-midlands.police.uk/open-day", "--watched-by", "The press desk")


def release_note(cleared: Cleared, *options: object) -> str:
    done = quickly("release-note", cleared.run, "--pipeline", cleared.pipeline, *SAID, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


ENTITLED = "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>{}</rdf:li></rdf:Alt></dc:title>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (picture(xmp=ENTITLED.format("Dog and handler")), "Dog and handler"),
        (picture(xmp=ENTITLED.format("Dog&#10; and   handler")), "Dog and handler"),
        (picture(xmp=ENTITLED.format("x" * 300)), f"{'x' * 200} …"),
        (with_iptc(picture(), [("Headline", b"Open day"), ("Caption", b"Dogs, horses and a band")]), "Open day"),
        (with_iptc(picture(), [("ObjectName", b"The stables"), ("Headline", b"Open day")]), "The stables"),
        (picture(xmp="<photoshop:Headline>Open day</photoshop:Headline>"), "Open day"),
        (with_iptc(picture(xmp="<photoshop:Headline>New</photoshop:Headline>"), [("Headline", b"Old")]), "New"),
        (picture(exif={0x013B: "A. Photographer"}), ""),
        (picture(), ""),
    ],
)
def test_a_picture_is_called_by_its_own_title(data: bytes, said: str) -> None:
    assert title(read_metadata(Photo.from_bytes(data, name="a_dog.jpg"))) == said


def test_the_record_says_what_went_out_what_was_held_back_and_why(cleared: Cleared) -> None:
    said = release_note(cleared)
    assert "What goes out: 2" in said
    assert "What was held back: 1" in said
    assert "**scene-address**: No address." in said
    assert "- `with_a_place.jpg`" in said
    assert "An open day" in said
    assert "A. Signer, and B. Second" in said
    assert "Could anything in it be libellous? *no*" in said
    assert "Stages off, or with other options: faces" in said


def test_the_announcement_names_nothing_that_was_held_back(cleared: Cleared, tmp_path: Path) -> None:
    said = release_note(cleared, "--announcement")
    assert release_note(cleared).endswith(f"```text\n{said}```\n")
    assert "From the police: 2 new photographs" in said  # nobody has said which
    assert "- " not in said, "neither has a title, and a file's name is none"
    assert "https://www.west-midlands.police.uk/open-day" in said
    assert "The press desk reads the comments" in said
    assert "do not report crime here" in said
    assert "call 101" in said
    assert "place" not in said
    assert "Signer" not in said
    assert release_note(cleared, "--out", tmp_path / "note.md") == ""
    assert (tmp_path / "note.md").read_text().endswith(f"{said}```\n")


def test_the_announcement_lists_the_titles_of_what_goes_out(cleared: Cleared) -> None:
    for name in ("fine", "good", "with_a_place"):
        place = PLACE if name == "with_a_place" else {}
        (cleared.shoot / f"{name}.jpg").write_bytes(
            picture(rgb=scenery(seed=len(name)), xmp=ENTITLED.format(f"A {name} dog"), gps=place)
        )
    again = quickly("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    assert again.returncode == 1, again.stderr
    cleared.clear()
    said = release_note(cleared, "--announcement")
    assert "2 new photographs" in said
    assert [line for line in said.splitlines() if line.startswith("- ")] == ["- A fine dog", "- A good dog"]
    # one that was changed since is not what was cleared, and neither are its words
    (cleared.shoot / "good.jpg").write_bytes(picture(xmp=ENTITLED.format("Something else")))
    assert "- A fine dog\n\n" in release_note(cleared, "--announcement")


ANSWERS = {"category": "a campaign", "comments": "The front desk", "link": "www.example.org/dogs", "related": "None."}


def test_what_was_answered_to_clear_stands_in_the_note_and_nothing_said_is_left_out(cleared: Cleared) -> None:
    asked = "".join(f'[[batch.question]]\nid = "{one}"\nask = "Which {one}?"\n' for one in ANSWERS)
    cleared.pipeline.write_text(cleared.pipeline.read_text() + asked)
    again = quickly("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    assert again.returncode == 1, again.stderr
    cleared.clear(replace(SIGNED, answers={**SIGNED.answers, **ANSWERS}))
    made = note(cleared.run, pipeline=str(cleared.pipeline), link="", watched_by="", office=cleared.office)
    assert (made.category, made.watched_by, made.link, made.related) == (
        "a campaign", "The front desk", "www.example.org/dogs", "None."
    )  # fmt: skip
    assert "| Category | a campaign |" in record(made) and "| Belongs with | None. |" in record(made)
    assert "The front desk reads the comments" in announcement(made) and "It belongs with" not in announcement(made)
    assert "More about this" not in announcement(replace(made, link="none"))
    assert "It belongs with: Last year" in announcement(replace(made, related="Last year"))
    # what the command is told counts more
    assert "The press desk reads the comments" in release_note(cleared, "--announcement")


def test_the_default_asks_for_what_a_note_needs() -> None:
    assert {"category", "comments", "link", "related"} <= {one.id for one in load().batch.question}


def test_the_record_says_how_a_copy_was_made(cleared: Cleared) -> None:
    made = note(cleared.run, pipeline=str(cleared.pipeline), link="", watched_by="", office=cleared.office)
    ways = {"a.jpg": "new", "b.jpg": "kept"}
    lines = record(replace(made, released=("a.jpg", "b.jpg", "c.jpg"), encodings=ways)).splitlines()
    assert "- `a.jpg`, a redacted copy, re-encoded" in lines
    assert "- `b.jpg`, a redacted copy, the rest of the picture as it was" in lines
    assert "- `c.jpg`" in lines


def test_what_was_decided_is_counted_and_nobody_is_named(cleared: Cleared) -> None:
    arguments = ("--by", "D. Editor", "--reason", "the station's own address", "--pipeline", cleared.pipeline)
    done = quickly("decide", cleared.run, "override", "with_a_place.jpg", *arguments)
    assert done.returncode == 0, done.stderr
    cleared.clear()
    said = release_note(cleared)
    assert "What goes out: 3" in said
    assert "scene-address: 1 × override" in said
    assert "Editor" not in said
    assert "own address" not in said


def test_nothing_is_said_about_what_was_not_cleared_as_it_stands(cleared: Cleared) -> None:
    arguments = ("release-note", cleared.run, "--pipeline", cleared.pipeline)
    again = quickly("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    assert again.returncode == 1, again.stderr
    done = quickly(*arguments)
    assert (done.returncode, "was scanned again after" in done.stderr) == (2, True)
    (cleared.run / "report.json").rename(cleared.run / "away")
    done = quickly(*arguments)
    said = f"screening: {cleared.run}: contains no readable report.json; name the folder that scan --out wrote\n"
    assert (done.returncode, done.stderr) == (2, said)
    (cleared.run / "away").rename(cleared.run / "report.json")
    cleared.clearance.write_text(replace(read(cleared.clearance), purpose="An open dag").text())
    done = quickly(*arguments)
    assert (done.returncode, "was edited" in done.stderr) == (2, True)
    cleared.clearance.unlink()
    done = quickly(*arguments)
    assert (done.returncode, "has not been cleared yet" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


SIGNS = "<>![]()`*_~|&\\#+-=.:/@'\"0;\nwm\x1b\u202e "
HOSTILE = [
    "<img src=https://example.org/x.png>",
    "![x](https://example.org/x.png)",
    "[x](https://example.org)",
    "<https://example.org>",
    "`` ` ``![x](https://example.org/x.png)",
    "```",
    "www.example.org and https://example.org and mailto:a@example.org",
    "a | b\n\n<b>",
    "# heading",
    "  12. item",
    "&lt;b&gt; &#33;[x](y)",
    "a*b*_c_~~d~~",
    "\\![x](https://example.org/x.png)",
]
ACTS = {"html_inline", "html_block", "image", "link_open", "heading_open", "em_open", "strong_open", "list_item_open"}


def shown(markdown: str) -> tuple[set[str], str]:
    """What acts in a text, and the words that a reader sees."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    flat = [*tokens, *(inner for token in tokens for inner in token.children or ())]
    words = "".join(token.content for token in flat if token.type in ("text", "code_inline", "fence", "text_special"))
    return {token.type for token in flat} & (ACTS | {"s_open"}), words


@given(st.sampled_from(HOSTILE) | st.text(alphabet=SIGNS) | st.text())
def test_words_stay_words_in_markdown(text: str) -> None:
    acts, words = shown(f"x {plain(text)}")
    assert (acts, words) == (set(), f"x {inert(text)}".rstrip())
    assert shown(plain(text))[0] == set(), "at the beginning of a line too"
    assert not re.search(r"(?i)(?<!\\)://|www\.|mailto:|[^\\]@", plain(text)), "no program makes a link of it"
    assert shown(f"- {code(text)}")[0] <= {"list_item_open"}
    assert shown(block(text))[0] == set()


def test_an_address_given_on_purpose_is_a_link_and_nothing_else_is() -> None:
    assert link("https://www.west-midlands.police.uk/a_b?c=d") == "https://www.west-midlands.police.uk/a_b?c=d"
    for text in ("javascript:alert(1)", "https://a.example/<b>", "https://a.example/ ![x](y)", "https://a.example/|"):
        assert link(text) == plain(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_note_comes_of_a_name_but_the_name(cleared: Cleared, text: str) -> None:
    said = note(cleared.run, pipeline=str(cleared.pipeline), link=text, watched_by=text, office=cleared.office)
    signed = replace(
        said.clearance,
        batch=text,
        purpose=text,
        by=text,
        second=text,
        answers={text: text},
        looser=(text,),
        off=(text,),
    )
    said = replace(
        said,
        force=replace(said.force, name=text, report_crime=text),
        clearance=signed,
        shoot=text,
        released=(f"{text}.jpg",),
        titles=(text,),
        category=text,
        related=text,
        held_back={text: text},
        says={text: text},
        decided={text: {text: 1}},
    )
    acts, _ = shown(record(said))
    assert not acts & {"html_inline", "html_block", "image", "link_open", "s_open"}
    assert not set("<>[]`") & set(announcement(said))
