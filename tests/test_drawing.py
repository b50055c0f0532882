"""Regions that a person draws: kept with the decisions, counted as findings, redacted, drawn by mouse and by keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from screening.evaluation.sources import of_review
from screening.finding import Box
from screening.office.office import Office
from screening.render.html import html_page, pictures_of
from screening.run import page as report_page
from screening.run.decision import Action, Decision, parsed
from screening.run.region import Outline, Region
from screening.run.run import Run
from screening.web.asked import Drawing, ReviewError, Wish
from screening.web.review import Review
from tests import PATIENCE
from tests.command import screening
from tests.picture_files import picture
from tests.review_server import end, start
from tests.streets import PLATES, plain, street

PIPELINE = (
    PLATES.replace('kinds = { "vehicle" = { block = 0.5 } }', 'kinds = { "vehicle" = { hold = 0.4, block = 0.5 } }')
    + """
[rules.juvenile]
says = "No juveniles."
lifted_by = "Permission."
kinds = { "juvenile" = { block = 0.5 } }
[rules.staff-security]
says = "Nothing about staff."
lifted_by = "Sign-off."
kinds = { "staff" = { hold = 0.5 } }
"""
)
FINE = 7
FILES = ("fine5.jpg", "fine6.jpg", "street.jpg")
PLACE = Region(Outline.RECTANGLE, ((120, 60), (200, 120)))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run that these tests share: a plate is found in one picture and nothing in the others, one for each test."""
    folder = tmp_path_factory.mktemp("drawing")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SCREENING_HOME", str(folder / "office"))
        environment.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
        (folder / "p.toml").write_text(PIPELINE)
        (folder / "shoot").mkdir()
        for number in range(FINE):
            (folder / "shoot" / f"fine{number}.jpg").write_bytes(picture(rgb=plain(10 + number), quality=95))
        (folder / "shoot" / "street.jpg").write_bytes(picture(rgb=street(), quality=95))
        (folder / "shoot" / "unread.jpg").write_bytes(picture()[:300])
        assert scan(folder / "run") == 2
        yield folder / "run"


def scan(run: Path) -> int:
    done = screening("scan", run.parent / "shoot", "--out", run, "--pipeline", run.parent / "p.toml")
    return done.returncode


def review(run: Path, by: str = "Jo Smith") -> Review:
    return Review(run, by=by, pipeline=str(run.parent / "p.toml"), office=Office(run.parent / "office"))


def opened(run: Path) -> Run:
    return Run.open(run, Office(run.parent / "office"), str(run.parent / "p.toml"))


def verdicts(run: Path) -> dict[str, str]:
    return {one.photo.file: str(one.verdict) for one in opened(run).outcomes()}


def draw(by: Review, photo: int, region: Region | None = PLACE, *, rule: str = "number-plate", **said: str) -> None:
    by.draw(Drawing(photo=photo, rule=rule, region=region, **said))


def last(by: Review, photo: int) -> dict[str, Any]:
    return dict(by.state()["photos"][photo]["findings"][-1])


CROSSED = ((0, 0), (9, 9), (9, 0), (0, 9))


