"""The files: whole or not at all, the same however often, and nowhere else."""

from __future__ import annotations

import io
import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signoff.connectors.base import CannotTell, Doubt, NotPublished, Parcel, Published, Receipt
from signoff.connectors.errors import Refused, TryLater
from signoff.connectors.html.archive import stream_zip
from signoff.connectors.html.connector import HtmlExport
from signoff.connectors.html.files import account_folder, place_at
from signoff.kernel.clock import SystemClock
from tests.connectors.html.world import Found, files_in, jpeg, parcel_for

REMOTE_ID = "brand-one/site"
DOUBT = Doubt(datetime.now(UTC), is_settled=True)


@pytest.fixture
def exporter(tmp_path: Path) -> HtmlExport:
    return HtmlExport(tmp_path / "exports", "https://signoff.test/", SystemClock())


async def keep_nothing(_: object) -> None:
    pass


async def publish(exporter: HtmlExport, parcel: Parcel) -> Receipt:
    return await exporter.commit(parcel, await exporter.prepare(parcel, {}, keep_nothing))


async def test_a_page_and_its_pictures_are_exported(exporter: HtmlExport, tmp_path: Path) -> None:
    parcel = parcel_for(exporter, REMOTE_ID, "brown", "white")
    receipt = await publish(exporter, parcel)
    assert receipt.permalink == f"https://signoff.test/exports/{parcel.key}"
    assert receipt.external_id == f"new-bread-{parcel.key}"
    place = place_at(tmp_path / "exports", REMOTE_ID, receipt.external_id)
    page = Found(place.page.read_text("utf-8"))
    assert [(place.folder / str(image["src"])).read_bytes() for image in page.attributes["img"]] == [
        jpeg("brown"),
        jpeg("white"),
    ]
    assert receipt.raw["size_bytes"] == place.page.stat().st_size


async def test_there_is_no_page_before_the_commit(exporter: HtmlExport, tmp_path: Path) -> None:
    parcel = parcel_for(exporter, REMOTE_ID, "brown")
    ready = await exporter.prepare(parcel, {}, keep_nothing)
    assert [name for name in files_in(tmp_path) if name.endswith(".html")] == []
    await exporter.commit(parcel, ready)
    assert len([name for name in files_in(tmp_path) if name.endswith("KEY/index.html")]) == 1


async def test_exporting_again_changes_nothing(exporter: HtmlExport, tmp_path: Path) -> None:
    parcel = parcel_for(exporter, REMOTE_ID, "brown")
    ready = await exporter.prepare(parcel, {}, keep_nothing)
    first = await exporter.commit(parcel, ready)
    before = files_in(tmp_path)
    assert await exporter.commit(parcel, ready) == first
    assert await publish(exporter, parcel) == first
    assert files_in(tmp_path) == before


async def test_a_restored_database_finds_the_page_with_its_first_date(exporter: HtmlExport) -> None:
    parcel = parcel_for(exporter, REMOTE_ID)
    first = await exporter.commit(parcel, {"published_on": "2020-02-29"})
    assert await exporter.reconcile(parcel, {}, DOUBT) == Published(first)
    assert await publish(exporter, parcel) == first


async def test_a_look_tells_from_the_file_alone(exporter: HtmlExport, tmp_path: Path) -> None:
    parcel = parcel_for(exporter, REMOTE_ID)
    assert isinstance(await exporter.reconcile(parcel, {}, DOUBT), NotPublished)
    receipt = await publish(exporter, parcel)
    assert await exporter.reconcile(parcel, {}, DOUBT) == Published(receipt)
    page = place_at(tmp_path / "exports", REMOTE_ID, receipt.external_id).page
    page.write_text(page.read_text().replace("rye", "wheat"))
    finding = await exporter.reconcile(parcel, {}, DOUBT)
    assert isinstance(finding, CannotTell)
    assert finding.is_final
    with pytest.raises(Refused, match="Somebody changed"):
        await exporter.prepare(parcel, {}, keep_nothing)


async def test_a_page_is_found_by_its_address_only(exporter: HtmlExport) -> None:
    parcel = parcel_for(exporter, REMOTE_ID)
    assert await exporter.find(parcel, f"https://signoff.test/exports/{parcel.key}") is None
    receipt = await publish(exporter, parcel)
    assert await exporter.find(parcel, f" {receipt.permalink}/?x=1 ") == receipt
    assert await exporter.find(parcel, "https://signoff.test/exports/another") is None


async def test_taking_down_deletes_everything_and_may_be_repeated(
    exporter: HtmlExport, tmp_path: Path
) -> None:
    parcel, other = parcel_for(exporter, REMOTE_ID, "brown"), parcel_for(exporter, REMOTE_ID, "white")
    receipt = await publish(exporter, parcel)
    await publish(exporter, other)
    before = len(files_in(tmp_path))
    assert "deleted" in await exporter.take_down(parcel, receipt)
    assert "gone" in await exporter.take_down(parcel, receipt)
    assert len(files_in(tmp_path)) == before - 2


