"""What the documentation says of the tree is what the tree is, and its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))


def folders() -> set[str]:
    """Every folder that holds a file of the project, and those above it; hidden ones are for machines."""
    # whoever owns the clone: git refuses to read somebody else's unless it is told that this is meant
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    parents = {str(parent) for file in done.stdout.split("\0") for parent in PurePosixPath(file).parents}
    return {parent for parent in parents if not parent.startswith(".")}


def test_every_folder_is_in_the_map_and_every_folder_in_the_map_is_there() -> None:
    chapter = (ROOT / "docs/design.md").read_text(encoding="utf-8").partition("## Map of the folders")[2]
    mapped = re.findall(r"^\| `([^`]+)/` \| .+ \|$", chapter, re.MULTILINE)
    assert sorted(mapped) == sorted(folders())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_leads_to_one(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


def test_the_design_is_the_first_link_of_contributing_and_of_more_in_the_readme() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    more = (ROOT / "README.md").read_text(encoding="utf-8").partition("## More")[2]
    for text in (contributing, more):
        first = re.search(r"\]\(([^)]+)\)", text)
        assert first and first[1] == "docs/design.md"