@pytest.mark.parametrize(
    ("outline", "points", "said"),
    [
        ("rectangle", ((5, 5), (5, 9)), "larger"),
        ("ellipse", ((5, 5), (2, 9)), "larger"),
        ("rectangle", ((0, 0), (5, 5), (9, 9)), "larger"),
        ("rectangle", ((-1, 0), (5, 5)), "whole pixels"),
        ("rectangle", ((0.5, 0), (5, 5)), "whole pixels"),
        ("rectangle", ((True, 0), (5, 5)), "whole pixels"),
        ("polygon", ((0, 0), (5, 5)), "3 to 64"),
        ("polygon", ((0, 0), (5, 5), (9, 9)), "larger"),  # a line
        ("polygon", tuple((x, x * x) for x in range(65)), "3 to 64"),
        ("polygon", CROSSED, "cross"),  # what lies in its middle would not be covered
        ("polygon", ((0, 0), (8, 0), (8, 8), (4, 0), (0, 8)), "cross"),  # it touches itself
        ("polygon", ((0, 0), (8, 0), (0, 0), (0, 8)), "cross"),
        ("star", ((0, 0), (5, 5)), "not a region"),
        ("rectangle", (0, 5), "not a region"),
        ("rectangle", None, "not a region"),
    ],
)
def test_what_encloses_nothing_or_cannot_be_told_is_no_region(outline: str, points: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Region.parse({"outline": outline, "points": points})


def test_a_region_is_written_as_it_is_read() -> None:
    for outline, points in [
        ("rectangle", CROSSED[:2]),
        ("polygon", ((0, 0), (9, 0), (4, 9))),
        ("ellipse", CROSSED[:2]),
    ]:
        region = Region(Outline(outline), points)
        said = Decision(by="A", action=Action.DRAW, sha256="a", rule="r", kind="drawn", mark="region 1", region=region)
        assert parsed(said.line) == said
        assert parsed(said.line).region == region
    assert b"region" not in Decision(by="A").line, "as it was before anybody could draw"


def test_a_drawn_place_counts_as_a_finding_of_its_rule(run: Path) -> None:
    jo = review(run)
    assert verdicts(run)["fine0.jpg"] == "clear"
    draw(jo, 0)
    found = last(jo, 0)
    assert (found["rule"], found["verdict"], found["box"]) == ("number-plate", "block", [120, 60, 200, 120])
    assert (found["decision"]["action"], found["decision"]["by"]) == ("draw", "Jo Smith")
    assert verdicts(run)["fine0.jpg"] == "block"
    draw(jo, 0, rule="staff-security")
    assert last(jo, 0)["verdict"] == "hold", "as strict as that rule ever is"
    said = screening("explain", "fine0.jpg", "--run", run, "--pipeline", run.parent / "p.toml").stdout
    assert "screened as clear" in said
    assert "number-plate: marked by a person" in said
    assert "drawn by Jo Smith" in said
    # it is about the picture's bytes, whatever is scanned again
    assert scan(run) == 2
    assert verdicts(run)["fine0.jpg"] == "block"
    labels, _ = of_review(opened(run).outcomes(redacted=False), opened(run).decisions.current())
    (label,) = [one for one in labels if (one.file, one.about) == ("fine0.jpg", "number-plate")]
    assert (label.present, [thing.box for thing in label.things]) == (True, [Box(120, 60, 200, 120)])


def test_it_is_moved_lifted_and_removed(run: Path) -> None:
    jo = review(run)
    draw(jo, 1)
    first = last(jo, 1)["region"]
    moved = Region(Outline.ELLIPSE, ((10, 10), (60, 50)))
    draw(jo, 1, moved, name=first["name"], after=first["after"])
    assert len(jo.state()["photos"][1]["findings"]) == 1
    assert last(jo, 1)["box"] == [10, 10, 60, 50]
    with pytest.raises(ReviewError, match="block is lifted by"):
        decide(jo, 1, Action.ACCEPT)
    decide(jo, 1, Action.OVERRIDE, reason="our own museum car")
    assert verdicts(run)["fine1.jpg"] == "clear"
    withdrawn = screening("decide", run, "withdraw", "fine1.jpg", "--by", "B", "--pipeline", run.parent / "p.toml")
    assert withdrawn.returncode == 0, withdrawn.stderr
    assert verdicts(run)["fine1.jpg"] == "block", "what a person saw is still there"
    region = last(jo, 1)["region"]
    draw(jo, 1, None, name=region["name"], after=region["after"])
    assert verdicts(run)["fine1.jpg"] == "clear"
    draw(jo, 1)
    assert last(jo, 1)["region"]["name"] == "region 2", "a new one is not taken for the one before"


def decide(by: Review, photo: int, action: Action, *, reason: str = "", region: str | None = None) -> None:
    found = last(by, photo)
    seen = found["region"]["after"] if region is None else region
    wish = Wish(photo=photo, finding=found["number"], action=action, reason=reason, after=found["after"], region=seen)
    by.decide([wish])


def test_an_age_that_a_person_marked_is_lifted_as_any_other(run: Path) -> None:
    jo = review(run)
    draw(jo, 2, rule="juvenile")
    decide(jo, 2, Action.ADULT, reason="a colleague, known since 2019")
    assert verdicts(run)["fine2.jpg"] == "clear"


def test_what_cannot_be_drawn_is_said_in_a_line(run: Path) -> None:
    jo, other = review(run), review(run, "B. Quick")
    for said, asked in {
        "beyond the picture": Drawing(photo=3, rule="juvenile", region=Region(Outline.RECTANGLE, ((0, 0), (241, 9)))),
        "no such rule": Drawing(photo=3, rule="juveniles", region=PLACE),
        "such rule in the rule": Drawing(photo=3, rule="unscreened", region=PLACE),
        "no such region": Drawing(photo=3, rule="juvenile", region=PLACE, name="region 7"),
        "no such picture": Drawing(photo=99, rule="juvenile", region=PLACE),
    }.items():
        with pytest.raises(ReviewError, match=said):
            jo.draw(asked)
    draw(jo, 3)
    region = last(jo, 3)["region"]
    with pytest.raises(Exception, match="somebody else was quicker"):
        draw(other, 3, None, name=region["name"])
    with pytest.raises(Exception, match="look again"):
        decide(other, 3, Action.REDACT, region="")
    with pytest.raises(ReviewError, match="drawn on the review page"):
        decide(jo, 3, Action.DRAW)


def test_copies_are_without_what_was_drawn_and_show_what_is_drawn_later(run: Path) -> None:
    ways = ("--pipeline", run.parent / "p.toml")
    jo = review(run)
    corners = Region(Outline.POLYGON, ((100, 20), (200, 60), (150, 120)))
    draw(jo, 4, corners)
    done = screening("redact", run, *ways)
    assert done.returncode == 0, done.stderr
    assert "fine4.redacted.jpg: 1 finding redacted, no longer found; clear" in done.stdout
    assert "street" not in done.stdout, "what the review marked, and nothing else"
    copy, original = (
        np.asarray(Image.open(path)).astype(int)
        for path in (run / "redacted/fine4.redacted.jpg", run.parent / "shoot/fine4.jpg")
    )
    assert np.ptp(copy[56:80, 140:165], axis=(0, 1)).max() < 12
    assert (copy[128:, :96] == original[128:, :96]).all()
    assert (verdicts(run)["fine4.jpg"], verdicts(run)["fine4.redacted.jpg"]) == ("block", "clear")
    # in the copy somebody sees another one: it is the original's, and the copy shows it until it is made anew
    names = [one["file"] for one in jo.state()["photos"]]
    draw(jo, names.index("fine4.redacted.jpg"), rule="staff-security")
    assert verdicts(run)["fine4.redacted.jpg"] == "hold"
    assert screening("redact", run, *ways).returncode == 0
    assert verdicts(run)["fine4.redacted.jpg"] == "clear"
    # a region that is moved afterwards is another one
    first = jo.state()["photos"][4]["findings"][0]["region"]
    draw(jo, 4, Region(Outline.POLYGON, ((101, 20), (200, 60), (150, 120))), name=first["name"], after=first["after"])
    assert verdicts(run)["fine4.redacted.jpg"] == "block"


def test_the_report_shows_what_was_drawn_and_decided(run: Path) -> None:
    jo = review(run, by="Jo <b>Smith")
    draw(jo, 6)
    jo.decide([Wish(photo=5, action=Action.REJECT, reason="not ours to publish")])
    street = jo.state()["photos"][FINE]
    number = street["open"][0]
    after = street["findings"][number]["after"]
    jo.decide(
        [Wish(photo=FINE, finding=number, action=Action.OVERRIDE, reason="our own demonstration car", after=after)]
    )
    before = pictures_of((run / "report.html").read_text(encoding="utf-8"))
    report_page.refresh(opened(run))
    said = (run / "report.html").read_text(encoding="utf-8")
    assert "Decisions as of" in said
    assert pictures_of(said) == before
    assert len(before) == FINE + 1, "all but the one that cannot be read"
    cards = {name: said.partition(f'data-name="{name}"')[2].partition('</li>\n<li class="card')[0] for name in FILES}
    assert "As things stand" in cards["fine6.jpg"]
    assert "marked by a person" in cards["fine6.jpg"]
    assert "Drawn, to be redacted, by Jo &lt;b&gt;Smith" in cards["fine6.jpg"]
    assert "Stays back" in cards["fine6.jpg"]
    assert "Kept back by Jo &lt;b&gt;Smith" in cards["fine5.jpg"]
    assert "not ours to publish" in cards["fine5.jpg"]
    assert "Overridden by Jo" in cards["street.jpg"]
    assert "May go out" in cards["street.jpg"]
    # one that was made to be shared names nobody, and stays one
    (run / "report.html").write_text(html_page(opened(run).report.as_dict(), {}, for_sharing=True))
    report_page.refresh(opened(run))
    said = (run / "report.html").read_text(encoding="utf-8")
    assert "Made for sharing" in said
    assert "Overridden." in said
    assert "Smith" not in said
    assert "demonstration" not in said
    assert set(report_page.SAID) == set(Action) - {Action.WITHDRAW}, "there are words for every decision"
    # where there is none any more, none is made
    (run / "report.html").unlink()
    report_page.refresh(opened(run))
    assert not (run / "report.html").exists()
    jo.decide([Wish(photo=5, action=Action.WITHDRAW, after=jo.state()["photos"][5]["after"])])


@pytest.fixture(scope="module")
def page(browser: Any, run: Path) -> Iterator[Any]:
    """The review page in a browser, which these tests share."""
    server = start(run.parent / "shoot")
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.address)
    page.get_by_role("button", name="All").click()
    yield page
    end(server)
    assert [one for one in complaints if "422" not in one] == []


