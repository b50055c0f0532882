"""The page in a real browser: it shows, filters, moves by keys, is accessible, and nothing in it acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screening.finding import Finding
from screening.render import html
from screening.render.html import html_page
from screening.report import Report
from screening.run import files
from tests import shown

# What the console says beside these is the browser's own business, such as where it put the focus.
GRAVE = ("error", "warning")
WIDTHS = (1440, 1280, 390)
ALIKE = replace(shown.photo("day/hall2.jpg", shown.FACE, number=7), look="f" * 36)
# What has the focus, and whether somebody sees it: none of what stays on the screen lies over its middle.
FOCUSED = """(() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const { left, top, width, height } = one.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 20));
  const name = one.getAttribute("aria-label") || one.textContent.trim() || one.id;
  return [name, Boolean(there && (one.contains(there) || there.contains(one)))];
})()"""
VIEWPORTS = {"desk": {"width": 1360, "height": 860}, "phone": {"width": 390, "height": 780}}


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a report's page from disk; at the end nothing may have failed, and nothing been fetched."""
    complaints: list[str] = []
    fetched: list[str] = []
    contexts = []

    def refuse(dialog: Any) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def open_page(
        report: Report, *, for_sharing: bool = False, decided: bool = False, beside: bool = False, **options: Any
    ) -> Any:
        fields = report.as_dict()
        if decided:  # a review ended
            fields["decided"] = "2026-03-03T10:00:00+00:00"
            for photo in fields["photos"]:
                photo |= {"stands": "block", "whole": "Kept back by Jo Smith"}
                photo["findings"] = [one | {"decided": "Released by Jo Smith"} for one in photo["findings"]]
        previews: dict[str, bytes | str] = {photo.file: photo.preview for photo in report.photos if photo.preview}
        if beside:
            files.write_previews(report.photos, tmp_path)
            previews = {photo.file: f"previews/{photo.sha256}.jpg" for photo in report.photos if photo.preview}
        file = tmp_path / "report.html"
        file.write_text(html_page(fields, previews, for_sharing=for_sharing), encoding="utf-8")
        context = browser.new_context(**{"viewport": VIEWPORTS["desk"], "offline": True, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in GRAVE else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", refuse)
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url[:60] for url in fetched if not url.startswith(("file:", "data:image/jpeg"))] == []


def visible(page: Any) -> list[str]:
    """The names of the files that are shown, in the order in which they stand."""
    names: list[str] = page.evaluate(
        "[...document.querySelectorAll('.card')].filter(card => card.checkVisibility()).map(card => card.dataset.name)"
    )
    return names


def test_every_picture_is_shown_with_its_boxes_strictest_first(visit: Any) -> None:
    page = visit(shown.report())
    assert visible(page) == [
        "street/car.jpg",
        "street/door.jpg",
        "street/torn.jpg",
        "day/mayor.jpg",
        "day/stock.jpg",
        "day/hall.jpg",
    ]
    loaded = "[...document.querySelectorAll('.card img')].map(image => image.complete && image.naturalWidth)"
    assert page.evaluate(loaded) == [shown.WIDTH // 2] * 5
    assert [tile.inner_text().split()[0] for tile in page.locator(".tile").all()] == ["3", "2", "1"]
    assert page.locator("#shown").inner_text() == "6 files"


def test_a_box_lies_over_what_was_found(visit: Any) -> None:
    page = visit(shown.report(shown.photo("mayor.jpg", shown.FACE)))
    for opened in (False, True):
        if opened:
            page.locator(".open").click()
        root = "#viewer" if opened else ".card"
        image = page.locator(f"{root} img").bounding_box()
        line = page.locator(f"{root} .line").bounding_box()
        # the picture is fitted into its frame without cropping
        scale = min(image["width"] / shown.WIDTH, image["height"] / shown.HEIGHT)
        left = image["x"] + (image["width"] - scale * shown.WIDTH) / 2
        top = image["y"] + (image["height"] - scale * shown.HEIGHT) / 2
        assert line["x"] == pytest.approx(left + scale * shown.PLACE.left, abs=3)
        assert line["y"] == pytest.approx(top + scale * shown.PLACE.top, abs=3)
        assert line["width"] == pytest.approx(scale * shown.PLACE.width, abs=6)


def test_filters_by_verdict_rule_and_words(visit: Any) -> None:
    page = visit(shown.report())
    page.locator(".tile.block").click()
    assert visible(page) == ["street/car.jpg", "street/door.jpg", "street/torn.jpg"]
    assert page.locator(".tile.block").get_attribute("aria-pressed") == "true"
    assert page.locator("#shown").inner_text() == "3 of 6 files"
    page.locator("#rule").select_option("identifiable-person")
    assert visible(page) == ["street/car.jpg"]
    page.locator(".segments button", has_text="All").click()
    assert visible(page) == ["street/car.jpg", "day/mayor.jpg"]
    page.locator("#rule").select_option("")
    page.locator("#search").fill("DAY  somebody")
    assert visible(page) == ["day/stock.jpg"]
    page.locator("#search").fill("no such thing")
    assert visible(page) == []
    page.locator("#all").click()
    assert len(visible(page)) == 6
    page.locator("[data-rule=number-plate]").click()
    assert visible(page) == ["street/car.jpg"]
    # a noted finding is no reason to be shown under its rule
    assert page.locator("#rule option[value=juvenile]").count() == 0


def test_can_be_ordered_by_name(visit: Any) -> None:
    page = visit(shown.report())
    page.locator("#order").select_option("name")
    assert visible(page) == sorted(visible(page))


def test_moves_enlarges_and_closes_by_keys(visit: Any) -> None:
    page = visit(shown.report())
    name = page.locator("#viewer-name")
    for key in ("j", "j", "k", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('.card').dataset.name") == "street/car.jpg"
    page.keyboard.press("Enter")
    assert name.inner_text() == "street/car.jpg"
    assert page.locator("#viewer-place").inner_text() == "1 of 6"
    for seen in ("Plate, ends R", "No legible number plate", "0.93: blocked from 0.50", "fleet"):
        assert seen.lower() in page.locator("#viewer .side").inner_text().lower()
    for key, then in (("j", "street/door.jpg"), ("ArrowRight", "street/torn.jpg"), ("k", "street/door.jpg")):
        page.keyboard.press(key)
        assert name.inner_text() == then
    page.keyboard.press("Escape")
    assert not page.locator("#viewer").is_visible()
    page.wait_for_function("() => document.activeElement.closest('.card')?.dataset.name === 'street/door.jpg'")
    page.keyboard.press("h")
    assert visible(page) == ["day/mayor.jpg", "day/stock.jpg"]
    page.keyboard.press("/")
    page.keyboard.type("jbkhc")  # letters are letters while one types
    assert page.locator("#search").input_value() == "jbkhc"
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    assert len(visible(page)) == 6
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.locator("#shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    assert len(visible(page)) == 6  # keys can be switched off


def test_a_finding_pointed_at_shows_its_box(visit: Any) -> None:
    page = visit(shown.report(shown.photo("car.jpg", shown.PLATE, shown.FACE)))
    page.locator(".open").click()
    page.locator("#viewer .finding").nth(1).hover()
    assert page.locator("#viewer .chosen text").all_text_contents() == ["2"]


def test_what_is_only_noted_gets_its_box_once_one_asks(visit: Any) -> None:
    noted = replace(shown.ADULT, box=shown.NUMBER.box)
    page = visit(shown.report(shown.photo("mayor.jpg", shown.FACE, noted)))
    assert [box.is_visible() for box in page.locator(".card .line").all()] == [False, True]
    page.locator("summary", has_text="2 findings").click()
    assert [box.is_visible() for box in page.locator(".card .line").all()] == [True, True]
    page.locator(".open").click()
    assert [box.is_visible() for box in page.locator("#viewer .line").all()] == [True, True]


def test_hostile_names_are_shown_and_do_nothing(visit: Any) -> None:
    names = [
        "<img src=x onerror=alert(1)>.jpg",
        "\"'><script>alert(2)</script>.jpg",
        "</style></script></title><svg onload=alert(3)>.jpg",
        "\u202egpj.\udcff\x1b[2J.jpg",
    ]
    photos = [shown.photo(name, Finding("copyright.credit", 0.8, name, stage="metadata")) for name in names]
    page = visit(shown.report(*photos, name=names[0]))
    for number in range(len(names)):
        page.locator(".open").nth(number).click()
        page.wait_for_timeout(50)
        page.keyboard.press("Escape")
    page.locator("#search").fill(names[0])
    assert visible(page) == [names[0]]
    assert page.locator("h1").inner_text() == names[0]
    assert page.evaluate("document.querySelectorAll('.card script, .card svg[onload], img[onerror]').length") == 0
    page.locator("#search").fill("\\u202egpj.\\udcff\\x1b[2j")
    assert len(visible(page)) == 1


def test_a_script_that_got_in_all_the_same_would_not_run(visit: Any, browser: Any, tmp_path: Path) -> None:
    report = shown.report()
    page = html_page(report.as_dict(), {})
    file = tmp_path / "broken.html"
    file.write_text(page.replace("<main>", "<main><script>window.ran = 1</script><img src=x onerror='window.ran = 1'>"))
    context = browser.new_context(offline=True)
    inside = context.new_page()
    inside.goto(file.as_uri())
    assert inside.evaluate("window.ran === undefined && document.documentElement.classList.contains('ready')")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(visit: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    first, *others = shown.everything()
    page = visit(shown.report(replace(first, look="f" * 36), *others, ALIKE, off=("codes",)), decided=True)
    page.emulate_media(color_scheme=scheme)

    def violations() -> list[Any]:
        said = axe.run(page).response
        assert len(said["passes"]) > 10  # it did look
        return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in said["violations"]]

    for summary in page.locator("summary").all():
        summary.click()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780})
        assert (width, violations()) == (width, [])
        page.locator(".open").first.click()
        assert (width, violations()) == (width, [])
        page.keyboard.press("Escape")
        page.locator("#search").fill("no such thing")
        assert (width, violations()) == (width, [])
        page.locator("#ask").click()
        assert (width, violations()) == (width, [])
        page.keyboard.press("Escape")
        page.locator("#search").fill("")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_tab_key_reaches_everything_and_nothing_covers_it(visit: Any) -> None:
    page = visit(shown.report())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780})
        page.evaluate("scrollTo(0, 0)")
        page.locator(".skip").focus()
        reached: list[str] = []
        for _ in range(80):
            page.keyboard.press("Tab")
            here = page.evaluate(FOCUSED)
            for _ in range(20):  # it is scrolled to in the browser's own time
                if here is None or here[1]:
                    break
                page.wait_for_timeout(50)
                here = page.evaluate(FOCUSED)
            if here is None:
                break
            reached.append(here[0])
            assert here[1], (width, here[0])
        page.evaluate("scrollTo(0, 0)")
        first = "document.querySelector('.card img').getBoundingClientRect().top < innerHeight"
        assert page.evaluate(first), "the first picture stands on the first screen"
        wanted = [f"Enlarge {name}" for name in visible(page)]
        assert [one.partition(",")[0] for one in reached if one.startswith("Enlarge")] == wanted, width
        # a finding's reasons, and the large view, by Enter alone
        page.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator(".card .finding").first.is_visible()
        page.keyboard.press("Enter")
        page.locator(".open").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("#viewer").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#viewer").is_visible()


