"""The review page on a phone's width, with the keys alone: from the first picture to the clearance."""

from __future__ import annotations

from typing import Any

from screening.release.clear import SignOff
from screening.run.decision import answers
from screening.run.decisions import Decisions
from tests import PATIENCE
from tests.cleared import Cleared
from tests.command import screening
from tests.review_server import end, start

# How much of what is shown of the picture is on the screen, and whether what has the focus can be seen.
SHOWN = """(() => {
  const { top, bottom, height } = document.getElementById("picture").getBoundingClientRect();
  return (Math.min(bottom, innerHeight) - Math.max(top, 0)) / height;
})()"""
FOCUSED = """(() => {
  const { left, top, width, height } = document.activeElement.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 15));
  return Boolean(there && (document.activeElement.contains(there) || there.contains(document.activeElement)));
})()"""


def test_from_the_first_picture_to_the_clearance_with_the_keys_alone(browser: Any, cleared: Cleared) -> None:
    again = screening("scan", cleared.shoot, "--out", cleared.run, "--pipeline", cleared.pipeline)
    assert again.returncode == 1, again.stderr
    server = start(cleared.shoot, "--pipeline", cleared.pipeline)
    page = browser.new_context(viewport={"width": 390, "height": 780}).new_page()
    page.goto(server.address)

    def says(text: str) -> None:
        page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)

    says("0 of 2 decided")
    # what can be reached can be seen; which parts that scroll can be reached too depends on the browser
    reached = 0
    for _ in range(12):
        page.keyboard.press("Tab")
        page.wait_for_timeout(30)
        if page.evaluate("document.activeElement === document.body"):
            break  # past the last
        assert page.evaluate(FOCUSED), page.evaluate("document.activeElement.outerHTML")
        reached += 1
    assert reached > 8
    assert page.evaluate(SHOWN) > 0.9, "whoever decides has the picture on the screen"
    page.keyboard.press("5")
    page.keyboard.type("the station's own address")
    page.keyboard.press("Enter")
    says("1 of 2 decided")
    assert page.evaluate(SHOWN) > 0.9
    page.keyboard.press("9")
    says("2 of 2 decided")
    page.keyboard.press("q")
    page.keyboard.press("Space")  # yes, which would stop it
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    says("Saved.")
    end(server)
    said = dict(answers(Decisions(cleared.run, cleared.office).current()))
    assert said == {"libel": "no"}
    cleared.clear(SignOff(purpose="An open day", answers=said, second="B. Second"))
    assert cleared.gate(cleared.good, cleared.blocked).exit_code == 0
