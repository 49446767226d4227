"""The documentation leads somewhere, and says what the code says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.main import get_command

from signoff.cli.main import make_app
from signoff.demo.cast import PASSWORD, PEOPLE
from signoff.demo.stories import STORIES
from signoff.records.states import DELIVERY_MOVES, POST_MOVES, Move, Who
from signoff.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
MOST_IMAGE_BYTES = 150_000

PLAIN_WORDS = {Who.WORKER: "the worker", Who.PEOPLE: "people", Who.RESTORE: "a restore"}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The headings' names, as they stand behind the # of a link."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text("utf-8")))
    lost = []
    for link in links:
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`((?:src|tests|docs|tools|requirements)/[\w./-]+)`", page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_tests_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`(tests/[\w./-]+)::(\w+)`", page.read_text("utf-8"))
    assert [test for file, test in named if f"def {test}(" not in read(file)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        if page.is_dir():
            waiting += page.glob("*.md")
        elif page.suffix == ".md":
            links = re.findall(r"\]\(([^)#\s:]+)", page.read_text("utf-8"))
            waiting += [page.parent / link for link in links]
    assert [str(page) for page in PAGES if page.resolve() not in seen and page.name != "CHANGELOG.md"] == []


def test_every_picture_is_shown_and_small() -> None:
    texts = "".join(page.read_text("utf-8") for page in PAGES)
    for picture in (ROOT / "docs/images").iterdir():
        assert f"images/{picture.name})" in texts, picture.name
        assert picture.stat().st_size < MOST_IMAGE_BYTES, picture.name
        if picture.suffix == ".webp":
            with Image.open(picture) as shown:
                assert shown.width > 1000


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `(SIGNOFF_\w+)` \| (.*?) \|", read("docs/settings.md"), flags=re.MULTILINE)
    documented = {name: default.strip("`") for name, default in rows}
    known = {f"SIGNOFF_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert documented.keys() == known.keys()
    for name, default in known.items():
        if isinstance(default, str | int) and not isinstance(default, bool) and default != "":
            assert documented[name] == str(default), name


def test_every_setting_that_a_page_names_exists() -> None:
    own = {"SIGNOFF_URL", "SIGNOFF_TOKEN"}  # of the command line
    known = own | {f"SIGNOFF_{name.upper()}" for name in Settings.model_fields}
    named = {
        name for page in PAGES for name in re.findall(r"\bSIGNOFF_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))
    }
    assert named - known == set()


def documented_moves(heading: str) -> Iterator[tuple[str, set[str], str, set[str]]]:
    section = read("docs/states.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| `(\w+)` \| (.*?) \|", section, flags=re.MULTILINE)
    for name, sources, target, who in rows:
        yield name, set(re.findall(r"`(\w+)`", sources)), target, set(who.split(", "))


@pytest.mark.parametrize(
    ("heading", "moves"),
    [("Of a post", POST_MOVES), ("Of a delivery", DELIVERY_MOVES)],
    ids=["post", "delivery"],
)
def test_the_tables_of_moves_are_those_of_the_code(heading: str, moves: Mapping[Any, Move[Any]]) -> None:
    told = list(documented_moves(heading))
    assert told == [
        (
            str(action),
            {str(one) for one in move.sources},
            str(move.target),
            {PLAIN_WORDS[who] for who in move.by},
        )
        for action, move in moves.items()
    ]


@pytest.mark.parametrize(
    ("heading", "moves"),
    [("Of a post", POST_MOVES), ("Of a delivery", DELIVERY_MOVES)],
    ids=["post", "delivery"],
)
def test_the_drawn_states_show_no_arrow_that_isnt_there(heading: str, moves: Mapping[Any, Move[Any]]) -> None:
    section = read("docs/states.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    drawn = {
        (name, source, target)
        for source, target, names in re.findall(r"^ +(\w+) --> (\w+): (.+)$", section, flags=re.MULTILINE)
        for name in names.split(", ")
    }
    there = {(str(action), str(one), str(m.target)) for action, m in moves.items() for one in m.sources}
    assert drawn <= there
    assert {name for name, _, _ in there - drawn} <= {"confirm", "doubt"}


def commands() -> Iterator[str]:
    def names(command: Any, path: str) -> Iterator[str]:
        yield path
        for name, one in getattr(command, "commands", {}).items():
            yield from names(one, f"{path} {name}")

    yield from names(get_command(make_app()), "signoff")


def test_every_command_that_a_page_names_exists() -> None:
    known = set(commands())
    named = {
        (page.name, command)
        for page in PAGES
        for command in re.findall(
            r"(?:`|^    (?:\.venv/bin/)?)(signoff(?: [a-z][a-z-]*)+)", page.read_text("utf-8"), re.MULTILINE
        )
    }
    # A word behind the command may be an argument, so the longest known beginning counts.
    assert {(page, command) for page, command in named if " ".join(command.split()[:2]) not in known} == set()


def test_every_target_of_make_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), flags=re.MULTILINE))
    named = {
        name
        for page in PAGES
        for name in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert named - targets == set()


def test_the_tour_names_posts_and_people_of_the_demonstration() -> None:
    tour = read("README.md").partition("## A tour")[2].partition("## Use it")[0]
    titles = {story.title for story in STORIES}
    named = set(re.findall(r"“([^”]{12,})”", tour))
    assert named
    assert named <= titles
    assert set(re.findall(r"[\w.]+@[\w.]+", tour)) <= {email for _, email, _ in PEOPLE}
    assert PASSWORD in tour


def test_every_decision_is_listed_once() -> None:
    records = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    assert re.findall(r"\((0\d{3}-[\w-]+\.md)\)", read("docs/decisions/README.md")) == records
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
