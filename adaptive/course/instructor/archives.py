"""Archives from Canvas and Moodle, and those that students put in them, unpacked with care.

What cannot be unpacked costs one student a note that says why, and nobody else anything.
"""

from __future__ import annotations

import lzma
import os
import struct
import unicodedata
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.collect import CANVAS, MOODLE, hidden

#: Bytes that a student may hand in: of one file, and of an archive's files together.
LARGEST = 100 * 2**20
#: Files in a student's archive.
MOST = 2_000
#: Bytes of a name on nearly all file systems.
_LONGEST_NAME = 255
#: The earliest time that an archive can hold, and what a damaged one stands for.
_EARLIEST = datetime(1980, 1, 1)

#: What an archive that is damaged, encrypted or of an unknown kind raises.
_BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError),
    *(OSError, RuntimeError, ValueError, lzma.LZMAError, struct.error),
)


def extract(archive: Path, folder: Path) -> tuple[Path, dict[Path, str]]:
    """Unpack an archive from Canvas or Moodle, with the archives that students put in it.

    Parameters
    ----------
    archive : Path
        A zip file.
    folder : Path
        An empty folder.

    Returns
    -------
    Path
        Where the submissions are: the folder, or the only one in it.
    dict of str
        For each file that could not be unpacked, why. It is there, but empty, or an archive still.

    Raises
    ------
    CourseError
        If it is not a zip file, or one that is damaged as a whole.
    """
    if not zipfile.is_zipfile(archive):
        raise CourseError(f"SUBMISSIONS must be a folder or a zip file; {archive} is neither")
    problems: dict[Path, str] = {}
    try:
        with zipfile.ZipFile(archive) as content:
            _unpack(content, folder, problems)
    except _BROKEN as error:
        raise CourseError(f"SUBMISSIONS: {archive} is damaged ({error})") from None
    for inner in sorted(folder.rglob("*")):
        if inner.suffix.lower() == ".zip" and inner.is_file() and inner not in problems:
            if why := _unpack_students(inner, problems):
                problems[inner] = why
            else:
                inner.unlink()
    (*entries,) = (entry for entry in folder.iterdir() if not hidden(entry))
    only = entries[0] if len(entries) == 1 and entries[0].is_dir() else None
    named = only and (MOODLE.fullmatch(only.name) or CANVAS.fullmatch(only.name))
    return (only if only and not named else folder), problems


def _unpack_students(archive: Path, problems: dict[Path, str]) -> str:
    """Unpack an archive beside itself; return why that was not done, or nothing."""
    try:
        with zipfile.ZipFile(archive) as content:
            entries = content.infolist()
            if len(entries) > MOST:
                return f"the archive holds {len(entries)} files; at most {MOST} are unpacked"
            if (size := sum(entry.file_size for entry in entries)) > LARGEST:
                return f"the archive would unpack to {_large(size)}"
            target = archive.with_suffix("")
            while target.exists():
                target = target.with_name(f"{target.name}_")
            target.mkdir()
            _unpack(content, target, problems)
    except _BROKEN as error:
        return f"the archive is damaged ({error})"
    return ""


def _large(size: int) -> str:
    return f"{size / 2**20:.0f} MB; at most {LARGEST / 2**20:.0f} are read"


def _unpack(content: zipfile.ZipFile, folder: Path, problems: dict[Path, str]) -> None:
    """Write each file of an archive, or an empty one and a note in ``problems``."""
    names: dict[tuple[Path, str], str] = {}
    for entry in content.infolist():
        target = _target(entry.filename, folder, names)
        if target is None or entry.is_dir():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"")
        if why := _write(content, entry, target):
            problems[target] = why
        # The times say which of two attempts is the later one.
        try:
            when = max(datetime(*entry.date_time), _EARLIEST).timestamp()
        except (ValueError, OverflowError, OSError):
            when = _EARLIEST.timestamp()
        os.utime(target, (when, when))


def _write(content: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> str:
    """Write a file of an archive; return why that was not done, or nothing."""
    if entry.flag_bits & 0x1:
        return "the file is encrypted"
    if entry.file_size > LARGEST:
        return f"the file would unpack to {_large(entry.file_size)}"
    try:
        # Not more than the archive says that there is.
        target.write_bytes(content.read(entry))
    except _BROKEN as error:
        return f"the file is damaged in the archive ({error})"
    return ""


def _target(filename: str, folder: Path, names: dict[tuple[Path, str], str]) -> Path | None:
    """Return where a file goes: inside the folder, on any system, in nobody else's place.

    ``names`` holds, for a folder and what a name is without its capitals, the name that was given.
    """
    parts = [part for part in filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    # A path that no system takes is cut: what tells whose it is stands in front.
    parts = [*parts[:8], *parts[-1:]] if len(parts) > 9 else parts
    path = folder
    for place, part in enumerate(parts):
        given = _short("".join("_" if ord(c) < 32 or c in ':*?"<>|' else c for c in part))
        alike = unicodedata.normalize("NFC", given).casefold()
        end = place == len(parts) - 1
        while names.setdefault((path, alike), given) != given or (
            (path / given).is_dir() if end else (path / given).is_file()
        ):
            stem, dot, suffix = given.rpartition(".")
            given = f"{stem}_{dot}{suffix}" if stem else f"{given}_"
            alike = unicodedata.normalize("NFC", given).casefold()
        path /= given
    return path if parts else None


def _short(name: str) -> str:
    """Return a name that a file system takes, with the suffix that it had."""
    if len(name.encode(errors="replace")) <= _LONGEST_NAME - 8:
        return name
    suffix = Path(name).suffix if len(Path(name).suffix) <= 8 else ""
    cut = name.encode(errors="replace")[: _LONGEST_NAME - 8 - len(suffix.encode(errors="replace"))]
    return cut.decode(errors="ignore") + suffix
