"""Finds a Chromium on this machine, and gets one where there is none."""

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError
from bot.language import _, mark

Say = Callable[[str], None]

CHOICES = mark(
    "install Google Chrome, Microsoft Edge or Chromium by hand, or name one in config.toml: "
    '[browser] executable = "…", then run: dropferry browser install'
)
_LINUX = (
    *("google-chrome-stable", "google-chrome", "microsoft-edge-stable", "microsoft-edge"),
    *("chromium", "chromium-browser"),
)
_MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
_HEADLESS_SHELL = "chromium-headless-shell"
_APT_SECONDS = 600  # ending apt while it unpacks leaves a machine to be mended by hand


@dataclass(frozen=True)
class Found:
    """A browser that can be started, and how it was found, as a person would say it."""

    path: Path
    origin: str


@dataclass(frozen=True)
class Machine:
    """What finding and getting a browser depends on: the system and where its programs are."""

    system: str
    is_root: bool
    search_path: str
    app_folders: tuple[Path, ...]
    os_release: str
    playwright: tuple[str, ...] = (sys.executable, "-m", "playwright")

    @classmethod
    def here(cls) -> "Machine":
        """This machine."""
        release = Path("/etc/os-release")
        return cls(
            system=sys.platform,
            is_root=runs_as_root(),
            search_path=os.environ.get("PATH", os.defpath),
            app_folders=_app_folders(),
            os_release=release.read_text(encoding="utf-8", errors="replace") if release.is_file() else "",
        )

    @property
    def is_debian(self) -> bool:
        """Debian and what is built on it, without Ubuntu, whose chromium package is an empty stub."""
        told = dict(line.split("=", 1) for line in self.os_release.splitlines() if "=" in line)
        names = {told.get("ID", "").strip('"'), *told.get("ID_LIKE", "").strip('"').split()}
        return "debian" in names and "ubuntu" not in names

    def which(self, name: str) -> Path | None:
        """A program on the search path."""
        found = shutil.which(name, path=self.search_path)
        return Path(found) if found else None


def none_here() -> ConfigError:
    """The refusal to work without a browser."""
    fix = _("run: dropferry browser install; or {choices}").format(choices=_(CHOICES))
    return ConfigError(_("there is no browser on this machine"), fix)


def runs_as_root() -> bool:
    """Whether this process is root; nobody is on Windows."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def find(machine: Machine, configured: str, own_download: Path | None, *, windowless: bool = False) -> Found | None:
    """The browser to use, or None: the configured one, Playwright's own download, then an installed one.

    With `windowless` a headless shell will do; being twice as fast, it is the first choice among the installed ones.
    Raises ConfigError where the configured one is not there.
    """
    if configured:
        return Found(_configured(machine, configured), mark("named in the configuration"))
    if own_download is not None and own_download.is_file():
        return Found(own_download, mark("Playwright's own download"))
    installed = next(_installed(machine, windowless), None)
    return Found(installed, mark("installed on this machine")) if installed else None


def install(machine: Machine, configured: str, own_download: Path, say: Say) -> Found:
    """Find a browser or get one, telling what happens; raises ConfigError with the choices where all fails."""
    found = find(machine, configured, own_download)
    if found is None and _download(machine, say):
        found = find(machine, configured, own_download)
    is_own = not configured and found is not None and found.path == own_download
    useless = is_own and not _starts(machine, own_download, say)
    if useless:
        found = find(machine, configured, None)
    if found is None and machine.is_root and machine.is_debian:
        _from_debian(machine, say)
        found = find(machine, configured, None)
    if found is None:
        raise ConfigError(_("there is no browser on this machine and none could be got"), _(CHOICES))
    if useless:
        # It would be the first choice from now on.
        own_download.unlink()
    say(_("The browser is {browser} ({origin}).").format(browser=found.path, origin=_(found.origin)))
    return found


def _configured(machine: Machine, configured: str) -> Path:
    named = Path(configured).expanduser()
    found = named if named.is_absolute() else machine.which(configured)
    if found is None or not found.is_file():
        raise ConfigError(
            _("config.toml: browser.executable: there is no {configured}").format(configured=configured),
            _('write the whole path of the program, or "" to have one looked for'),
        )
    return found


def _installed(machine: Machine, windowless: bool) -> Iterator[Path]:
    names = _LINUX if machine.system not in ("darwin", "win32") else ()
    for name in ((_HEADLESS_SHELL,) if windowless else ()) + names:
        found = machine.which(name)
        if found is not None and not _is_snap(found):
            yield found
    below = {"darwin": _MAC, "win32": _WINDOWS}.get(machine.system, ())
    for program in below:
        yield from (folder / program for folder in machine.app_folders if (folder / program).is_file())


def _is_snap(program: Path) -> bool:
    """A snap may not open a profile in a hidden folder, and Ubuntu's stub only says that there is a snap."""
    if "snap" in program.resolve().parts:
        return True
    with program.open("rb") as file:
        return b"/snap/" in file.read(4096)


