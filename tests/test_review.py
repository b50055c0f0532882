"""The review page: only its own browser is let in, what is decided is on disk, and a shoot is decided with the keys."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from screening.office import audit
from screening.office.office import Office
from screening.photo_report import PhotoReport
from screening.policy import Verdict
from screening.release.sample import missed, sample
from screening.run.decision import Action, Decision
from screening.run.decisions import Decisions
from screening.run.run import Run
from screening.web.asked import ReviewError, Wish
from screening.web.review import Review
from screening.weights import sha256_of
from tests import PATIENCE
from tests.command import quickly
from tests.picture_files import picture, scenery
from tests.review_server import Server, end, start
from tests.streets import PLACE, PLATES, street

QUESTIONS = """
[[batch.question]]
id = "libel"
ask = "Could anything in it be libellous?"
answer = "yes/no"
stops = "yes"
[[batch.question]]
id = "agreed"
ask = "Who agreed?"
"""
PIPELINE = (
    PLATES.replace('kinds = { "vehicle" = { block = 0.5 } }', 'kinds = { "vehicle" = { hold = 0.5 } }').replace(
        "[rules.number-plate]", "[rules.scene-scope]"
    )
    + f"\n[batch]\nreview_share = 0.1\n{QUESTIONS}"
)
HELD, BLOCKED, CLEAR = 20, 10, 30


@pytest.fixture
def shoot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """60 pictures, scanned: some with a red place, which holds them, some with a GPS position, which blocks them."""
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    folder = tmp_path / "shoot"
    folder.mkdir()
    (tmp_path / "p.toml").write_text(PIPELINE)
    for number in range(HELD):
        (folder / f"held{number:02}.jpg").write_bytes(picture(rgb=street(seed=number), quality=95))
    for number in range(BLOCKED):
        (folder / f"placed{number:02}.jpg").write_bytes(picture(rgb=scenery(seed=100 + number) // 4 + 120, gps=PLACE))
    for number in range(CLEAR):
        (folder / f"clear{number:02}.jpg").write_bytes(picture(rgb=scenery(seed=200 + number) // 4 + 120))
    done = quickly("scan", folder, "--out", tmp_path / "run", "--pipeline", tmp_path / "p.toml")
    assert done.returncode == 1, done.stderr
    return folder


@pytest.fixture
def server(shoot: Path) -> Iterator[Server]:
    started = start(shoot)
    yield started
    end(started)


def kept(shoot: Path) -> Decisions:
    return Decisions(shoot.parent / "run", Office(shoot.parent / "office"))


def test_a_sample_is_drawn_from_the_clear_pictures_alone_and_is_another_for_each_run() -> None:
    photos = [PhotoReport(file=f"{n}.jpg", sha256=f"{n:064}", width=9, height=9, judgements=()) for n in range(100)]
    broken = PhotoReport(file="broken.jpg", sha256="", width=0, height=0, judgements=())
    chosen = sample([*photos, broken], 0.05, salt="one")
    assert len(chosen) == 5
    assert chosen <= {photo.sha256 for photo in photos}
    assert chosen == sample(photos[::-1], 0.05, salt="one")
    assert chosen != sample(photos, 0.05, salt="two")
    assert len(sample(photos, 0.001, salt="one")) == 1
    assert sample(photos, 0, salt="one") == frozenset()
    first, second, *_ = sorted(chosen)
    said = [
        Decision(by="A", action=Action.AGREE, sha256=first),
        Decision(by="A", action=Action.REJECT, sha256=second),
        Decision(by="A", action=Action.REJECT, sha256="of a picture that was not drawn"),
    ]
    assert missed(chosen, said) == (1, 2)


def test_only_the_browser_that_opened_the_address_is_let_in(server: Server) -> None:
    port = server.host.rpartition(":")[2]
    cookie = server.enter()
    assert cookie.startswith(f"screening-{port}=")
    assert server.ask("/state")[0] == 403
    assert server.ask("/state", Cookie=f"screening-{port}=guess")[0] == 403
    assert server.ask("/state", Cookie=cookie)[0] == 200
    assert server.ask("/picture/0")[0] == server.ask("/thumbnail/0")[0] == 403
    # the token is good for once, and a wrong one for nothing
    assert server.ask(f"/?{urlsplit(server.address).query}")[0] == 403
    assert server.ask("/?token=guess")[0] == server.ask("/?token=")[0] == 403
    # a name of somebody else's that points to this computer
    assert server.ask("/state", Cookie=cookie, Host=f"evil.example:{port}")[0] == 403
    # another site's page, in the same browser
    assert server.ask("/state", Cookie=cookie, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    body = {"decisions": [{"photo": 0, "action": "reject"}]}
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{int(port) + 1}"):
        assert server.ask("/decide", body, Cookie=cookie, Origin=origin)[0] == 403
    assert server.ask("/decide", body)[0] == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_nothing_is_kept_by_the_browser(server: Server) -> None:
    _, _, headers = server.ask(f"/?{urlsplit(server.address).query}")
    said = headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    cookie = headers["set-cookie"].split(";")[0]
    for path in ("/", "/review.js", "/review.css", "/state", "/thumbnail/0", "/picture/0"):
        status, _, headers = server.ask(path, Cookie=cookie)
        assert status == 200, path
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        assert "unsafe" not in policy


def test_it_says_in_a_line_why_something_cannot_be_decided(server: Server, shoot: Path) -> None:
    cookie = server.enter()
    state = json.loads(server.ask("/state", Cookie=cookie)[1])
    held = next(one for one in state["photos"] if one["file"] == "held00.jpg")
    placed = next(one for one in state["photos"] if one["file"] == "placed00.jpg")
    wish = {"photo": placed["number"], "finding": 0}
    for body, said in {
        "not JSON": "not JSON",
        "[1]": "not a JSON object",
        json.dumps({"decisions": [{"photo": 0}]}): "needs a picture and an action",
        json.dumps({"decisions": [{"photo": "0", "action": "accept"}]}): "whole numbers",
        json.dumps({"decisions": [{"photo": 0, "action": "publish"}]}): "no action",
        json.dumps({"decisions": [{"photo": 99, "action": "reject"}]}): "no such picture",
        json.dumps({"decisions": [{**wish, "finding": 99, "action": "accept"}]}): "no such finding",
        json.dumps({"decisions": [{**wish, "action": "accept"}]}): "a block is lifted by",
        json.dumps({"decisions": [{**wish, "action": "override", "reason": "because"}]}): "at least 3 different words",
        json.dumps({"decisions": [{"photo": placed["number"], "action": "agree"}]}): "nothing is held",
        # all or none
        json.dumps(
            {"decisions": [{"photo": held["number"], "finding": 0, "action": "accept"}, {**wish, "action": "accept"}]}
        ): "a block is lifted by",
    }.items():
        status, answer, _ = server.ask("/decide", body, Cookie=cookie)
        assert (status, said in answer) == (422, True), answer
    assert kept(shoot).history() == []
    for question, answer, said in [
        ("why", "no", "not one of the batch's questions"),
        ("libel", "yes, badly", "needs yes or no"),
        ("agreed", "x", "needs an answer in words"),
    ]:
        told = server.ask("/answer", {"question": question, "answer": answer}, Cookie=cookie)
        assert (told[0], said in told[1]) == (422, True), told
    (shoot / "held00.jpg").write_bytes(b"something else")
    status, answer, _ = server.ask(f"/picture/{held['number']}", Cookie=cookie)
    assert (status, "held00.jpg" in answer) == (422, True)


def test_nobody_replaces_a_decision_that_they_did_not_see(server: Server, shoot: Path) -> None:
    cookie = server.enter()
    number = next(one["number"] for one in json.loads(server.ask("/state", Cookie=cookie)[1])["photos"] if one["open"])
    # another process, which was started on the same run, is quicker
    other = start(shoot, by="B. Quick")
    try:
        body = {"decisions": [{"photo": number, "action": "reject", "reason": "no"}]}
        assert other.ask("/decide", body, Cookie=other.enter())[0] == 200
        status, answer, _ = server.ask("/decide", body, Cookie=cookie)
        assert (status, "B. Quick decided this" in answer) == (409, True)
        fresh = json.loads(server.ask("/state", Cookie=cookie)[1])["photos"][number]
        assert fresh["whole"]["by"] == "B. Quick"
        body["decisions"][0]["after"] = fresh["after"]
        assert server.ask("/decide", body, Cookie=cookie)[0] == 200
    finally:
        end(other)
    assert [one.by for one in kept(shoot).history()] == ["B. Quick", "Jo Smith"]
    assert [one.event for one in audit.counting(kept(shoot).office.audit_log)] == [
        "scan", "review", "review", "decision", "decision",
    ]  # fmt: skip


def test_findings_that_look_alike_are_decided_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_HOME", str(tmp_path / "office"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    (tmp_path / "shoot").mkdir()
    (tmp_path / "p.toml").write_text(PIPELINE)
    first, second = (Image.fromarray(street(seed=seed)) for seed in (1, 2))
    first.save(tmp_path / "shoot" / "two.tif", save_all=True, append_images=[second])
    assert quickly("scan", tmp_path / "shoot", "--out", tmp_path / "run", "--pipeline", tmp_path / "p.toml").returncode
    office = Office(tmp_path / "office")
    review = Review(tmp_path / "run", by="Jo Smith", pipeline=str(tmp_path / "p.toml"), office=office)

    def decide(number: int, action: Action) -> list[int]:
        (before,) = review.state()["photos"]
        found = before["findings"][number]
        review.decide([Wish(photo=0, finding=number, action=action, after=found["after"])])
        (after,) = review.state()["photos"]
        return list(after["open"])

    assert [one["evidence"] for one in review.state()["photos"][0]["findings"]] == [
        "number plate, red", "number plate, red (frame 2)",
    ]  # fmt: skip
    assert decide(0, Action.ACCEPT) == [1], "the same place in the second frame was not looked at"
    assert decide(1, Action.ACCEPT) == []
    assert decide(0, Action.WITHDRAW) == [0]
    with pytest.raises(ReviewError, match="to a picture, not to a finding"):
        decide(0, Action.REJECT)


def test_it_stops_when_nobody_uses_it(shoot: Path) -> None:
    server = start(shoot, "--idle", 0.02)
    _, said = server.process.communicate(timeout=PATIENCE)
    assert server.process.returncode == 1
    assert f"{HELD + BLOCKED} pictures are still held or blocked" in said


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_ctrl_c_ends_it_cleanly(shoot: Path) -> None:
    server = start(shoot)
    server.process.send_signal(signal.SIGINT)
    _, said = server.process.communicate(timeout=PATIENCE)
    assert server.process.returncode == 1
    assert "Traceback" not in said
    assert "still held or blocked" in said


def test_what_cannot_be_reviewed_is_said_in_a_line(shoot: Path, tmp_path: Path) -> None:
    nothing = quickly("review", tmp_path / "office", "--by", "Jo", "--no-open")
    assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
    nobody = quickly("review", tmp_path / "run", "--by", " ", "--no-open", "--pipeline", tmp_path / "p.toml")
    assert (nobody.returncode, "--by" in nobody.stderr) == (2, True)


def test_killed_while_it_is_asked_it_loses_nothing_that_was_decided(shoot: Path) -> None:
    told: set[str] = set()
    for turn in range(6):
        server = start(shoot)
        cookie = server.enter()
        state = json.loads(server.ask("/state", Cookie=cookie)[1])
        assert told <= {one["file"] for one in state["photos"] if one["whole"]}, "a decision that it told of is gone"
        left = [one for one in state["photos"] if not one["whole"]]
        for one in left[: turn + 1]:
            body = {"decisions": [{"photo": one["number"], "action": "reject", "reason": f"turn {turn}"}]}
            assert server.ask("/decide", body, Cookie=cookie)[0] == 200, "what was half decided is not in the way"
            told.add(one["file"])
        many = {"decisions": [{"photo": one["number"], "action": "reject"} for one in left[turn + 1 : turn + 4]]}
        with contextlib.suppress(OSError, http.client.HTTPException), ThreadPoolExecutor() as pool:
            asked = pool.submit(server.ask, "/decide", many, Cookie=cookie)
            for _ in range(turn):
                server.ask("/review.css", Cookie=cookie)  # so that it is killed sooner or later
            server.process.kill()
            asked.result()
        end(server)
    decided = [one.sha256 for one in kept(shoot).history()]
    assert len(decided) >= len(told)
    assert (len(decided) - len(told)) % 3 == 0, "of three that were decided together, all or none are kept"
    assert len(decided) == len(set(decided))


def test_sixty_pictures_are_decided_with_the_keys_alone(browser: Any, server: Server, shoot: Path) -> None:
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    page = context.new_page()
    complaints: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(server.address)
    press = page.keyboard.press

    def says(text: str) -> None:
        page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)

    says(f"0 of {HELD + BLOCKED + 3} decided")  # 3 of the clear ones are looked at too
    assert page.evaluate("document.cookie") == ""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def violations() -> list[Any]:
        said = axe.run(page).response
        assert len(said["passes"]) > 10  # it did look
        return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in said["violations"]]

    assert violations() == []
    # blocked ones come first: one is kept back, one let pass for a reason, and then all others like it
    assert page.locator("#file").inner_text() == "placed00.jpg"
    score = page.locator("#findings .score").first
    assert not score.is_visible(), "the words are the rule book's until somebody asks"
    press("s")
    assert score.is_visible()
    press("s")
    press("7")
    page.keyboard.type("the address is too telling")
    assert violations() == []
    press("Enter")
    says("1 of 33 decided")
    press("5")
    press("Enter")  # without a reason nothing is decided
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.type("the station's own address")
    press("Enter")
    says("2 of 33 decided")
    press("e")
    says("8 × scene-address")
    says("Decide about 8")
    press("Enter")
    says("10 of 33 decided")
    # held ones
    assert page.locator("#file").inner_text() == "held00.jpg"
    press("1")
    says("11 of 33 decided")
    press("6")
    says("12 of 33 decided")
    press("k")
    assert page.locator("#file").inner_text() == "held01.jpg"
    press("8")
    says("11 of 33 decided")
    press("1")
    says("12 of 33 decided")
    press("e")
    says("18 × scene-scope")
    says("Decide about 18")  # each was on the screen
    press("Enter")
    says("30 of 33 decided")
    # clear ones of the sample
    says("pictures checked: 0 of 3; missed 0")
    for number in (1, 2):
        press("9")
        says(f"pictures checked: {number} of 3; missed 0")
    press("7")
    page.keyboard.type("a face that was missed")
    press("Enter")
    says("pictures checked: 3 of 3; missed 1 (33%")
    says("Everything is decided")
    press("q")
    # the first question's buttons: the arrow keys choose, and wrap around
    press("Space")
    says("Yes: nothing goes out")
    press("ArrowDown")
    press("Tab")
    page.keyboard.type("All of them.")
    press("Enter")
    says("Saved.")
    press("?")
    press("Escape")
    assert violations() == []
    assert complaints == []
    assert {urlsplit(url).netloc for url in fetched} == {server.host}
    context.close()
    # what the page said is what a clearance would be made of
    run, office = shoot.parent / "run", Office(shoot.parent / "office")
    after = Run.open(run, office, str(shoot.parent / "p.toml")).outcomes()
    assert sum(one.verdict is Verdict.CLEAR for one in after) == HELD + BLOCKED + CLEAR - 2
    assert {one.answer for one in kept(shoot).history() if one.question} == {"no", "All of them."}
    said = quickly("explain", "placed01.jpg", "--run", run, "--pipeline", shoot.parent / "p.toml").stdout
    assert "override by Jo Smith" in said
    assert "the station's own address" in said


def test_two_tabs_on_one_run_see_what_the_other_decided(browser: Any, server: Server, shoot: Path) -> None:
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    one, two = context.new_page(), context.new_page()
    one.goto(server.address)
    one.get_by_text("0 of 33 decided").wait_for()
    two.goto(f"http://{server.host}/")  # the cookie lets it in
    two.get_by_text("0 of 33 decided").wait_for()
    first = sha256_of(shoot / "placed00.jpg")
    one.keyboard.press("7")
    one.keyboard.type("first")
    one.keyboard.press("Enter")
    one.get_by_text("1 of 33 decided").wait_for()
    two.keyboard.press("7")
    two.keyboard.type("second")
    two.keyboard.press("Enter")
    two.get_by_text("somebody else was quicker").wait_for()
    two.get_by_text("1 of 33 decided").wait_for()
    assert [(one.sha256, one.reason) for one in kept(shoot).history()] == [(first, "first")]
    context.close()
