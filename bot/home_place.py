"""Where a home folder must not lie: in a folder that a cloud service copies, or on another computer's disk.

A copied database is two databases that both believe they bought; a profile in the cloud is a password in the cloud; and
locks between processes do not hold over a network.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.errors import ConfigError
from bot.home import Home
from bot.language import _

# How the folders of these services begin, in small letters, with what may follow: "OneDrive - My Company".
_SERVICES = {
    "OneDrive": ("onedrive",),
    "Dropbox": ("dropbox",),
    "Google Drive": ("google drive", "googledrive"),
    "iCloud": ("iclouddrive", "icloud drive", "com~apple~clouddocs", "mobile documents"),
    "Nextcloud": ("nextcloud",),
    "ownCloud": ("owncloud",),
    "pCloud": ("pcloud drive", "pclouddrive"),
}
_AFTER = re.compile(r"$|[ (-]")
# The folder that a service keeps in the one that it copies.
_MARKS = {".dropbox.cache": "Dropbox", ".stfolder": "Syncthing"}
_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "smb", "afpfs", "webdav", "davfs", "afs", "ncpfs", "ceph"),
        *("glusterfs", "lustre", "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "fuse.s3fs"),
        *("fuse.gvfsd-fuse", "fuse.google-drive-ocamlfuse", "fuse.onedriver", "macfuse.sshfs"),
    }
)
_MAC_MOUNT = re.compile(r"^.* on (?P<folder>/.*) \((?P<kind>[^,)]+)")
_REMOTE = 4  # DRIVE_REMOTE of GetDriveTypeW


def check_place(home: Home) -> None:
    """Raises ConfigError where the home is in a folder that a cloud service copies, or on a network share."""
    paths = _both(home.path)
    service = next(filter(None, (synced_by(path, os.environ) for path in paths)), None)
    if service is not None:
        raise ConfigError(
            _("{folder}: this folder is copied by {service}, so it cannot be dropferry's home").format(
                folder=home.path, service=service
            ),
            _elsewhere(),
        )
    kind = network_kind(paths[-1])
    if kind is not None:
        raise ConfigError(
            _("{folder}: this folder is on another computer's disk ({kind}), where locks do not hold").format(
                folder=home.path, kind=kind
            ),
            _elsewhere(),
        )


def synced_by(path: Path, variables: Mapping[str, str]) -> str | None:
    """The service that copies this folder, by its name, by a mark in it or by the environment; None for none."""
    for service, names in _SERVICES.items():
        for part in path.parts:
            plain = part.casefold()
            if any(plain.startswith(name) and _AFTER.match(plain[len(name) :]) for name in names):
                return service
    for name in _VARIABLES:
        named = variables.get(name, "")
        if named and path.is_relative_to(named):
            return "OneDrive"
    for folder in (path, *path.parents):
        for mark, service in _MARKS.items():
            if (folder / mark).is_dir():
                return service
    return None


def network_kind(path: Path) -> str | None:
    """How a folder of another computer is reached ("nfs4", "cifs", …); None on a disk of this machine."""
    if sys.platform == "win32":
        return _windows_kind(path)
    return network_mount(path, _mounts())


def network_mount(path: Path, mounts: Iterable[tuple[str, str]]) -> str | None:
    """The same by a table of (folder, kind of file system); of nested mounts the innermost counts."""
    above = [(Path(folder), kind) for folder, kind in mounts if path.is_relative_to(folder)]
    if not above:
        return None
    kind = max(enumerate(above), key=lambda each: (len(each[1][0].parts), each[0]))[1][1]
    return kind if kind in _NETWORK else None


def linux_mounts(told: str) -> list[tuple[str, str]]:
    """Folders and kinds from the text of /proc/self/mountinfo, in its order: a later mount covers an earlier one."""
    found = []
    for line in told.splitlines():
        before, _dash, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")[0]
        if len(fields) > 4 and kind:
            found.append((re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]), kind))
    return found


def mac_mounts(told: str) -> list[tuple[str, str]]:
    """The same from what `mount` says on macOS: "//me@server/share on /Volumes/share (smbfs, nodev)"."""
    found = (_MAC_MOUNT.match(line) for line in told.splitlines())
    return [(match["folder"], match["kind"].strip()) for match in found if match]


def _both(path: Path) -> tuple[Path, ...]:
    """The path as it was named, and where it leads; the same where it is not there yet."""
    try:
        return path, path.resolve()
    except OSError:
        return (path,)


def _mounts() -> list[tuple[str, str]]:
    try:
        if sys.platform == "darwin":
            told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, check=True).stdout
            return mac_mounts(told)
        return linux_mounts(Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape"))
    except (OSError, subprocess.SubprocessError):
        return []


def _windows_kind(path: Path) -> str | None:
    """Not tested by us on Windows itself."""
    share = path.drive.removeprefix("\\\\?\\")
    if share.startswith(("\\\\", "UNC\\")):
        return "\\\\…"
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(f"{path.drive}\\") == _REMOTE:
            return path.drive
    return None


def _elsewhere() -> str:
    return _("move it to a folder of this machine's own disk, and name that with --home or DROPFERRY_HOME")
