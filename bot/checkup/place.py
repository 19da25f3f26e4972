"""The home folder: where it lies, who may look into it, and how much room is left."""

import shutil

from bot.checkup.finding import Finding, bad, look, trouble, well
from bot.errors import ConfigError
from bot.home import Home
from bot.home_place import check_place
from bot.language import _
from bot.rights import check_home

TOO_LITTLE, LITTLE = 200_000_000, 1_000_000_000  # bytes; a browser profile alone may take 300 MB


def place(home: Home) -> Finding:
    """On a disk of this machine, in a folder that nothing copies."""
    try:
        check_place(home)
    except ConfigError as error:
        return trouble("place", error)
    return well("place", _("home folder: {folder}, on this machine's own disk").format(folder=home.path))


def rights(home: Home) -> Finding:
    """For the user alone, with all that is kept in it."""
    try:
        check_home(home)
    except (ConfigError, OSError) as error:
        return trouble("rights", error)
    return well("rights", _("rights: nobody else may look into the home folder"))


def disk(home: Home, free: int | None = None) -> Finding:
    """Room for the database, profiles, logs and evidence; `free` bytes, else what the disk says."""
    if free is None:
        there = next(folder for folder in (home.path, *home.path.parents) if folder.exists())
        free = shutil.disk_usage(there).free
    text = _("disk: {room} free").format(room=_readable(free))
    if free < TOO_LITTLE:
        return bad("disk", text, _("make room on that disk: with less than 200 MB nothing can be kept safely"))
    if free < LITTLE:
        return look("disk", text, _("make room on that disk soon; pictures of each press take some every day"))
    return well("disk", text)


def _readable(amount: int) -> str:
    return f"{amount / 1e9:.1f} GB" if amount >= 1e9 else f"{amount / 1e6:.0f} MB"
