"""Pipeline files that ship are sound; a broken one is answered with the file, the key and what may have been meant."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import screening
from screening.config import ConfigError, load, names
from screening.finding import KIND, Box, Finding
from screening.kinds import of_ours
from screening.photo_report import PhotoReport, judged_anew, photo_fields
from screening.policy import Policy, Verdict
from screening.run.restore import restored_photo
from screening.stages import STAGES
from screening.weights import data_folder

RULES = """
identifiable-person wanted-person juvenile evidence graphic scene-address number-plate scene-scope personal-details
protective-marking libel copyright staff-security reputation
""".split()


@pytest.mark.parametrize("name", ["default", "posters", "strict"])
def test_the_pipelines_that_ship_carry_every_rule_and_every_stage(name: str) -> None:
    pipeline = load(name)
    assert set(RULES) <= set(pipeline.policy.rules)
    assert [stage.name for stage in pipeline.stages] == list(STAGES)
    assert all(rule.says and rule.lifted_by for rule in pipeline.policy.rules.values())


@pytest.mark.parametrize("name", ["default", "posters", "strict"])
def test_what_no_stage_looks_for_a_person_is_asked(name: str) -> None:
    pipeline = load(name)
    asked = {question.rule for question in pipeline.batch.question if question.stops}
    # A tent or a blurred letter is no offence by itself: these are said, so that somebody looks.
    said_only = {"scene-scope", "personal-details"}
    assert {rule for rule, of in pipeline.policy.rules.items() if of.not_looked_for} - said_only <= asked
    assert {"wanted-person", "evidence", "graphic", "libel", "staff-security", "reputation"} <= asked


def test_only_posters_is_looser_than_the_default() -> None:
    default = load().policy
    assert load("strict").policy.looser_than(default) == []
    assert load("posters").policy.looser_than(default) != []
    assert load("west-midlands").policy.looser_than(default) == []
    assert names() == ["default", "posters", "strict", "west-midlands"]


@pytest.mark.parametrize("name", ["posters", "strict"])
def test_whatever_the_default_flags_the_others_hold_at_least(name: str) -> None:
    default, other = load().policy, load(name).policy

    def least(policy: Policy, kind: str) -> float:
        """From which score on a kind is held or blocked; 2 where it never is."""
        rule, limits = policy.lookup(kind)
        outside = policy.rules[rule].outside_a_scene != "clear"
        return min((mark for mark in (limits.hold, limits.block) if mark is not None and outside), default=2.0)

    kinds = {kind for policy in (default, other) for rule in policy.rules.values() for kind in rule.kinds}
    assert [kind for kind in sorted(kinds) if least(other, kind) > least(default, kind)] == []


def test_strict_blocks_every_face_and_every_legible_number() -> None:
    policy = load("strict").policy
    for kind in ("face.identifiable", "face.unidentifiable", "vehicle.plate.uk", "address.house_number"):
        assert policy.lookup(kind)[1].verdict(0.5) is Verdict.BLOCK


def test_posters_hold_printed_faces_and_words_and_still_block_what_could_not_be_screened() -> None:
    policy = load("posters").policy
    for kind in ("vehicle.plate.uk", "vehicle.damage", "address.house_number", "juvenile.face"):
        assert policy.lookup(kind)[1].verdict(1.0) is Verdict.HOLD
    for kind in ("text.appeal", "personal.phone", "personal.intranet", "marking.secret"):
        assert policy.lookup(kind)[1].verdict(1.0) is Verdict.BLOCK
    assert policy.lookup("error.faces")[1].verdict(0.0) is Verdict.BLOCK


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("posters/lock-it.jpg", True),  # in the folder
        ("posters/2014/lock-it.jpg", True),
        ("open-day/campaign-1.jpg", True),  # by the pattern
        ("posters-2/lock-it.jpg", False),  # another folder
        ("street/posters.jpg", False),
    ],
)
def test_files_that_are_declared_as_posters_are_judged_as_such(tmp_path: Path, name: str, declared: bool) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "default"\n[posters]\nfiles = ["posters", "*campaign*"]\n')
    policy, default, posters = load(file).policy, load("default").policy, load("posters").policy
    like = posters if declared else default
    for kind in ("vehicle.plate.uk", "juvenile.face", "vehicle.damage.fire", "text.appeal", "error.faces", "code.qr"):
        assert policy.for_file(name).lookup(kind)[1] == like.lookup(kind)[1]
    assert policy.looser_than(default) == posters.looser_than(default)  # the report says so


def test_a_report_that_is_read_again_judges_posters_as_posters(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "default"\n[posters]\nfiles = ["posters"]\n')
    policy, seen = load(file).policy, Finding("vehicle.plate.uk", 0.9, "UK number plate", Box(1, 1, 9, 9))
    for name, verdict in (("posters/a.jpg", Verdict.HOLD), ("street/a.jpg", Verdict.BLOCK)):
        photo = PhotoReport(file=name, sha256="a" * 64, width=10, height=10, judgements=(policy.judge(seen),))
        assert judged_anew(photo, policy, scene=True).verdict is verdict
        again = restored_photo(photo_fields(photo), policy, scene=True)
        assert again.verdict is verdict


@pytest.mark.parametrize("pattern", ["*", "", "**", "./*"])
def test_a_declaration_that_names_every_file_is_refused(tmp_path: Path, pattern: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'extends = "default"\n[posters]\nfiles = ["{pattern}"]\n')
    with pytest.raises(ConfigError, match=r"posters\.files: names every file"):
        load(file)


BROKEN = [
    # what is changed, to what, and what the answer must name
    ("seconds = 60", "secnds = 60", ["limits.secnds", "did you mean 'seconds'"]),
    ("seconds = 60", "seconds = 0", ["limits.seconds: is 0", "above 0"]),  # which would be no limit at all
    ("seconds = 60", "seconds = nan", ["limits.seconds: is nan", "above 0"]),
    ("megapixels = 120", "megapixels = -1", ["limits.megapixels: is -1", "above 0"]),
    ("megapixels = 120", 'megapixels = "many"', ["limits.megapixels", "number"]),
    ('use = "faces"', 'use = "face"', ["stage 2", "did you mean 'faces'"]),
    ('use = "faces"', 'name = "faces"', ["stage 2", "use ="]),
    ('use = "faces"', 'use = "faces"\nminimun = 0.5', ["stage 2", "minimun"]),
    ('use = "faces"', 'use = "text"', ["'text' appears twice"]),
    ('use = "faces"', 'use = "no.such.module:Stage"', ["stage 2", "cannot be imported"]),
    ('use = "faces"', 'use = "pathlib:Path"', ["stage 2", "is not a stage"]),
    ("[rules.graphic.kinds]", "[rules.graphic.kind]", ["rules.graphic.kind", "did you mean 'kinds'"]),
    ('"error" = { block = 0.0 }', '"error" = { hold = 0.0 }', ["must never pass"]),
    ('"face.released" = {}', '"face.released" = { hold = 2 }', ["face.released", "between 0 and 1"]),
    ('"face.released" = {}', '"face.released" = { hld = 0.2 }', ["face.released.hld", "did you mean 'hold'"]),
    ("[limits]", "[limits", ["not valid TOML"]),
    (
        '"vehicle.plate" = {',
        '"vehicle.plat" = {',
        ["kinds.vehicle.plat:", "did you mean 'vehicle.plate'"],
    ),
    ('"vehicle" = {}', '"vehicles" = {}', ["rules.graphic.kinds.vehicles", "did you mean 'vehicle'"]),
    ('"vehicle.plate.fleet"', '"vehicle.plate.flet"', ["vehicle.plate.flet", "did you mean 'vehicle.plate.fleet'"]),
    ('"error" = {', '"error.fases" = { block = 0.0 }\n"error" = {', ["error.fases", "did you mean 'error.faces'"]),
    ('"scene" = {', '"seen.text" = { block = 0.5 }\n"scene" = {', ["seen.text", "never judged"]),
    ('"scene" = {', '"zzz" = { block = 0.5 }\n"scene" = {', ["rules.scene-scope.kinds.zzz", "no stage declares"]),
    ('"vehicle.plate" = {', "vehicle.plate = {", ["kinds.vehicle.plate", "write a kind in quotes"]),
    ("[force]\n", '[force]\nfone = ["1"]\n', ["force.fone", "did you mean 'phones'"]),
    ("review_share", "review_shar", ["batch.review_shar", "did you mean 'review_share'"]),
    ("[limits]", "[limit]", ["limit: ", "did you mean 'limits'"]),
    ("[limits]", 'extend = "default"\n[limits]', ["extend: ", "did you mean 'extends'"]),
    ('use = "plates"', 'use = "plates"\nforce = { fleet = ["AB12 CDE"] }', ["(plates)", "[force]"]),
]


@pytest.mark.parametrize(("old", "new", "named"), BROKEN)
def test_a_broken_pipeline_file_is_answered_with_file_and_key(
    tmp_path: Path, old: str, new: str, named: list[str]
) -> None:
    text = (data_folder("pipelines") / "default.toml").read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as raised:
        load(path)
    for word in ["mine.toml", *named]:
        assert word in str(raised.value)


def test_a_pipeline_that_does_not_exist_is_answered_with_one_that_does() -> None:
    with pytest.raises(ConfigError, match="did you mean 'strict'"):
        load("strickt")


def test_the_force_reaches_the_stages_that_ask_for_it(tmp_path: Path) -> None:
    text = (data_folder("pipelines") / "default.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('name = ""', 'name = "Borsetshire Constabulary"'))
    forces = {stage.force.name for stage in load(path).stages if hasattr(stage, "force")}
    assert forces == {"Borsetshire Constabulary"}


def extended(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "own.toml"
    path.write_text('extends = "default"\n' + text)
    return [stage.name for stage in load(path).stages]


def test_a_file_that_names_one_stage_leaves_the_others_running(tmp_path: Path) -> None:
    assert extended(tmp_path, '[[stage]]\nuse = "faces"\nminimum = 0.3\n') == list(STAGES)
    faces = next(stage for stage in load(tmp_path / "own.toml").stages if stage.name == "faces")
    assert getattr(faces, "minimum", None) == 0.3
    assert extended(tmp_path, '[[stage]]\nuse = "tests.red_stage:Reds"\n') == [*STAGES, "reds"]


def test_stages_are_left_out_by_name_only(tmp_path: Path) -> None:
    assert extended(tmp_path, 'without = ["codes", "text"]\n') == [
        one for one in STAGES if one not in ("codes", "text")
    ]
    assert extended(tmp_path, 'without = ["*"]\n[[stage]]\nuse = "metadata"\n') == ["metadata"]
    for text, said in (
        ('without = ["code"]\n', "without: no stage is called 'code'; did you mean 'codes'"),
        ('without = "codes"\n', "without is a list of names"),
        ('[stage]\nuse = "faces"\n', "every stage begins with"),
        ('[[stage]]\nuse = "faces"\n[[stage]]\nuse = "faces"\n', "'faces' appears twice"),
    ):
        with pytest.raises(ConfigError, match=said):
            extended(tmp_path, text)
    (tmp_path / "alone.toml").write_text('without = ["codes"]\n')
    with pytest.raises(ConfigError, match="without: leaves out stages of the file that this one extends"):
        load(tmp_path / "alone.toml")


def test_a_stage_never_stands_before_one_whose_findings_it_reads(tmp_path: Path) -> None:
    said = "own.toml: stage {!r} comes before {!r}, whose findings it reads; put {!r} first"

    def own(*order: str) -> str:
        return 'without = ["*"]\n' + "".join(f'[[stage]]\nuse = "{name}"\n' for name in order)

    reads = {stage.name: getattr(stage, "after", ()) for stage in load().stages}
    assert "text" in reads["markings"] and "text" in reads["wording"] and "text" in reads["personal_details"]
    for name, sources in reads.items():
        for source in sources:
            with pytest.raises(ConfigError, match=said.format(name, source, source)):
                extended(tmp_path, own(name, source))
            assert extended(tmp_path, own(source, name)) == [source, name]
        assert extended(tmp_path, own(name)) == [name]  # the source may be left out on purpose
    with pytest.raises(ConfigError, match=said.format("objects", "text", "text")):
        extended(tmp_path, 'without = ["text"]\n[[stage]]\nuse = "text"\n')
    whole = (data_folder("pipelines") / "default.toml").read_text()
    text, last = '[[stage]]\nuse = "text"\n', '[[stage]]\nuse = "personal_details"\n'
    (tmp_path / "own.toml").write_text(whole.replace(text, "").replace(last, last + text))
    with pytest.raises(ConfigError, match=said.format("objects", "text", "text")):
        load(tmp_path / "own.toml")


def test_a_misspelt_rule_of_a_file_that_extends_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"own\.toml: rules.number-plat: .*did you mean 'number-plate'"):
        extended(tmp_path, '[rules.number-plat]\noutside_a_scene = "hold"\n')
    own = '[rules.our-own]\nsays = "No."\nlifted_by = "Us."\nkinds = { "vehicle.plate.uk" = { hold = 0.1 } }\n'
    assert extended(tmp_path, own) == list(STAGES)


def test_the_kinds_of_a_stage_that_is_off_or_private_are_known(tmp_path: Path) -> None:
    rule = '[rules.our-own]\nsays = "No."\nlifted_by = "Us."\nkinds = {{ "{}" = {{ hold = 0.1 }} }}\n'
    private = '[[stage]]\nuse = "tests.own_stage:Lanyards"\n'
    for text in (
        'without = ["*"]\n' + private,  # every rule of the default is about a stage that is off
        private + rule.format("lanyard"),
        private + rule.format("lanyard.worn.red"),
        private + rule.format("error.lanyards"),
    ):
        if "error" in text:
            text = text.replace("hold = 0.1", "block = 0")
        assert "lanyards" in extended(tmp_path, text)
    for text, said in (
        (rule.format("lanyard"), "no stage declares such a kind"),  # its stage is not in this file
        (private + rule.format("lanyard.wron"), "did you mean 'lanyard.worn'"),
        (private + rule.format("lanyard.worn.reed"), "did you mean 'lanyard.worn.red'"),
    ):
        with pytest.raises(ConfigError, match=said):
            extended(tmp_path, text)


def test_a_stage_that_does_not_say_what_it_finds_is_no_stage(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tests\.own_stage:Silent is not a stage"):
        extended(tmp_path, '[[stage]]\nuse = "tests.own_stage:Silent"\n')


def test_whatever_our_stages_and_the_program_can_report_is_a_known_kind() -> None:
    """Every kind that stands in their source: one more that is not declared could not be named by a policy."""
    package = Path(screening.__file__).parent
    heads = {kind.split(".")[0] for kind in of_ours()}
    named = {
        node.value
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value)
        if "." in node.value and node.value.split(".")[0] in heads
    }
    assert {"vehicle.plate.fleet", "error.photo", "face.released.adult"} <= named
    assert named - of_ours() == set()
