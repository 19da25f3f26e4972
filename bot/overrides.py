"""A merchant's own selector files: whose they are, whether a person has accepted them, and what that allows.

A file of somebody else's could make the robot look where it should not, so it is never used. One that nobody has
accepted may be read with; nothing is placed unattended with it. One that has changed since is not used at all.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session

from bot.errors import ConfigError, DropferryError
from bot.home import POSIX
from bot.language import _
from bot.models_running import AcceptedOverride
from bot.wording import when
from flows.selector_files import pages, read_anew

_CHECK = "dropferry check --live --accept-override"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NotAcceptedError(DropferryError):
    """An override is in use that nobody has accepted; nothing is placed unattended."""

    exit_code = 4


class Standing(StrEnum):
    """Whether a person has accepted an override, and whether it is still the same."""

    NEW = "new"
    ACCEPTED = "accepted"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Override:
    """One file that is in use, and how it stands; `accepted_at` is the last time that a person accepted one."""

    page: str
    file: Path
    sha256: str
    standing: Standing
    accepted_at: datetime | None


def files_in(folder: Path | None) -> list[Path]:
    """The files of a merchant's folder that pages are read with. Raises ConfigError for one that may not be used."""
    if folder is None:
        return []
    found = [file for page in pages() if (file := folder / f"{page}.toml").is_file()]
    if found and POSIX:
        for path in dict.fromkeys([folder.resolve(), *(file.resolve() for file in found)]):
            _check_rights(path)
        for file in found:
            _check_rights(file.resolve().parent)
    return found


def unknown_in(folder: Path | None) -> list[Path]:
    """The files of a merchant's folder that no page is read with, for their names are those of no page."""
    return [] if folder is None else sorted(file for file in folder.glob("*.toml") if file.stem not in pages())


def in_use(session: Session, folder: Path | None) -> list[Override]:
    """The overrides in use, each with how it stands. Raises ConfigError for one that may not be used."""
    return [_override(session, file) for file in files_in(folder)]


def check_usable(session: Session, folder: Path | None) -> None:
    """Raises ConfigError where an override belongs to somebody else, can be changed by others, or has been changed.

    What passes is read anew, so that a process that runs on for days works with what was looked at here.
    """
    read_anew()
    for each in in_use(session, folder):
        if each.standing is Standing.CHANGED and each.accepted_at is not None:
            raise ConfigError(
                _("{file}: this file has been changed since you accepted it ({when})").format(
                    file=each.file, when=when(each.accepted_at)
                ),
                _("look at it; if it is right: {command}; else put back what it was, or delete it").format(
                    command=_CHECK
                ),
            )


def check_accepted(session: Session, folder: Path | None) -> None:
    """Raises NotAcceptedError where an override is in use that nobody has accepted as it is now, and ConfigError."""
    check_usable(session, folder)
    new = [each.file.name for each in in_use(session, folder) if each.standing is not Standing.ACCEPTED]
    if new:
        raise NotAcceptedError(
            _(
                "selectors of your own are in use that nobody has accepted: {files}; nothing is placed unattended"
            ).format(files=", ".join(new)),
            _("look at them, then: {command}; or place under your eyes, with --supervised").format(command=_CHECK),
        )


def accept(session: Session, folder: Path | None, now: datetime) -> list[Override]:
    """Accept all overrides in use as they are now; returns those that were not accepted before."""
    fresh = [each for each in in_use(session, folder) if each.standing is not Standing.ACCEPTED]
    for each in fresh:
        row = session.get(AcceptedOverride, each.file.name) or AcceptedOverride(
            file=each.file.name, sha256=each.sha256, accepted_at=now
        )
        row.sha256, row.accepted_at = each.sha256, now
        session.add(row)
    return fresh


def _override(session: Session, file: Path) -> Override:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    known = session.get(AcceptedOverride, file.name)
    if known is None:
        return Override(file.stem, file, digest, Standing.NEW, None)
    standing = Standing.ACCEPTED if known.sha256 == digest else Standing.CHANGED
    return Override(file.stem, file, digest, standing, known.accepted_at)


def _check_rights(path: Path) -> None:
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigError(
            _("{path}: this belongs to another user of this machine (number {number}), so it is not used").format(
                path=path, number=found.st_uid
            ),
            _("make a copy of your own and name its folder under aliexpress.selectors in config.toml"),
        )
    if found.st_mode & _OTHERS_WRITE:
        raise ConfigError(
            _("{path}: other users of this machine may change this, so it is not used").format(path=path),
            _("look at it, then run: chmod go-w '{path}'").format(path=path),
        )