def _app_folders() -> tuple[Path, ...]:
    if sys.platform == "darwin":
        return (Path("/Applications"), Path.home() / "Applications")
    named = (os.environ.get(key) for key in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"))
    return tuple(Path(folder) for folder in named if folder)


def _download(machine: Machine, say: Say) -> bool:
    """Playwright's own Chromium, then the system libraries it needs: `playwright install --with-deps` in the order
    that wastes nothing where the download is out of reach."""
    say(_("No browser here yet. Asking Playwright for its own Chromium (about 170 MB) …"))
    problem = run_bounded(machine, (*machine.playwright, "install", "chromium"))
    if problem:
        say(_("That did not work: {problem}").format(problem=problem))
        return False
    if machine.system.startswith("linux"):
        problem = run_bounded(machine, (*machine.playwright, "install-deps", "chromium"))
        if problem:
            say(_("The system libraries it may need could not be installed: {problem}").format(problem=problem))
    return True


def _starts(machine: Machine, program: Path, say: Say) -> bool:
    """Whether a download that was just made, or was made before, finds all the system libraries it needs."""
    if not machine.system.startswith("linux"):
        # They come with it there, and on Windows the question would open a window.
        return True
    problem = run_bounded(machine, (str(program), "--version"))
    if problem:
        say(_("It does not start: {problem}").format(problem=problem))
    return not problem


def _from_debian(machine: Machine, say: Say) -> None:
    say(_("Asking Debian for its chromium package …"))
    apt = (str(machine.which("apt-get") or "apt-get"), "-q", "-o", "DPkg::Lock::Timeout=60")
    get = (*apt, "install", "--yes", "--no-install-recommends")
    for command in ((*apt, "update"), (*get, "chromium")):
        problem = run_bounded(machine, command, silence=_APT_SECONDS)
        if problem:
            say(_("That did not work: {problem}").format(problem=problem))
            return
    # A third of the memory and twice the speed for work without a window; nothing is lost where it is not to be had.
    run_bounded(machine, (*get, _HEADLESS_SHELL), silence=_APT_SECONDS)


def run_bounded(machine: Machine, command: Sequence[str], silence: float = 120, total: float = 900) -> str:
    """Run a program that is never asked anything; returns "" or, in one line, why it failed.

    It is ended after `silence` seconds without a line of output, or `total` seconds in all.
    """
    environment = {**os.environ, "PATH": machine.search_path, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        process = subprocess.Popen(  # noqa: S603  # fixed programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # away from the terminal, so that no sudo asks there for a password
        )
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    try:
        last, ended = _listen(process, silence, total)
    finally:
        _end(process)
    if ended:
        return "" if process.returncode == 0 else last or _("it ended with code {code}").format(code=process.returncode)
    return _("nothing came for {silence:.0f} seconds").format(silence=silence)


def _listen(process: "subprocess.Popen[bytes]", silence: float, total: float) -> tuple[str, bool]:
    """The line that tells most about a failure, and whether the program came to its own end."""
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    told, until = "", time.monotonic() + total
    while (left := until - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=min(silence, left))
        except queue.Empty:
            break
        if line is None:
            process.wait()
            return told, True
        if line.startswith(("Error:", "E:")) or not told.startswith(("Error:", "E:")):
            told = line or told
    return told, False


def _read_lines(process: "subprocess.Popen[bytes]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError, OSError):
        for line in process.stdout:
            lines.put(line.decode("utf-8", errors="replace").strip()[:200])
    lines.put(None)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
