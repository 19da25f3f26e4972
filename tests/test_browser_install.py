"""Finding a browser and getting one, on machines made of a folder with tiny programs."""

import sys
import time
from pathlib import Path

import psutil
import pytest

from bot.browser_install import Found, Machine, find, install, run_bounded
from bot.errors import ConfigError

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'
UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'
NOTHING = "print('hello')"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs, the only one on the search path."""
    folder = tmp_path / "Nguyễn Văn Đức"
    folder.mkdir()
    return folder


def program(folder: Path, name: str, code: str = NOTHING) -> Path:
    """A real program in Python, on Windows behind a batch file."""
    if sys.platform == "win32":
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
        made = folder / f"{name}.cmd"
        made.write_text(f'@"{sys.executable}" "%~dp0{name}.py" %*\n', encoding="utf-8")
        return made
    made = folder / name
    made.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    made.chmod(0o755)
    return made


def machine(
    programs: Path, *, system: str = "linux", is_root: bool = False, release: str = "", playwright: Path | None = None
) -> Machine:
    return Machine(
        system=system,
        is_root=is_root,
        search_path=str(programs),
        app_folders=(programs / "apps",),
        os_release=release,
        playwright=(str(playwright or programs / "no-playwright"),),
    )


def calls(programs: Path) -> list[str]:
    """What the tiny programs were called with, in order."""
    log = programs / "calls.txt"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def recording(programs: Path, name: str, then: str) -> Path:
    """A program that writes down its arguments and does something more."""
    log = f"open({str(programs / 'calls.txt')!r}, 'a').write({name!r} + ' ' + ' '.join(sys.argv[1:]) + '\\n')"
    return program(programs, name, f"import sys, pathlib\n{log}\n{then}")


def download(own: Path, code: str = NOTHING) -> str:
    """What Playwright does: a program that is there afterwards."""
    text = f"#!{sys.executable}\n{code}\n"
    return f"own = pathlib.Path({str(own)!r})\nown.write_text({text!r}, encoding='utf-8'); own.chmod(0o755)"


def ends(pid: int) -> bool:
    """Whether a process is over within ten seconds; nobody may have collected it yet."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
            psutil.Process(pid).wait(timeout=0.1)
        except psutil.NoSuchProcess:
            return True
        except psutil.TimeoutExpired:
            continue
    return False


def test_the_order_of_finding(programs: Path) -> None:
    """The configured one, then Playwright's own, then an installed Chrome, Edge or Chromium."""
    seen: list[Found | None] = [find(machine(programs), "", None)]
    chromium = program(programs, "chromium")
    seen.append(find(machine(programs), "", None))
    edge = program(programs, "microsoft-edge")
    seen.append(find(machine(programs), "", None))
    chrome = program(programs, "google-chrome")
    seen.append(find(machine(programs), "", programs / "not-downloaded"))
    own = program(programs, "own")
    seen.append(find(machine(programs), "", own))
    named = program(programs, "mine")
    seen.append(find(machine(programs), str(named), own))
    here = "installed on this machine"
    assert [
        None,
        Found(chromium, here),
        Found(edge, here),
        Found(chrome, here),
        Found(own, "Playwright's own download"),
        Found(named, "named in the configuration"),
    ] == seen


def test_a_headless_shell_only_without_a_window(programs: Path) -> None:
    """The headless shell is the first choice among the installed ones where no window is needed, and none otherwise."""
    shell = program(programs, "chromium-headless-shell")
    assert find(machine(programs), "", None) is None
    chrome = program(programs, "google-chrome")
    windowless, with_window = (find(machine(programs), "", None, windowless=which) for which in (True, False))
    assert (shell, chrome) == (windowless and windowless.path, with_window and with_window.path)


def test_a_configured_one_may_be_a_name(programs: Path) -> None:
    """The configuration may name a program of the search path; one that is not there is an error with its key."""
    brave = program(programs, "brave")
    found = find(machine(programs), "brave", None)
    assert Found(brave, "named in the configuration") == found
    for missing in ("vivaldi", str(programs / "none" / "chrome")):
        with pytest.raises(ConfigError, match=r"browser\.executable: there is no"):
            find(machine(programs), missing, None)


def test_the_stub_of_ubuntu_is_no_browser(programs: Path) -> None:
    """A chromium-browser that only points at the snap, or lies in one, is passed over."""
    program(programs, "chromium-browser", "exec = '/snap/bin/chromium'")
    assert find(machine(programs), "", None) is None
    (programs / "snap").mkdir()
    inside = program(programs / "snap", "chromium")
    assert inside.is_file()
    assert find(machine(programs / "snap"), "", None) is None


