"""The file that a backup is: a zip of the home's own files with a manifest of their sizes and SHA-256 sums.

Whatever comes out of such a file is believed only after it was held against the manifest; a name that could lead out of
the home, a link, a device or more than fits is refused before anything is written.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import DropferryError
from bot.home import private_folder
from bot.language import _

CONFIG, ORIGINS, DATABASE, RECORDINGS = "config.toml", "origins.json", "dropferry.db", "recordings"
MANIFEST = "manifest.json"
MOST_FILES = 20_000
MOST_BYTES = 8 * 2**30
MANIFEST_BYTES = 8 * 2**20
_PIECE = 2**20
# What every system can write and no system reads as anything but a name: no device of Windows, no dot or blank at the
# end, nothing that leads upwards.
_PART = re.compile(r"(?!(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\.|$))[\w-](?:[\w.,=+@ -]{0,98}[\w=+@-])?", re.IGNORECASE)
_DEEPEST = 6


class ArchiveRefused(DropferryError):
    """The file is no backup, is damaged, or holds what has no place in a home; `what` names the file and the member."""


class Kept(BaseModel):
    """One file of the archive; `bytes` is its size."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    path: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What an archive holds; `database` is the kind, `version` that of the tables, `made_at` an ISO time in UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal[1]
    made_by: str
    made_at: str
    database: Literal["sqlite", "postgresql"]
    version: str | None
    files: list[Kept]


def is_allowed(path: str) -> bool:
    """Whether a file of this name belongs into a home: one of three, or a recording."""
    if path in (CONFIG, ORIGINS, DATABASE):
        return True
    folder, *parts = path.split("/")
    return folder == RECORDINGS and 0 < len(parts) <= _DEEPEST and all(_PART.fullmatch(part) for part in parts)


def write_archive(file: Path, folder: Path, made_by: str, database: str, version: str | None) -> Manifest:
    """Put all files of `folder` into the new archive `file`, for one user alone, whole or not at all; OSError."""
    paths = sorted(found.relative_to(folder).as_posix() for found in folder.rglob("*") if found.is_file())
    manifest = Manifest.model_validate(
        {
            "format": 1,
            "made_by": made_by,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": database,
            "version": version,
            "files": [_kept(folder, path) for path in paths],
        }
    )
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as writing:
            _pack(writing, folder, manifest)
            writing.flush()
            os.fsync(writing.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def read_archive(file: Path, folder: Path) -> Manifest:
    """Check the archive and unpack it into the empty `folder`. Raises ArchiveRefused; the folder is then worthless."""
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = _manifest(file, packed)
            _check_members(file, packed, manifest)
            _check_room(file, folder, sum(kept.bytes for kept in manifest.files))
            for kept in manifest.files:
                _unpack(file, packed, kept, folder)
    except FileNotFoundError as error:
        raise ArchiveRefused(_("{file}: there is no such file").format(file=file)) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise ArchiveRefused(
            _("{file}: this is no backup of dropferry, or it is damaged").format(file=file), _another()
        ) from error
    except OSError as error:
        raise ArchiveRefused(
            _("{file}: cannot be read or unpacked: {why}").format(file=file, why=error.strerror or error), _another()
        ) from error
    return manifest


def _another() -> str:
    return _("name another backup")


def _kept(folder: Path, path: str) -> dict[str, object]:
    with (folder / path).open("rb") as reading:
        digest = hashlib.file_digest(reading, "sha256").hexdigest()
    return {"path": path, "bytes": (folder / path).stat().st_size, "sha256": digest}


def _pack(writing: IO[bytes], folder: Path, manifest: Manifest) -> None:
    with zipfile.ZipFile(writing, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(_member(MANIFEST), json.dumps(manifest.model_dump(), ensure_ascii=False, indent=1))
        for kept in manifest.files:
            with (
                (folder / kept.path).open("rb") as reading,
                packed.open(_member(kept.path), "w", force_zip64=True) as to,
            ):
                shutil.copyfileobj(reading, to, _PIECE)


def _member(path: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(path, datetime.now(UTC).timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = (stat.S_IFREG | 0o600) << 16
    return member


def _manifest(file: Path, packed: zipfile.ZipFile) -> Manifest:
    found = next((member for member in packed.infolist() if member.filename == MANIFEST), None)
    if found is None or found.file_size > MANIFEST_BYTES or not _is_plain(found):
        raise ArchiveRefused(_("{file}: this is no backup of dropferry").format(file=file), _another())
    with packed.open(found) as reading:
        text = reading.read(MANIFEST_BYTES + 1)
    told = json.loads(text)
    if not isinstance(told, dict) or not isinstance(told.get("format"), int):
        raise ArchiveRefused(_("{file}: this is no backup of dropferry").format(file=file), _another())
    if told["format"] != 1:
        raise ArchiveRefused(
            _("{file}: this backup was made by a newer dropferry").format(file=file), _("update dropferry first")
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise ArchiveRefused(_("{file}: its list of files is damaged").format(file=file), _another()) from error


def _check_members(file: Path, packed: zipfile.ZipFile, manifest: Manifest) -> None:
    if len(packed.infolist()) > MOST_FILES:
        raise ArchiveRefused(_("{file}: it holds too many files").format(file=file), _another())
    listed = {kept.path: kept for kept in manifest.files}
    members = [member for member in packed.infolist() if member.filename != MANIFEST]
    for member in members:
        _check_member(file, member)
        if member.filename not in listed or member.file_size != listed[member.filename].bytes:
            raise _damaged(file, member.filename)
    # Names that differ in case alone are one file on Windows and macOS.
    if len({member.filename.casefold() for member in members}) < len(members) or len(members) != len(manifest.files):
        raise ArchiveRefused(_("{file}: its files are not those of its list").format(file=file), _another())
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise ArchiveRefused(_("{file}: it is too big").format(file=file), _another())


def _check_member(file: Path, member: zipfile.ZipInfo) -> None:
    if member.orig_filename != member.filename or not is_allowed(member.filename):
        raise ArchiveRefused(
            _('{file}: "{member}" has no place in a home folder').format(file=file, member=member.orig_filename[:120]),
            _another(),
        )
    if not _is_plain(member):
        raise ArchiveRefused(
            _('{file}: "{member}" is not a plain file').format(file=file, member=member.filename), _another()
        )


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """A file's own content, packed in a way that is undone piece by piece."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    packed = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return kind in (0, stat.S_IFREG) and packed and not member.is_dir() and not member.flag_bits & 1


def _check_room(file: Path, folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise ArchiveRefused(
            _("{file}: it unpacks to {wanted} MB, and {free} MB are free").format(
                file=file, wanted=wanted // 10**6, free=free // 10**6
            ),
            _("make room on the disk of the home folder"),
        )


def _unpack(file: Path, packed: zipfile.ZipFile, kept: Kept, folder: Path) -> None:
    place = folder / kept.path
    private_folder(place.parent)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as writing, packed.open(kept.path) as reading:
        for piece in _pieces(reading):
            size += len(piece)
            if size > kept.bytes:
                raise _damaged(file, kept.path)
            digest.update(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    if size != kept.bytes or digest.hexdigest() != kept.sha256:
        raise _damaged(file, kept.path)


def _pieces(reading: IO[bytes]) -> Iterator[bytes]:
    while piece := reading.read(_PIECE):
        yield piece


def _damaged(file: Path, member: str) -> ArchiveRefused:
    return ArchiveRefused(
        _('{file}: "{member}" is not what it was when the backup was made').format(file=file, member=member), _another()
    )
