"""The installation's keys: configured, or made once and kept."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from signoff.vault import Vault
from signoff.vault.keys import load_keys

ONE, TWO = "1" * 40, "2" * 40


@pytest.mark.parametrize("text", [f"{TWO},{ONE}", f" {TWO} , {ONE} ,", f"{TWO}\n{ONE}\n"])
def test_configured_keys_come_first_and_make_no_file(tmp_path: Path, text: str) -> None:
    assert load_keys(SecretStr(text), tmp_path / "data") == (TWO, ONE)
    assert not (tmp_path / "data").exists()


def test_the_first_start_makes_a_key_for_the_owner_only(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "data"
    keys = load_keys(None, data_dir)
    assert Vault(keys).key_ids
    assert load_keys(None, data_dir) == keys
    assert [(path.name, path.stat().st_mode & 0o777) for path in data_dir.iterdir()] == [
        ("secret.key", 0o600)
    ]


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    assert load_keys(None, tmp_path / "one") != load_keys(None, tmp_path / "two")


def test_a_file_may_hold_several_keys(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text(f"{TWO}\n{ONE}\n")
    assert load_keys(None, tmp_path) == (TWO, ONE)


def test_an_empty_file_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("\n")
    with pytest.raises(ValueError, match="holds no key"):
        load_keys(None, tmp_path)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from signoff.vault.keys import load_keys;"
        "print('ready', flush=True); sys.stdin.readline();"
        "print(*load_keys(None, pathlib.Path(sys.argv[1])))"
    )

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    processes = [start() for _ in range(4)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    with ThreadPoolExecutor() as pool:
        keys = [answer[0] for answer in pool.map(lambda process: process.communicate("go\n"), processes)]
    assert len(set(keys)) == 1
    assert len(keys[0].strip()) >= 32
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
