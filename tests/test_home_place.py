"""A home in a folder that a cloud service copies, or on another computer's disk, is refused with the fix."""

from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from bot.errors import ConfigError
from bot.home import Home
from bot.home_place import _windows_kind, check_place, linux_mounts, mac_mounts, network_mount, synced_by
from tests.processes import called, told

# As the kernel of a Linux machine with several shares writes it; \\040 is a blank.
MOUNTINFO = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
30 27 0:30 / /mnt/nas\040share rw,relatime shared:1 master:2 - nfs4 nas:/export rw,vers=4.2
31 27 0:31 / /mnt/office rw,relatime - cifs //office/share rw,vers=3.1.1
32 30 8:1 / /mnt/nas\040share/local rw,relatime - ext4 /dev/sdb1 rw
33 27 0:33 / /home/van/far rw,nosuid,nodev - fuse.sshfs van@far:/ rw,user_id=1000
34 31 8:2 / /mnt/office rw,relatime - btrfs /dev/sdc1 rw
"""
MAC_MOUNT = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//van@nas._smb._tcp.local/Shop (old) on /Volumes/Shop (old) (smbfs, nodev, nosuid, mounted by van)
nas:/export on /Volumes/export (nfs)
"""


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("/home/van/OneDrive/dropferry", "OneDrive"),
        ("/Users/van/Library/CloudStorage/OneDrive-Personal/x", "OneDrive"),
        ("/c/Users/Van/OneDrive - Công ty Đức/dropferry", "OneDrive"),
        ("/home/van/Dropbox/dropferry", "Dropbox"),
        ("/home/van/Dropbox (Personal)/dropferry", "Dropbox"),
        ("/Users/van/Library/CloudStorage/GoogleDrive-van@example.com/My Drive/x", "Google Drive"),
        ("/Users/van/Library/Mobile Documents/com~apple~CloudDocs/dropferry", "iCloud"),
        ("/home/van/Nextcloud/dropferry", "Nextcloud"),
        ("/home/van/.local/share/dropferry", None),
        ("/home/van/onedriver/dropferry", None),
        ("/home/van/dropboxes/dropferry", None),
    ],
)
def test_folders_of_services_are_known_by_their_names(folder: str, service: str | None) -> None:
    """The usual names of the folders that services copy, in their variants, and names that only begin alike."""
    assert service == synced_by(Path(folder), {})


def test_a_folder_that_is_called_otherwise_is_known_by_what_lies_in_it(tmp_path: Path) -> None:
    """Dropbox and Syncthing leave a folder of their own; OneDrive is named in the environment of Windows."""
    home = tmp_path / "Công việc" / "dropferry"
    home.mkdir(parents=True)
    assert synced_by(home, {"OneDrive": str(tmp_path / "elsewhere")}) is None
    assert "OneDrive" == synced_by(home, {"OneDriveCommercial": str(tmp_path / "Công việc")})
    (tmp_path / ".dropbox").mkdir()  # what Dropbox keeps beside a user's documents is no sign
    assert synced_by(home, {}) is None
    (home.parent / ".stfolder").mkdir()
    assert "Syncthing" == synced_by(home, {})
    (home / ".dropbox.cache").mkdir()
    assert "Dropbox" == synced_by(home, {})


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/van/.local/share/dropferry", None),
        ("/mnt/nas share/dropferry", "nfs4"),
        ("/mnt/nas share/local/dropferry", None),
        ("/mnt/nas", None),
        ("/home/van/far/dropferry", "fuse.sshfs"),
        ("/mnt/office/dropferry", None),
    ],
)
def test_a_share_is_known_by_the_innermost_mount_on_linux(folder: str, kind: str | None) -> None:
    """NFS, CIFS and sshfs are other computers' disks; a disk mounted inside or over a share is not."""
    assert kind == network_mount(Path(folder), linux_mounts(MOUNTINFO))


def test_a_share_on_macos_and_on_windows() -> None:
    """macOS lists its mounts as a text; on Windows a path of a share begins with two backslashes."""
    mounts = mac_mounts(MAC_MOUNT)
    assert "smbfs" == network_mount(Path("/Volumes/Shop (old)/dropferry"), mounts)
    assert "nfs" == network_mount(Path("/Volumes/export/dropferry"), mounts)
    assert network_mount(Path("/Users/van/dropferry"), mounts) is None
    share: Any = PureWindowsPath(r"\\nas\shop\dropferry")
    long_share: Any = PureWindowsPath(r"\\?\UNC\nas\shop\dropferry")
    local: Any = PureWindowsPath(r"C:\Users\Van\AppData\Local\dropferry")
    assert ["\\\\…", "\\\\…", None] == [_windows_kind(each) for each in (share, long_share, local)]


def test_every_command_refuses_such_a_home(tmp_path: Path) -> None:
    """A command refuses to work in a copied folder, also behind a link, names the fix, and makes nothing there."""
    copied = tmp_path / "Dropbox" / "dropferry"
    copied.mkdir(parents=True)
    link = tmp_path / "home"
    link.symlink_to(copied)
    for home in (copied, link):
        with pytest.raises(ConfigError, match="is copied by Dropbox") as caught:
            check_place(Home(home))
        assert "name that with --home" in caught.value.fix
    for name in ("config.toml", "secrets.toml"):
        (copied / name).write_text("", encoding="utf-8")
    done = called(copied, "orders")
    assert 3 == done.returncode
    assert "is copied by Dropbox" in told(done)
    assert {"config.toml", "secrets.toml"} == {file.name for file in copied.iterdir()}
