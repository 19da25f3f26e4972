"""Puts a backup back in the place of a home's files, after it was checked; what it replaces is kept.

Until the next `dropferry reconcile` nothing is bought from a restored home: what was ordered after the backup was made
is not in it.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot import archive
from bot.backup import version_of
from bot.buying_home import look_before_buying
from bot.config import Config, parse
from bot.config_errors import read_toml
from bot.db import DatabaseError, refuse_newer
from bot.errors import AlreadyRunning, DropferryError
from bot.home import Home, private_folder, write_private
from bot.language import _
from bot.locks import hold
from bot.origins import Origins, read_origins


class NotRestored(DropferryError):
    """The backup cannot be put back here; `what` says why. The home is as it was."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup that may be put back: what it holds, unpacked into `folder`."""

    file: Path
    folder: Path
    manifest: archive.Manifest
    config: Config
    origins: Origins


@contextlib.contextmanager
def checked(home: Home, file: Path) -> Iterator[Checked]:
    """Unpack and check a backup beside the home's own files, where it is gone again after the block.

    Raises ArchiveRefused, NotRestored, ConfigError, DatabaseError.
    """
    backups = home.path / "backups"
    private_folder(backups)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=backups) as place:
        folder = Path(place)
        manifest = archive.read_archive(file, folder)
        config = parse(*read_toml(folder / archive.CONFIG), Path(f"{file}: {archive.CONFIG}"))
        if manifest.database != ("sqlite" if config.database == "sqlite" else "postgresql") or (
            (folder / archive.DATABASE).exists() != (config.database == "sqlite")
        ):
            raise NotRestored(_("{file}: its database is not the one that its configuration names").format(file=file))
        if config.database == "sqlite":
            _check_database(file, folder / archive.DATABASE)
        yield Checked(file, folder, manifest, config, _origins(home, file, folder, config))


def put_back(home: Home, backup: Checked) -> Path | None:
    """Put a checked backup in the place of the home's files, and return the folder where those are kept, if any.

    Raises AlreadyRunning while anybody works in the home.
    """
    with _nobody_else(home):
        if backup.config.database == "sqlite":
            _close_database(home.database_file)
        kept = home.path / "backups" / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
        private_folder(kept)
        look_before_buying(home, datetime.now(UTC))
        _replace_recordings(home.path / archive.RECORDINGS, backup.folder / archive.RECORDINGS, kept)
        for name in (archive.DATABASE, archive.CONFIG):
            if (backup.folder / name).exists():
                _keep(home.path / name, kept)
                (backup.folder / name).replace(home.path / name)
        _keep(home.origins_file, kept)
        write_private(home.origins_file, json.dumps(backup.origins, indent=1, sort_keys=True) + "\n")
        if not any(kept.iterdir()):
            kept.rmdir()
            return None
    return kept


def _check_database(file: Path, database: Path) -> None:
    version = version_of(database)
    if version is None:
        raise NotRestored(_("{file}: its database is not dropferry's").format(file=file))
    try:
        refuse_newer(version)
    except DatabaseError as error:
        raise NotRestored(
            _("{file}: it was made by a newer dropferry (the version of its database is {version})").format(
                file=file, version=version
            ),
            _("update dropferry first"),
        ) from error
    with contextlib.closing(sqlite3.connect(database)) as reading:
        sound = reading.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        # Statements that run by themselves have no place in a database of ours.
        foreign = reading.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()[0]
    if not sound or foreign:
        raise NotRestored(_("{file}: its database is damaged").format(file=file), _("name another backup"))


def _origins(home: Home, file: Path, folder: Path, config: Config) -> Origins:
    """What is remembered of addresses, here and in the backup, which must agree.

    Secrets and profiles are kept under the names of shops and accounts: a name with another address would hand them on.
    """
    here, there = read_origins(home.origins_file), read_origins(folder / archive.ORIGINS)
    now = {
        "shops": {name: shop.url for name, shop in config.shops.items()},
        "accounts": dict.fromkeys(config.accounts, config.site.www),
    }
    for table, named in now.items():
        for name, told in named.items():
            addresses = {known[table][name] for known in (here, there) if name in known[table]} | {told}
            if len(addresses) > 1:
                raise NotRestored(
                    _('{file}: its "{name}" belongs to another address than the one of this home ({all})').format(
                        file=file, name=name, all=", ".join(sorted(addresses))
                    ),
                    _("restore it into an empty folder: dropferry --home FOLDER restore FILE"),
                )
    return {table: here[table] | there[table] for table in here}


@contextlib.contextmanager
def _nobody_else(home: Home) -> Iterator[None]:
    """Every lock of the home held: no service, no browser, no talk with a shop."""
    with contextlib.ExitStack() as held:
        for lock in sorted({home.locks / "run.lock", *home.locks.glob("*.lock")}):
            held.enter_context(hold(lock, _("this home folder")))
        yield


def _close_database(database: Path) -> None:
    """Bring all of the old database into its one file; AlreadyRunning while another command has it open.

    A damaged one is left as it is: its files are kept beside each other.
    """
    if not database.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(database, timeout=2, isolation_level=None)) as closing:
            closing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            closing.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise AlreadyRunning(
                _("the database of this home is in use by another dropferry"), _("wait until that is done, or end it")
            ) from error
    except sqlite3.DatabaseError:
        return


def _keep(file: Path, kept: Path) -> None:
    """Keep a file that is about to be replaced; until then it stays in its place as well."""
    if not file.exists():
        return
    try:
        os.link(file, kept / file.name)
    except OSError:  # a disk that knows no second name for a file
        shutil.copy2(file, kept / file.name)
    # What belongs to the old database must not be taken for a part of the new one.
    for beside in (file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if beside.exists():
            beside.replace(kept / beside.name)


def _replace_recordings(old: Path, new: Path, kept: Path) -> None:
    if not new.is_dir():
        return
    if old.is_dir():
        old.replace(kept / old.name)
    new.replace(old)
