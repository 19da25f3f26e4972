"""Makes a backup of a home while the robot works in it: configuration, addresses, database and recordings.

Left out are the browser profiles and the secrets, which are as good as passwords, and logs and evidence.
"""

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot import archive
from bot.config import Config
from bot.errors import DropferryError
from bot.home import Home, private_folder, write_private
from bot.language import _

# How long the copy waits for a transaction of somebody else.
_PATIENCE_SECONDS = 30


class NotBackedUp(DropferryError):
    """No backup was made; `what` says why. The home is untouched."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made; `left_out` names recordings whose names no backup can hold."""

    file: Path
    manifest: archive.Manifest
    left_out: tuple[str, ...]


def back_up(home: Home, config: Config, file: Path, made_by: str) -> BackedUp:
    """Write the backup of a home to the new `file`, readable by its user alone; whoever works in the home goes on.

    A folder gets a file named by the time. With PostgreSQL the database is not in it. Raises NotBackedUp.
    """
    backups = home.path / "backups"
    private_folder(backups)
    file = _named(file)
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=backups) as folder:
            staged = Path(folder)
            for name in (archive.CONFIG, archive.ORIGINS):
                if (home.path / name).exists():
                    shutil.copyfile(home.path / name, staged / name)
            left_out = _take_recordings(home.path / archive.RECORDINGS, staged)
            version = _take_database(home, staged / archive.DATABASE) if config.database == "sqlite" else None
            kind = "sqlite" if config.database == "sqlite" else "postgresql"
            manifest = archive.write_archive(file, staged, made_by, kind, version)
    except OSError as error:
        raise NotBackedUp(
            _("{file}: cannot be written: {why}").format(file=file, why=error.strerror or error),
            _("see to the rights and the room there, and in the home folder"),
        ) from error
    _note(home, file, manifest)
    return BackedUp(file, manifest, left_out)


def last_backup(home: Home) -> tuple[datetime, Path] | None:
    """When the last backup of this home was made, and where it was written; None where none is known."""
    try:
        told = json.loads(_note_file(home).read_text(encoding="utf-8"))
        return datetime.fromisoformat(told["at"]), Path(told["file"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def copy_database(source: Path, copy: Path) -> None:
    """A consistent copy of a SQLite file that others write to meanwhile. Raises NotBackedUp where it is damaged."""
    copy.touch(0o600)
    try:
        with (
            closing(sqlite3.connect(source, timeout=_PATIENCE_SECONDS)) as reading,
            closing(sqlite3.connect(copy)) as writing,
        ):
            # In one step: then it is the state of one moment, and with WAL nobody has to wait for it.
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")
            found = writing.execute("PRAGMA integrity_check(3)").fetchall()
    except sqlite3.Error as error:
        raise NotBackedUp(_("{file}: cannot be copied: {why}").format(file=source, why=error), _mend()) from error
    if found != [("ok",)]:
        raise NotBackedUp(_("{file}: the database is damaged: {why}").format(file=source, why=found[0][0]), _mend())


def version_of(database: Path) -> str | None:
    """The version of the tables of a SQLite file; None where there is none."""
    try:
        with closing(sqlite3.connect(database)) as reading:
            found = reading.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(found[0]) if found else None


def _named(file: Path) -> Path:
    if file.is_dir():
        file = file / f"dropferry-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    if file.exists():
        raise NotBackedUp(_("{file}: this file is there already").format(file=file), _("name a new one, or a folder"))
    if not file.parent.is_dir():
        raise NotBackedUp(_("{folder}: there is no such folder").format(folder=file.parent), _("make it first"))
    return file


def _take_database(home: Home, copy: Path) -> str | None:
    if not home.database_file.exists():
        raise NotBackedUp(
            _("{file}: there is no database yet").format(file=home.database_file), _("run first: dropferry pull")
        )
    copy_database(home.database_file, copy)
    return version_of(copy)


def _take_recordings(folder: Path, staged: Path) -> tuple[str, ...]:
    left_out = []
    for found in sorted(folder.rglob("*")) if folder.is_dir() else []:
        path = f"{archive.RECORDINGS}/{found.relative_to(folder).as_posix()}"
        if found.is_symlink() or not (found.is_dir() or archive.is_allowed(path)):
            left_out.append(path)
        elif found.is_file():
            private_folder((staged / path).parent)
            shutil.copyfile(found, staged / path)
    return tuple(left_out)


def _note_file(home: Home) -> Path:
    return home.path / "backups" / "last-backup.json"


def _note(home: Home, file: Path, manifest: archive.Manifest) -> None:
    write_private(_note_file(home), json.dumps({"at": manifest.made_at, "file": str(file.resolve())}))


def _mend() -> str:
    return _("restore an older backup: dropferry restore FILE")