def test_fits_a_phone_without_scrolling_sideways(visit: Any) -> None:
    long = shown.photo("day/" + "a_very_long_name_without_any_break" * 6 + ".jpg", shown.FACE)
    page = visit(shown.report(*shown.everything(), long), viewport=VIEWPORTS["phone"])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_prints_every_finding_without_the_controls(visit: Any) -> None:
    page = visit(shown.report())
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#toolbar").is_visible()
    assert all(finding.is_visible() for finding in page.locator(".card .finding").all())
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not page.locator(".card .finding").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_without_scripts_everything_can_still_be_read(visit: Any) -> None:
    page = visit(shown.report(), java_script_enabled=False)
    assert page.locator(".card").count() == 6
    page.locator("summary", has_text="in street/car.jpg").click()
    assert page.get_by_text("plate, ends R", exact=True).is_visible()


def test_a_page_to_share_is_readable_too(visit: Any) -> None:
    page = visit(shown.report(), for_sharing=True)
    assert page.get_by_text("Made for sharing").is_visible()
    assert page.locator(".card img").count() == 5


def test_an_empty_report_opens(visit: Any) -> None:
    page = visit(replace(shown.report(), photos=()))
    assert page.get_by_text("No pictures were found").is_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert visible(page) == []


def test_many_pictures_stay_workable(visit: Any) -> None:
    page = visit(
        shown.report(*(replace(one, file=f"{n:04}/{one.file}") for n in range(60) for one in shown.everything()))
    )
    page.locator(".tile.hold").click()
    assert page.locator("#shown").inner_text() == "120 of 360 files"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator("#viewer-place").inner_text() == "1 of 120"


