"""Archives of a class, and what can be wrong with them: one student at most pays for it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from adaptive.course.instructor import CourseError, archives
from adaptive.course.instructor.archives import extract
from adaptive.course.instructor.collect import collect

#: In the central directory of an archive, beside its signature.
FLAGS, DATE, METHOD = 8, 14, 10


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Return an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _with(archive: bytes, name: str, field: int, value: int) -> bytes:
    """Return an archive with another value in what its directory says of a file."""
    data = bytearray(archive)
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    struct.pack_into("<H", data, place + field, value)
    return bytes(data)


def _class(tmp_path: Path, archive: bytes) -> dict[str, tuple[str, str]]:
    """Return the file and the problem of each student in an archive."""
    (tmp_path / "class.zip").write_bytes(archive)
    folder, problems = extract(tmp_path / "class.zip", tmp_path / "unpacked")
    found = collect(folder, "ravine", problems=problems)
    return {one.student: (one.path.name, one.problem) for one in found}


def test_archives_in_archives_and_their_times(tmp_path):
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("homework/ravine.ipynb", "{}")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "all/ann_17_40_work.zip")
        archive.writestr("all/ben_18_41_work.zip", "this is no archive")
        archive.writestr("all/../../out.ipynb", "{}")
        for hour, name in enumerate(["new", "old"]):
            info = zipfile.ZipInfo(f"all/cy/{name}.ipynb", (2026, 1, 2, 23 - hour, 0, 0))
            archive.writestr(info, "{}")
    folder, problems = extract(outer, tmp_path / "unpacked")
    assert folder == tmp_path / "unpacked" / "all"
    assert not (tmp_path / "out.ipynb").exists()
    found = {one.student: one.path.name for one in collect(folder, "ravine")}
    assert found == {
        "ann": "ravine.ipynb",
        "ben": "ben_18_41_work.zip",
        "cy": "new.ipynb",
        "out": "out.ipynb",
    }
    assert problems == {
        folder / "ben_18_41_work.zip": "the archive is damaged (File is not a zip file)"
    }


def test_what_is_no_archive(tmp_path):
    path = tmp_path / "class.zip"
    path.write_text("no")
    with pytest.raises(CourseError, match="must be a folder or a zip file"):
        extract(path, tmp_path / "unpacked")


def test_a_class_that_is_damaged_as_a_whole(tmp_path):
    path = tmp_path / "class.zip"
    data = bytearray(_zip({"ann.ipynb": b"{}"}))
    data[data.rindex(b"PK\x01\x02")] = 0
    path.write_bytes(data)
    with pytest.raises(CourseError, match=r"SUBMISSIONS: .*class\.zip is damaged"):
        extract(path, tmp_path / "unpacked")


@pytest.mark.parametrize("date", [0, 0xFFFF, 0x0021 & ~0x1F, 15 << 5])
def test_an_odd_date_is_an_early_one(tmp_path, date):
    files = {"ann/new.ipynb": b"{}", "ann/odd.ipynb": b"{}", "ben.ipynb": b"{}"}
    archive = _with(_zip(files), "ann/odd.ipynb", DATE, date)
    assert _class(tmp_path, archive) == {"ann": ("new.ipynb", ""), "ben": ("ben.ipynb", "")}


def test_an_encrypted_file_costs_its_owner_alone(tmp_path):
    archive = _with(_zip({"ann.ipynb": b"{}", "ben.ipynb": b"{}"}), "ann.ipynb", FLAGS, 1)
    assert _class(tmp_path, archive) == {
        "ann": ("ann.ipynb", "the file is encrypted"),
        "ben": ("ben.ipynb", ""),
    }


def test_an_encrypted_archive_of_a_student(tmp_path):
    inner = _with(_zip({"ravine.ipynb": b"{}"}), "ravine.ipynb", FLAGS, 1)
    found = _class(tmp_path, _zip({"ann_17_40_work.zip": inner, "ben_18_41_a.ipynb": b"{}"}))
    assert found == {
        "ann": ("ravine.ipynb", "the file is encrypted"),
        "ben": ("ben_18_41_a.ipynb", ""),
    }


def test_an_unknown_compression_and_a_wrong_checksum(tmp_path):
    archive = _with(_zip({"ann.ipynb": b"{}", "ben.ipynb": b"{}"}), "ann.ipynb", METHOD, 99)
    archive = _with(archive, "ben.ipynb", 16, 12345)
    found = _class(tmp_path, archive)
    assert found["ann"][1].startswith("the file is damaged in the archive (")
    assert found["ben"][1].startswith("the file is damaged in the archive (Bad CRC-32")


def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 2**20)
    large = bytes(2**20 + 1)
    found = _class(
        tmp_path,
        _zip(
            {
                "ann.ipynb": large,
                "ben_18_41_work.zip": _zip({"ravine.ipynb": large[:-9], "more.ipynb": large[:-9]}),
                "cy_19_42_work.zip": _zip({"ravine.ipynb": large[:-1]}),
            }
        ),
    )
    assert found == {
        "ann": ("ann.ipynb", "the file would unpack to 1 MB; at most 1 are read"),
        "ben": ("ben_18_41_work.zip", "the archive would unpack to 2 MB; at most 1 are read"),
        "cy": ("ravine.ipynb", ""),
    }
    assert (tmp_path / "unpacked" / "ann.ipynb").stat().st_size == 0


def test_an_archive_of_too_many_files_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST", 3)
    many = _zip({f"{n}.ipynb": b"{}" for n in range(4)})
    found = _class(tmp_path, _zip({"ann.zip": many, "ben.ipynb": b"{}"}))
    assert found["ann"] == ("ann.zip", "the archive holds 4 files; at most 3 are unpacked")


def test_the_limit_lets_notebooks_with_pictures_through():
    assert 50e6 < archives.LARGEST < 200e6


def test_very_long_names_and_paths_are_cut_and_stay_apart(tmp_path):
    long = "x" * 300
    deep = "/".join(["deep" * 50] * 40)
    files = {f"ann_17_40_{long}1.ipynb": b"1", f"ann_17_41_{long}2.ipynb": b"2"}
    found = _class(
        tmp_path, _zip({**files, f"ben_18_42_{long}.ipynb": b"", f"cy/{deep}.ipynb": b""})
    )
    assert list(found) == ["ann", "ben", "cy"]
    assert all(name.endswith(".ipynb") and not problem for name, problem in found.values())
    assert len(list((tmp_path / "unpacked").glob("ann*"))) == 2


def test_names_that_differ_in_capitals_only_stay_apart_on_every_system(tmp_path):
    files = ["Ann.ipynb", "ann.ipynb", "Ben/ravine.ipynb", "ben/ravine.ipynb", "BEN/notes.txt"]
    found = _class(tmp_path, _zip({name: name.encode() for name in files}))
    assert len(found) == 5
    written = [path.relative_to(tmp_path / "unpacked") for path in tmp_path.rglob("unpacked/**/*")]
    assert len({str(path).casefold() for path in written}) == len(written) == 8


def test_a_file_in_the_place_of_a_folder(tmp_path):
    files = {"ann": b"", "ann/ravine.ipynb": b"{}", "ben/": b"", "ben": b"", "ben/x.ipynb": b"{}"}
    found = _class(tmp_path, _zip(files))
    assert {"ravine.ipynb", "x.ipynb"} <= {name for name, _ in found.values()}


def test_a_link_in_an_archive_is_a_file_like_any_other(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("ann.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    assert _class(tmp_path, buffer.getvalue()) == {"ann": ("ann.ipynb", "")}
    assert not (tmp_path / "unpacked/ann.ipynb").is_symlink()