async def test_cleaning_up_removes_pictures_but_never_a_page(exporter: HtmlExport, tmp_path: Path) -> None:
    parcel = parcel_for(exporter, REMOTE_ID, "brown")
    ready = await exporter.prepare(parcel, {}, keep_nothing)
    await exporter.clean_up(parcel, ready)
    await exporter.clean_up(parcel, ready)
    assert files_in(tmp_path) == []
    await publish(exporter, parcel)
    await exporter.clean_up(parcel, ready)
    assert len(files_in(tmp_path)) == 2


async def test_connecting_names_the_account_after_namespace_and_folder(exporter: HtmlExport) -> None:
    health = await exporter.check({"namespace": "brand-one"}, {"folder": "news"})
    other = await exporter.check({"namespace": "brand-two"}, {"folder": "news"})
    assert health.account.key == "html:html:brand-one/news"
    assert other.account.key != health.account.key
    assert (await exporter.check({"namespace": "brand-one"}, {})).account.remote_id == "brand-one/site"


@pytest.mark.parametrize(
    "folder", ["..", "../brand-two", "a/b", ".hidden", "Ünï", "a b", "x" * 200, "a\n", "-"]
)
async def test_a_folder_that_leads_elsewhere_is_refused(
    exporter: HtmlExport, tmp_path: Path, folder: str
) -> None:
    with pytest.raises(Refused, match="can't be the name") as refused:
        await exporter.check({"namespace": "brand-one"}, {"folder": folder})
    assert refused.value.advice
    parcel = parcel_for(exporter, REMOTE_ID)
    away = replace(
        parcel, link=replace(parcel.link, account=replace(parcel.link.account, remote_id=f"x/{folder}"))
    )
    with pytest.raises(Refused):
        await exporter.commit(away, {"published_on": "2027-01-01"})
    with pytest.raises(Refused):
        await exporter.take_down(parcel, Receipt(folder, ""))
    assert files_in(tmp_path) == []


async def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("a file stands where the folder should be")
    exporter = HtmlExport(tmp_path / "exports", "https://signoff.test", SystemClock())
    parcel = parcel_for(exporter, REMOTE_ID)
    with pytest.raises(TryLater, match="can't be reached"):
        await exporter.check({"namespace": "brand-one"}, {})
    with pytest.raises(TryLater):
        await exporter.commit(parcel, {"published_on": "2027-01-01"})


@contextmanager
def disk_that_takes(size_bytes: int) -> Iterator[None]:
    """Let the operating system refuse to write more into a file, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_leaves_the_old_page_or_none(exporter: HtmlExport, tmp_path: Path) -> None:
    there, new = parcel_for(exporter, REMOTE_ID, "brown"), parcel_for(exporter, REMOTE_ID)
    receipt = await publish(exporter, there)
    before = files_in(tmp_path)
    with disk_that_takes(100):
        with pytest.raises(TryLater) as refused:
            await exporter.commit(new, {"published_on": "2027-01-01"})
        with pytest.raises(TryLater):
            await exporter.commit(there, {"published_on": "2027-01-01"})
        with pytest.raises(TryLater):
            await exporter.prepare(parcel_for(exporter, REMOTE_ID, "white"), {}, keep_nothing)
    assert "space" in refused.value.advice
    assert files_in(tmp_path) == before
    assert await exporter.reconcile(there, {}, DOUBT) == Published(receipt)
    assert isinstance(await exporter.reconcile(new, {}, DOUBT), NotPublished)


async def test_the_archive_holds_the_pages_of_a_brand_and_no_other(
    exporter: HtmlExport, tmp_path: Path
) -> None:
    for remote_id in ("brand-one/site", "brand-one/news", "brand-two/site"):
        await publish(exporter, parcel_for(exporter, remote_id, "brown"))
    unfinished = parcel_for(exporter, "brand-one/site", "white")
    await exporter.prepare(unfinished, {}, keep_nothing)
    folder = account_folder(tmp_path / "exports", "brand-one/site").parent
    (folder / "site" / "stolen").symlink_to("/etc")

    pieces = [piece async for piece in stream_zip(folder)]
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        names = [name.split("/") for name in archive.namelist()]
        page = next(
            name for name in archive.namelist() if name.startswith("news/") and name.endswith(".html")
        )
        assert archive.read(page).startswith(b"<!doctype html>")
        assert any(archive.read(name) == jpeg("brown") for name in archive.namelist())
    assert [(parts[0], parts[-1].rpartition(".")[2]) for parts in names] == [
        ("news", "jpg"),
        ("news", "html"),
        ("site", "jpg"),
        ("site", "html"),
    ]


async def test_an_empty_archive_is_a_valid_one(tmp_path: Path) -> None:
    content = b"".join([piece async for piece in stream_zip(tmp_path)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == []


async def test_a_large_archive_comes_in_pieces(tmp_path: Path) -> None:
    page = tmp_path / "site" / "page-key"
    page.mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "1.jpg").write_bytes(b"\x00" * 3_000_000)
    sizes = [len(piece) async for piece in stream_zip(tmp_path)]
    assert len(sizes) > 5
    assert max(sizes) < 1_000_000
