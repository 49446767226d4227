"""Files come to their places whole, wherever these are."""

from __future__ import annotations

from pathlib import Path

import pytest

from signoff.media.files import give_name, write_new


@pytest.mark.timeout(10)
@pytest.mark.parametrize("place", ["media/ab/cd/file", "elsewhere/file"])
def test_a_file_gets_its_name_even_outside_of_the_root(tmp_path: Path, place: str) -> None:
    temporary = tmp_path / "temporary"
    write_new(temporary, b"content")
    give_name(temporary, tmp_path / place, root=tmp_path / "media")
    assert (tmp_path / place).read_bytes() == b"content"
    assert not temporary.exists()