HOSTILE = "</noscript><img src=x onerror=alert(1)>&lt;b&gt;.jpg"
# Of each card, whether its picture and its findings are built.
BUILT = "[...document.querySelectorAll('.card')].map(card => !card.querySelector('noscript'))"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Report:
    """A report that counts as large, with more pictures than the screen has room for."""
    monkeypatch.setattr(html, "MANY", 5)
    rows = [replace(one, file=f"{row:02}/{one.file}") for row in range(8) for one in shown.everything()]
    return shown.report(shown.photo(HOSTILE, shown.CREDIT, number=2), *rows)


def test_a_large_report_builds_what_is_scrolled_to_from_the_pictures_beside_it(visit: Any, large: Report) -> None:
    page = visit(large, beside=True)
    last = page.locator(".card").last
    assert page.evaluate(BUILT)[0]
    assert not page.evaluate(BUILT)[-1]
    last.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.card:last-child img')?.naturalWidth > 0")
    assert last.locator("img").get_attribute("src").startswith("previews/")
    assert page.get_by_text("move the folder as a whole").count() == 1
    # boxes lie over what was built late too, and their tags have a size
    page.locator("#search").fill("plate, ends r 07/")
    assert visible(page) == ["07/street/car.jpg"]
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator("#viewer .finding").count() == 2
    assert page.locator("#viewer .tag").first.bounding_box()["width"] > 5


def test_names_do_not_act_when_a_card_is_built_late(visit: Any, large: Report) -> None:
    page = visit(large, beside=True)
    page.locator("#search").fill("<img src=x onerror")
    assert visible(page) == [HOSTILE]
    page.locator(".card:not([hidden]) summary").click()
    assert page.locator(".card:not([hidden]) .finding").is_visible()
    assert page.locator(".card:not([hidden]) img").count() == 1


def test_a_large_report_prints_whole_and_needs_no_script(visit: Any, large: Report) -> None:
    page = visit(large, for_sharing=True)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(page.evaluate(BUILT))
    page = visit(large, beside=True, java_script_enabled=False)
    page.locator("summary", has_text="in 07/street/car.jpg").click()
    assert page.get_by_text("plate, ends R", exact=True).and_(page.locator(":visible")).count() == 1
