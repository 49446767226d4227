"""The repository holds locked dependencies, no files of other projects, and nothing of one machine."""

import ast
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.servers.running import cannot_run

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "src/signoff/web/static/vendor"
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NODE_LOCK = ROOT / "tools/package-lock.json"
NOT_INSTALLED = {"signoff", "_typeshed"}
"""Our own, and what only type checkers know."""

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|MPL|Mozilla|CC0|0BSD|OFL)\b|BSD-",
    re.IGNORECASE,
)
ACCEPTED_DESPITE_ITS_LICENCE = {
    "psycopg",  # LGPL: used as it is, as a library that anybody can replace
    "psycopg-binary",  # (the same)
}


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked_files():
        try:
            yield path.relative_to(ROOT), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture


def locked_versions(lock: Path) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock.read_text(), flags=re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in project["dependencies"]]


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text().strip())
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, NODE_LOCK], ids=lambda path: path.name)
def test_no_lock_names_a_registry(lock: Path) -> None:
    assert (
        re.findall(
            r'"resolved"|--(?:extra-)?index-url|--find-links|^\S+ @ |\bfile:', lock.read_text(), re.MULTILINE
        )
        == []
    )


def test_every_locked_front_end_package_has_a_digest() -> None:
    packages = json.loads(NODE_LOCK.read_text())["packages"]
    assert [
        name for name, entry in packages.items() if name and not entry["integrity"].startswith("sha512-")
    ] == []


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_the_locks_fit_what_the_project_declares(lock: Path) -> None:
    versions = locked_versions(lock)
    astray = [str(need) for need in declared() if not need.specifier.contains(versions.get(need.name, "0"))]
    assert astray == []


def test_development_and_deployment_use_the_same_versions() -> None:
    development = locked_versions(ROOT / "requirements/dev.txt")
    deployment = locked_versions(ROOT / "requirements/runtime.txt")
    assert deployment.items() <= development.items()


def test_every_package_that_the_code_imports_is_declared() -> None:
    names = {canonicalize_name(need.name) for need in declared()}
    providers = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / "src").rglob("*.py")
        for module in imported_modules(path) - set(sys.stdlib_module_names) - NOT_INSTALLED
        if not names & {canonicalize_name(name) for name in providers.get(module, [])}
    }
    assert undeclared == set()


def imported_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_every_dependency_has_a_permissive_licence() -> None:
    doubtful = {
        name: licence
        for name in locked_versions(ROOT / "requirements/runtime.txt").keys() - ACCEPTED_DESPITE_ITS_LICENCE
        if name != "colorama"  # for Windows only, so it can't be asked here
        if not PERMISSIVE.search(licence := licence_of(name))
    }
    assert doubtful == {}


def licence_of(name: str) -> str:
    about = distribution(name).metadata
    classifiers = [line for line in about.get_all("Classifier", []) if line.startswith("License")]
    names = [*about.get_all("License-Expression", []), *about.get_all("License", [])]
    return " ".join([name[:80] for name in names] + classifiers)  # some paste the whole text


def test_no_third_party_front_end_file_is_committed() -> None:
    foreign = re.compile(r"(^|/)(node_modules|vendor)/|\.min\.(js|css)$|\.(woff2?|ttf|otf)$")
    assert [path for path, _ in texts() if foreign.search(path.as_posix())] == []


@pytest.fixture
def manifest() -> dict[str, Any]:
    if not (VENDOR / "manifest.json").exists():
        cannot_run("front-end files are missing: run `make setup`")
    content: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text())
    return content


def test_served_front_end_files_are_those_that_were_reviewed(manifest: dict[str, Any]) -> None:
    reviewed = json.loads((ROOT / "tools/vendor.lock.json").read_text())
    served = {
        name: hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest()
        for name, entry in manifest.items()
    }
    assert served == reviewed


def test_nothing_else_is_served_beside_them(manifest: dict[str, Any]) -> None:
    present = {path.name for path in VENDOR.iterdir()}
    assert present == {entry["file"] for entry in manifest.values()} | {"manifest.json", "licenses"}


def test_every_third_party_package_comes_with_its_licence(manifest: dict[str, Any]) -> None:
    packages = {credit.rpartition("@")[0] for entry in manifest.values() for credit in entry["packages"]}
    assert {path.stem for path in (VENDOR / "licenses").iterdir()} == {
        name.replace("/", "__") for name in packages
    }


def test_no_file_names_a_folder_of_one_machine() -> None:
    somebodys = re.compile(r"(?<![\w.~}/-])/(?:home/[a-z]|Users/[A-Za-z]|root/|work/)")
    assert [
        (path, hit[0])
        for path, text in texts()
        if path.name != "test_repository.py"
        if (hit := somebodys.search(text))
    ] == []


def test_scripts_can_be_executed() -> None:
    scripts = [path for path in tracked_files() if path.suffix == ".sh" and not path.name.startswith("_")]
    scripts.append(ROOT / ".ci/run")
    assert [path for path in scripts if not path.stat().st_mode & 0o100] == []


def test_what_is_listed_as_slow_is_there() -> None:
    listed = (ROOT / "tests/slow.txt").read_text().split()
    for test in listed:
        file, *_, name = test.split("::")
        assert f"def {name}(" in (ROOT / file).read_text(), f"{test} is gone: take it out of tests/slow.txt"
    assert listed == sorted(set(listed))
