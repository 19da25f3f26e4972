"""Refuses a home folder that other users of this machine can read or change: its content is as good as a password."""

import os
import stat
from pathlib import Path

from bot.errors import ConfigError
from bot.home import POSIX, Home
from bot.language import _

# What dropferry itself keeps in a home. Whatever else lies there is its owner's business.
FILES = (
    "config.toml",
    "secrets.toml",
    "origins.json",
    "buying.json",
    "aliexpress-cookies.json",
    "dropferry.db",
    "dropferry.db-wal",
    "dropferry.db-shm",
)
FOLDERS = ("profiles", "evidence", "logs", "locks", "backups", "recordings")
# Folders of this program's own making are closed again each time (Home.ensure), so here only their owner counts.
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_home(home: Home) -> None:
    """Raises ConfigError where another user has rights on the home or on what dropferry keeps in it; names the fix.

    An empty or missing home is fine: it is closed when it is first used. On Windows the rights of the folder count,
    which its content takes over.
    """
    if not home.path.is_dir() or not any(home.path.iterdir()):
        return
    if POSIX:
        _check_posix(home.path)
    else:
        from bot.rights_windows import check_folder

        check_folder(home.path)


def check_file(file: Path) -> None:
    """Raises ConfigError where the file is another user's, or others have rights on it; nothing is checked on Windows,
    where a file takes over the rights of its folder."""
    if POSIX:
        _check_owner(file, file.stat())
        _check_file_mode(file, file.stat())


def _check_posix(folder: Path) -> None:
    found = folder.stat()
    _check_owner(folder, found)
    if found.st_mode & stat.S_IWOTH:
        raise ConfigError(
            _("{folder}: everybody may write here, so this cannot be dropferry's home").format(folder=folder),
            _("name a folder of its own with --home or DROPFERRY_HOME"),
        )
    if found.st_mode & _OTHERS:
        raise ConfigError(
            _("{folder}: other users of this machine may look into this folder").format(folder=folder),
            _("run: chmod 700 '{folder}'").format(folder=folder),
        )
    for name in FILES:
        if (kept := _stat(folder / name)) is not None:
            _check_owner(folder / name, kept)
            _check_file_mode(folder / name, kept)
    for name in FOLDERS:
        if (kept := _stat(folder / name)) is not None:
            _check_owner(folder / name, kept)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:  # also one that SQLite has taken away in between
        return None


def _check_file_mode(file: Path, found: os.stat_result) -> None:
    if found.st_mode & _OTHERS:
        raise ConfigError(
            _("{file}: other users may read or change this file").format(file=file),
            _("run: chmod 600 '{file}'").format(file=file),
        )


def _check_owner(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise ConfigError(
            _("{path}: this belongs to another user of this machine (number {number})").format(
                path=path, number=found.st_uid
            ),
            _("work as that user, or name a folder of your own with --home or DROPFERRY_HOME"),
        )