@pytest.mark.parametrize(
    ("system", "app"),
    [
        ("darwin", "Google Chrome.app/Contents/MacOS/Google Chrome"),
        ("darwin", "Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
        ("win32", "Google/Chrome/Application/chrome.exe"),
        ("win32", "Microsoft/Edge/Application/msedge.exe"),
    ],
)
def test_where_macos_and_windows_keep_them(programs: Path, system: str, app: str) -> None:
    """On macOS and Windows browsers are found in their application folders."""
    there = programs / "apps" / app
    there.parent.mkdir(parents=True)
    there.write_bytes(b"")
    assert Found(there, "installed on this machine") == find(machine(programs, system=system), "", None)


def test_playwright_is_asked_first(programs: Path) -> None:
    """Where there is none, Playwright downloads its own, then the libraries it needs, and that one is used."""
    own = programs / "own"
    playwright = recording(programs, "playwright", download(own))
    recording(programs, "apt-get", "")
    told: list[str] = []
    found = install(machine(programs, is_root=True, release=DEBIAN, playwright=playwright), "", own, told.append)
    assert Found(own, "Playwright's own download") == found
    assert ["playwright install chromium", "playwright install-deps chromium"] == calls(programs)
    assert f"The browser is {own} (Playwright's own download)." == told[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="asked on Linux alone, where libraries may be missing")
@pytest.mark.parametrize("is_root", [True, False])
def test_a_download_that_does_not_start_is_not_taken(programs: Path, is_root: bool) -> None:
    """Where it lacks libraries, that is told, and Debian is still asked; what it gave is the choice from then on."""
    own = programs / "own"
    playwright = recording(programs, "playwright", download(own, "print('libnss3.so: cannot open'); exit(127)"))
    made = f"pathlib.Path({str(programs)!r}, sys.argv[-1])"
    recording(programs, "apt-get", f"made = {made}\nif 'install' in sys.argv: made.write_text(''); made.chmod(0o755)")
    told: list[str] = []
    here = machine(programs, is_root=is_root, release=DEBIAN, playwright=playwright)
    if is_root:
        found = install(here, "", own, told.append)
        assert Found(programs / "chromium", "installed on this machine") == found == find(here, "", own)
    else:
        with pytest.raises(ConfigError, match="none could be got"):
            install(here, "", own, told.append)
    assert "It does not start: libnss3.so: cannot open" in told


def test_debian_is_asked_next(programs: Path) -> None:
    """Where Playwright's download is out of reach, Debian gives root its package, and a headless shell beside it."""
    playwright = recording(
        programs, "playwright", "print('Error: getaddrinfo ENOTFOUND'); print('  at x'); sys.exit(1)"
    )
    made = f"pathlib.Path({str(programs)!r}, sys.argv[-1])"
    recording(programs, "apt-get", f"made = {made}\nif 'install' in sys.argv: made.write_text(''); made.chmod(0o755)")
    told: list[str] = []
    here = machine(programs, is_root=True, release=DEBIAN, playwright=playwright)
    found = install(here, "", programs / "own", told.append)
    assert Found(programs / "chromium", "installed on this machine") == found
    assert [
        "playwright install chromium",
        "apt-get -q -o DPkg::Lock::Timeout=60 update",
        "apt-get -q -o DPkg::Lock::Timeout=60 install --yes --no-install-recommends chromium",
        "apt-get -q -o DPkg::Lock::Timeout=60 install --yes --no-install-recommends chromium-headless-shell",
    ] == calls(programs)
    assert "That did not work: Error: getaddrinfo ENOTFOUND" == told[1]
    shell = find(here, "", None, windowless=True)
    assert programs / "chromium-headless-shell" == (shell and shell.path)


@pytest.mark.parametrize(
    ("is_root", "release"), [(True, UBUNTU), (True, MINT), (False, DEBIAN), (True, ""), (True, "ID=fedora\n")]
)
def test_debian_only_for_root_and_never_on_ubuntu(programs: Path, is_root: bool, release: str) -> None:
    """Without root, or with Ubuntu's stub of a package, apt is not asked; the message names the choices."""
    playwright = recording(programs, "playwright", "sys.exit(1)")
    recording(programs, "apt-get", "")
    here = machine(programs, is_root=is_root, release=release, playwright=playwright)
    with pytest.raises(ConfigError, match="none could be got") as caught:
        install(here, "", programs / "own", print)
    assert ["playwright install chromium"] == calls(programs)
    assert "Google Chrome, Microsoft Edge or Chromium" in caught.value.fix
    assert "[browser] executable" in caught.value.fix


def test_what_fails_is_told_in_a_line(programs: Path) -> None:
    """However much a program prints, one line of it is told; a missing program is named."""
    talker = program(programs, "talker", "import sys\nfor n in range(2000): print('line', n)\nsys.exit(3)")
    silent = program(programs, "silent", "import sys\nsys.exit(3)")
    here = machine(programs)
    assert "line 1999" == run_bounded(here, [str(talker)])
    assert "it ended with code 3" == run_bounded(here, [str(silent)])
    assert "none" in run_bounded(here, [str(programs / "none")])
    assert "" == run_bounded(here, [str(program(programs, "good"))])


def test_a_program_that_hangs_is_ended(programs: Path) -> None:
    """A download that says nothing any more is ended together with what it started."""
    note = programs / "pids.txt"
    hanging = program(
        programs,
        "hanging",
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "print('started', flush=True)\ntime.sleep(600)",
    )
    assert "nothing came for 2 seconds" == run_bounded(machine(programs), [str(hanging)], silence=2)
    parent, child = (int(pid) for pid in note.read_text(encoding="utf-8").split())
    assert not psutil.pid_exists(parent)
    assert ends(child)


def test_this_machine_is_described() -> None:
    """The real machine is what Python says it is."""
    here = Machine.here()
    assert sys.platform == here.system
    python = here.which(Path(sys.executable).name)
    assert python is None or python.is_file()
