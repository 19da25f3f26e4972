"""The one folder that holds everything dropferry keeps."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError
from bot.language import _

HOME_VARIABLE = "DROPFERRY_HOME"
# Windows keeps a user's profile from other users by its own rights; modes say nothing there.
POSIX = os.name == "posix"


@dataclass(frozen=True)
class Home:
    """The home folder and what lies where in it; folders are 0700 and files 0600 where the system has modes."""

    path: Path

    @classmethod
    def find(cls, given: Path | None = None) -> "Home":
        """The folder given, else the one named by DROPFERRY_HOME, else the user's data folder; nothing is created.

        Raises ConfigError where DROPFERRY_HOME is not an absolute path: a job started elsewhere would not find it.
        """
        if given is not None:
            return cls(Path(os.path.abspath(given.expanduser())))  # noqa: PTH100  # resolve() would follow links
        named = os.environ.get(HOME_VARIABLE, "")
        if not named:
            from platformdirs import user_data_path

            return cls(user_data_path("dropferry", appauthor=False))
        if not Path(named).expanduser().is_absolute():
            raise ConfigError(
                _("{variable} is {named!r}, not a whole path").format(variable=HOME_VARIABLE, named=named),
                _("write it from the root of the disk on"),
            )
        return cls(Path(named).expanduser())

    @property
    def config_file(self) -> Path:
        return self.path / "config.toml"

    @property
    def database_file(self) -> Path:
        return self.path / "dropferry.db"

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.toml"

    @property
    def origins_file(self) -> Path:
        return self.path / "origins.json"

    @property
    def locks(self) -> Path:
        return self.path / "locks"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def evidence(self) -> Path:
        return self.path / "evidence"

    def profile(self, account: str, sandbox: bool) -> Path:
        """The browser profile of one account; the sandbox never shares a profile with the real site."""
        return self.path / "profiles" / profile_name(account, sandbox)

    def ensure(self) -> None:
        """Create the folders that are missing, for the user alone.

        A home that was there with other things in it keeps its rights; what dropferry keeps in it is private all the
        same. Raises ConfigError where the place cannot be written.
        """
        private_folder(self.path)
        if not any(self.path.iterdir()):
            _only_mine(self.path)
        for folder in (self.locks, self.logs, self.evidence, self.path / "profiles"):
            private_folder(folder)
            _only_mine(folder)


def profile_name(account: str, sandbox: bool) -> str:
    """What the profile folder and the lock of one account are called."""
    return f"sandbox-{account}" if sandbox else account


def private_folder(folder: Path) -> None:
    """Create the folder, and those above it, for the user alone; one that is there already keeps its rights."""
    try:
        for missing in reversed([above for above in (folder, *folder.parents) if not above.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(20, _("it is a file"), str(folder))
    except OSError as error:
        raise ConfigError(
            _("{folder}: the folder cannot be made: {trouble}").format(folder=folder, trouble=error.strerror),
            _("name another with --home or DROPFERRY_HOME"),
        ) from error


def _only_mine(folder: Path) -> None:
    if POSIX and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a UTF-8 file for the user alone, whole or not at all: a crash leaves the old one. Raises ConfigError."""
    write_private_bytes(path, text.encode("utf-8"))


def write_private_bytes(path: Path, content: bytes) -> None:
    """The same for a file of any kind."""
    private_folder(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise ConfigError(
            _("{path}: cannot be written: {trouble}").format(path=path, trouble=error.strerror),
            _("see to the folder's rights and room"),
        ) from error