def test_what_could_not_be_screened_is_no_dead_end(page: Any, run: Path) -> None:
    page.get_by_role("button", name="unread.jpg").click()
    page.get_by_text("Keep it back with 7 to go on without it").wait_for()
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="unread.jpg kept back").wait_for()
    assert page.evaluate("closed(photos.find((photo) => photo.file === 'unread.jpg'))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_the_review_page(page: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name="street.jpg").click()
    page.locator("#findings button").first.wait_for()
    for width in (1440, 1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        for keys in ("", "r", "Enter"):  # the page, with a draft, and the list of rules
            if keys:
                page.keyboard.press(keys)
            said = axe.run(page).response
            assert len(said["passes"]) > 10  # it did look
            found = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in said["violations"]]
            assert (width, keys, found) == (width, keys, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 860})


def test_a_region_is_drawn_moved_and_removed_by_mouse_and_by_keys(page: Any, run: Path) -> None:
    press = page.keyboard.press

    def says(text: str) -> None:
        page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)

    def until(said: str) -> None:
        """Waits for the page's script to say so; its own policy keeps the browser from waiting itself."""
        last = time.monotonic() + PATIENCE
        while not page.evaluate(said):
            assert time.monotonic() < last, said
            page.wait_for_timeout(20)

    def box() -> tuple[int, ...]:
        (one,) = [one for one in opened(run).outcomes() if one.photo.file == "fine5.jpg"]
        (found,) = [judgement.finding.box for judgement, _ in one.drawn]
        assert found
        return found.left, found.top, found.right, found.bottom

    def at(x: float, y: float) -> tuple[float, float]:
        """A place of the picture, as shares of its sides, on the screen."""
        there = page.locator("#canvas").bounding_box()
        return there["x"] + x * there["width"], there["y"] + y * there["height"]

    def dragged(start: tuple[float, float], end: tuple[float, float]) -> None:
        page.mouse.move(*at(*start))
        page.mouse.down()
        page.mouse.move(*at(*end), steps=3)
        page.mouse.up()

    # keys alone
    page.get_by_role("button", name="fine5.jpg").click()
    press("r")
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        press(key)
    press("Enter")
    says("Which rule does it fall under?")
    page.get_by_role("listbox").select_option("staff-security")
    says("Nothing about staff.")
    page.get_by_role("listbox").focus()
    press("Enter")
    says("drawn, to be redacted, by Jo Smith")
    left, top, right, bottom = box()
    assert left < 0.4 * 240 < 0.6 * 240 <= right
    assert top < 0.4 * 160 < 0.6 * 160 <= bottom
    press("m")
    press("ArrowRight")
    press("Escape")
    press("m")
    press("ArrowRight")
    press("ArrowRight")
    press("Enter")
    until("draft === null")
    moved = box()
    assert (moved[0] > left, moved[2] - moved[0]) == (True, right - left)
    press("8")
    until("!current().findings.length")
    # a polygon by keys: one corner more, and one less
    press("p")
    for key in ("Space", "a", "ArrowUp", "Delete", "Enter"):
        press(key)
    says("Which rule does it fall under?")
    press("Enter")
    until("current().findings.length === 1")
    assert page.evaluate("[rule, current().findings[0].region.points.length]") == ["staff-security", 4]
    press("8")
    until("!current().findings.length")
    # the mouse: drawn, pulled at a corner, moved, clicked
    page.get_by_role("button", name="Ellipse").click()
    dragged((0.2, 0.2), (0.5, 0.5))
    press("Enter")
    until("current().findings.length === 1")
    assert box() == pytest.approx((48, 32, 120, 80), abs=1)
    dragged((0.5, 0.5), (0.75, 0.75))
    until("current().findings[0].box[2] > 170")
    dragged((0.4, 0.4), (0.5, 0.4))
    until("current().findings[0].box[0] > 60")
    assert box() == pytest.approx((72, 32, 204, 120), abs=2)
    page.get_by_role("button", name="Polygon").click()
    for x, y in ((0.1, 0.8), (0.3, 0.8), (0.3, 0.95), (0.1, 0.8)):
        page.mouse.click(*at(x, y))
    says("Which rule does it fall under?")
    press("Enter")
    until("current().findings.length === 2")
    page.mouse.click(*at(0.6, 0.5))
    until("chosen === 0")
    # a crossed one is refused, and can be mended
    page.get_by_role("button", name="Polygon").click()
    for x, y in ((0.1, 0.1), (0.3, 0.3), (0.3, 0.1), (0.1, 0.3)):
        page.mouse.click(*at(x, y))
    press("Enter")
    press("Enter")
    says("its sides cross")
    press("Escape")
    # closer by the wheel: what is under the mouse stays there; and by two fingers
    page.mouse.move(*at(0.75, 0.25))
    before = at(0.75, 0.25)
    page.mouse.wheel(0, -400)
    until("scale > 1.5 * fitting(current())")
    assert at(0.75, 0.25) == pytest.approx(before, abs=2)
    press("f")
    page.evaluate(
        """() => {
          const { left, top } = $("canvas").getBoundingClientRect();
          const finger = (name, pointerId, x) => $("canvas").dispatchEvent(new PointerEvent(name,
            { pointerId, clientX: left + x, clientY: top + 50, bubbles: true, button: 0 }));
          finger("pointerdown", 1, 50);
          finger("pointerdown", 2, 90);
          finger("pointermove", 2, 130);
          finger("pointerup", 1, 50);
          finger("pointerup", 2, 130);
        }"""
    )
    assert page.evaluate("scale / fitting(current())") == pytest.approx(2, abs=0.1)
    # a copy that was made meanwhile stands beside its original
    assert screening("redact", run, "--pipeline", run.parent / "p.toml").returncode == 0
    page.evaluate("refresh()")
    says("Redacted copy")
    assert page.locator("#second").get_attribute("alt") == "fine5.redacted.jpg"
