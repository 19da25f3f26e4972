"""The files that make a system run dropferry: what stands in them, and that no secret ever does."""

import os
import plistlib
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.errors import ConfigError
from bot.home import POSIX, Home
from bot.secrets import MissingSecret, Secret, Secrets, store_in_file
from bot.service import plan as planning
from bot.service.installing import NotTaken, install, remove, shown, standing
from bot.service.kinds import KINDS, here
from bot.service.plan import Plan, check_secrets, name_of, plan_for

SECRET = "sekret-7f3a"
LINUX, MACOS, WINDOWS = (KINDS[name] for name in ("linux", "macos", "windows"))
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def config(**more: Any) -> Config:
    return Config.model_validate(
        {"shops": {"main": {"url": "https://a.onshopbase.com", "account": "main"}}, "accounts": {"main": {}}, **more}
    )


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with every letter that a system's file may stumble over, and the user's own folders beside it."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    home = Home(tmp_path / 'Nguyễn "Văn" Đức 100% $HOME & <co>')
    home.ensure()
    return home


def planned(home: Home, *, desktop: bool = False, windows: bool = False) -> Plan:
    plan = plan_for(home, config(browser={"headless": True}), windows=windows)
    return Plan(plan.name, plan.home, plan.command, plan.credentials, needs_desktop=desktop)


def settings(unit: bytes) -> dict[str, str]:
    """The settings of a unit; each stands once."""
    pairs = [line.split("=", 1) for line in unit.decode().splitlines() if "=" in line and not line.startswith("#")]
    assert len(pairs) == len({name for name, _value in pairs})
    return {each[0]: each[1] for each in pairs}


class TestSystemd:
    """The unit for Linux."""

    def test_how_it_runs(self, home: Home) -> None:
        """It tells when it is ready and that it lives, is ended gently and alone, and is started again after a crash,
        not after `dropferry stop`."""
        unit = settings(LINUX.content(planned(home)))
        wanted = {
            "Type": "notify",
            "NotifyAccess": "main",
            "WatchdogSec": "600",
            "KillMode": "mixed",
            "Restart": "on-failure",
            "StartLimitIntervalSec": "0",
            "UMask": "0077",
            "WantedBy": "default.target",
        }
        assert wanted == {name: unit[name] for name in wanted}
        assert int(unit["TimeoutStopSec"]) > 60

    def test_nothing_goes_by_the_environment(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        """No variable is set and no secret written, whatever lies in the environment and in the home."""
        monkeypatch.setenv("DROPFERRY_SECRET_MAIN_SHOPBASE_KEY", SECRET)
        store_in_file(home, "main-shopbase-password", Secret(SECRET))
        for kind in KINDS.values():
            written = kind.content(planned(home)).decode(kind.encoding)
            assert "Environment" not in written
            assert "DROPFERRY_SECRET" not in written
            assert SECRET not in written

    def test_a_desktop(self, home: Home) -> None:
        """Where the browser has to be shown on the desktop the service comes and goes with it."""
        unit = settings(LINUX.content(planned(home, desktop=True)))
        assert ["graphical-session.target"] * 3 == [unit[name] for name in ("PartOf", "After", "WantedBy")]

    def test_secrets_from_files(self, home: Home, tmp_path: Path) -> None:
        """Each file that is named like a secret is handed in; one that others may read is refused."""
        folder = tmp_path / "hand over"
        folder.mkdir()
        (folder / "main-shopbase-key").write_text(SECRET, encoding="utf-8")
        (folder / "letter").write_text("", encoding="utf-8")
        plan = plan_for(home, config(), folder)
        assert f"main-shopbase-key:{folder / 'main-shopbase-key'}" == settings(LINUX.content(plan))["LoadCredential"]
        if POSIX:
            (folder / "main-shopbase-key").chmod(0o644)
            with pytest.raises(ConfigError, match="other users may read"):
                plan_for(home, config(), folder)
        with pytest.raises(ConfigError, match="no file in it that is named like a secret") as caught:
            plan_for(home, config(), tmp_path / "none")
        assert "main-shopbase-password" in caught.value.fix

    if shutil.which("systemd-analyze"):

        @pytest.mark.parametrize("desktop", [True, False])
        def test_systemd_takes_it(self, home: Home, tmp_path: Path, desktop: bool) -> None:
            """systemd itself finds nothing to say against the unit; a misspelt line in it would be told."""
            plan = planned(home, desktop=desktop)
            credentials = (("main-shopbase-key", tmp_path / "a b%"),)
            plan = Plan(plan.name, plan.home, plan.command, credentials, plan.needs_desktop)
            assert [] == verified(tmp_path, plan.name, LINUX.content(plan))
            misspelt = LINUX.content(plan).replace(b"KillMode=", b"KillMood=")
            assert [True] == ["KillMood" in line for line in verified(tmp_path, plan.name, misspelt)]


def verified(folder: Path, name: str, unit: bytes) -> list[str]:
    """What systemd has to say about a unit."""
    file = folder / f"{name}.service"
    file.write_bytes(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(file)],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )
    assert done.returncode in (0, 1)
    return [line for line in done.stderr.splitlines() if name in line]


def test_the_agent_of_macos(home: Home) -> None:
    """The agent starts at sign-in and again after a crash, with the same program, and says that we did not test it."""
    written = MACOS.content(planned(home))
    agent = plistlib.loads(written)
    assert {"SuccessfulExit": False} == agent["KeepAlive"]
    assert (True, "Aqua", 0o077) == (agent["RunAtLoad"], agent["LimitLoadToSessionType"], agent["Umask"])
    assert [sys.executable, "-P", "-m", "bot", "--home", str(home.path), "run"] == agent["ProgramArguments"]
    assert str(home.logs / "service.log") == agent["StandardErrorPath"]
    assert f"{agent['Label']}.plist" == MACOS.file(planned(home)).name
    assert b"Not tested by us" in written
    assert not MACOS.tested


class TestWindows:
    """The task for Windows."""

    @pytest.fixture(name="task")
    def task_fixture(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> ET.Element:
        monkeypatch.setenv("USERDOMAIN", "PC")
        monkeypatch.setenv("USERNAME", "Đức")
        monkeypatch.setenv("LOGNAME", "Đức")
        return ET.fromstring(WINDOWS.content(planned(home, windows=True)).decode("utf-16").partition("?>")[2])

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            ("Settings/DisallowStartIfOnBatteries", "false"),
            ("Settings/StopIfGoingOnBatteries", "false"),
            ("Settings/StartWhenAvailable", "true"),
            ("Settings/ExecutionTimeLimit", "PT0S"),
            ("Settings/MultipleInstancesPolicy", "IgnoreNew"),
            ("Settings/RunOnlyIfIdle", "false"),
            ("Settings/IdleSettings/StopOnIdleEnd", "false"),
            ("Settings/RestartOnFailure/Interval", "PT1M"),
            ("Settings/RestartOnFailure/Count", "255"),
            ("Settings/Enabled", "true"),
            ("Triggers/LogonTrigger/Enabled", "true"),
            ("Triggers/LogonTrigger/UserId", "PC\\Đức"),
            ("Triggers/LogonTrigger/Repetition/Interval", "PT10M"),
            ("Triggers/LogonTrigger/Repetition/StopAtDurationEnd", "false"),
            ("Principals/Principal/LogonType", "InteractiveToken"),
            ("Principals/Principal/RunLevel", "LeastPrivilege"),
        ],
    )
    def test_its_values(self, task: ET.Element, place: str, value: str) -> None:
        """At sign-in, on batteries too, without end, again after a failure, once at a time, with no more rights than
        the user's."""
        found = task.findall(
            "/".join(f"./{TASK}{part}" if not i else f"{TASK}{part}" for i, part in enumerate(place.split("/")))
        )
        assert [value] == [each.text for each in found]

    def test_what_it_runs(self, task: ET.Element, home: Home) -> None:
        """The Python without a console window, with the home's path as one word."""
        run = task.find(f".//{TASK}Exec")
        assert run is not None
        words = {each.tag.removeprefix(TASK): each.text or "" for each in run}
        assert words["Command"].endswith("pythonw.exe")
        assert subprocess.list2cmdline(["-P", "-m", "bot", "--home", str(home.path), "run"]) == words["Arguments"]
        assert str(home.path) == words["WorkingDirectory"]

    def test_its_form(self, home: Home) -> None:
        """UTF-16 with its mark, as schtasks asks for; it says that we did not test it."""
        content = WINDOWS.content(planned(home, windows=True))
        assert content[:2] in (b"\xff\xfe", b"\xfe\xff")
        assert "Not tested by us" in content.decode("utf-16")
        assert not WINDOWS.tested


class TestPlan:
    """What is to be run."""

    def test_each_home_has_a_service_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The usual home's is called dropferry, any other's by a name of its own that stays the same."""
        monkeypatch.delenv("DROPFERRY_HOME", raising=False)
        one, other = Home(tmp_path / "one"), Home(tmp_path / "other")
        assert "dropferry" == name_of(Home.find())
        assert name_of(one) == name_of(Home(tmp_path / "one"))
        assert 3 == len({name_of(one), name_of(other), "dropferry"})

    def test_a_path_with_a_line_break_is_refused(self, tmp_path: Path) -> None:
        """A path that would begin a line of its own in a unit cannot become a service."""
        with pytest.raises(ConfigError, match="cannot be given such a path"):
            plan_for(Home(tmp_path / "a\nExecStartPre=/bin/false"), config())

    def test_a_display(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        """The desktop is needed only for a browser that is shown where nothing else can show it."""
        monkeypatch.setattr(planning, "is_here", lambda: False)
        assert plan_for(home, config()).needs_desktop
        assert not plan_for(home, config(browser={"headless": True})).needs_desktop
        monkeypatch.setattr(planning, "is_here", lambda: True)
        assert not plan_for(home, config()).needs_desktop

    def test_this_system(self) -> None:
        """Each system has its kind; any other is told what to start itself."""
        assert ["linux", "macos", "windows"] == [here(name) for name in ("linux", "darwin", "win32")]
        with pytest.raises(ConfigError, match="freebsd14") as caught:
            here("freebsd14")
        assert "dropferry run" in caught.value.fix


class TestSecrets:
    """The service must find its secrets by itself."""

    def test_missing(self, home: Home) -> None:
        """A secret that is nowhere is told before anything is installed."""
        with pytest.raises(MissingSecret, match="main-shopbase-key"):
            check_secrets(config(), Secrets(home, sandbox=False), ())

    def test_only_in_this_terminal(self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """One that comes from the terminal's environment, itself or as a file's name, would be missing later."""
        store_in_file(home, "main-shopbase-password", Secret(SECRET))
        monkeypatch.setenv("DROPFERRY_SECRET_MAIN_SHOPBASE_KEY", SECRET)
        with pytest.raises(ConfigError, match="which a service does not have") as caught:
            check_secrets(config(), Secrets(home, sandbox=False), ())
        assert "run: dropferry secret set main-shopbase-key --file" == caught.value.fix
        store_in_file(home, "main-shopbase-key", Secret(SECRET))
        monkeypatch.delenv("DROPFERRY_SECRET_MAIN_SHOPBASE_KEY")
        assert [] == check_secrets(config(), Secrets(home, sandbox=False), ())

    def test_handed_in(self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What systemd hands in counts, and is read from the folder that it names."""
        for name in ("main-shopbase-key", "main-shopbase-password"):
            (tmp_path / name).write_text(f"{name} {SECRET}\n", encoding="utf-8")
        plan = plan_for(home, config(), tmp_path)
        secrets = Secrets(home, sandbox=False)
        assert [] == check_secrets(config(), secrets, plan.credentials)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
        assert f"main-shopbase-key {SECRET}" == secrets.need("main-shopbase-key").get_secret_value()
        assert "credential" == secrets.place_of("main-shopbase-password")
        assert None is secrets.find("database-password")


if POSIX:

    class TestInstalling:
        """Into the system and out again, with stand-ins for its programs that write down how they are called."""

        @pytest.fixture(name="calls")
        def calls_fixture(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
            calls = tmp_path / "calls"
            for name in ("systemctl", "launchctl"):
                (tmp_path / name).write_text(
                    f'#!/bin/sh\necho "{name} $*" >> "{calls}"\necho active\n[ ! -e "{tmp_path}/no-bus" ] || '
                    '{ echo "Failed to connect to bus" >&2; exit 1; }\n',
                    encoding="utf-8",
                )
                (tmp_path / name).chmod(0o700)
            monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
            return calls

        def test_in_and_out(self, home: Home, calls: Path) -> None:
            """The file is private and loaded, enabled and started; renewing it ends the old one first; afterwards
            nothing is left."""
            plan = planned(home)
            unit = f"{plan.name}.service"
            file = install(LINUX, plan)
            assert LINUX.content(plan) == file.read_bytes()
            assert 0o600 == stat.S_IMODE(file.stat().st_mode)
            begun = [f"systemctl --user {words}" for words in ("daemon-reload", f"enable {unit}", f"restart {unit}")]
            assert begun == calls.read_text(encoding="utf-8").splitlines()
            install(LINUX, plan)
            assert f"systemctl --user disable --now {unit}" == calls.read_text(encoding="utf-8").splitlines()[3]
            assert file == remove(LINUX, plan)
            assert "systemctl --user daemon-reload" == calls.read_text(encoding="utf-8").splitlines()[-1]
            assert not file.exists()
            assert None is remove(LINUX, plan)

        def test_how_it_stands(self, home: Home, calls: Path) -> None:
            """What the system says is told, and whether the file is still what it would be."""
            plan = planned(home)
            before = standing(LINUX, plan, home)
            assert (None, False, "", False) == (before.file, before.is_current, before.system_says, before.runs)
            install(LINUX, plan)
            stands = standing(LINUX, plan, home)
            assert (True, "active", False) == (stands.is_current, stands.system_says, stands.runs)
            moved = Plan(plan.name, plan.home, ("/elsewhere/python", *plan.command[1:]))
            assert not standing(LINUX, moved, home).is_current
            handed = Plan(plan.name, plan.home, plan.command, (("database-password", home.path),))
            assert standing(LINUX, handed, home).is_current

        def test_a_system_that_refuses(self, home: Home, calls: Path, tmp_path: Path) -> None:
            """Where systemd cannot be reached its words and the command are told, and no new file is left; one that it
            may still run is not deleted."""
            (tmp_path / "no-bus").touch()
            with pytest.raises(NotTaken, match="systemctl: Failed to connect to bus") as caught:
                install(LINUX, planned(home))
            assert caught.value.fix.endswith("systemctl --user daemon-reload")
            assert not LINUX.file(planned(home)).exists()
            (tmp_path / "no-bus").unlink()
            install(LINUX, planned(home))
            (tmp_path / "no-bus").touch()
            with pytest.raises(NotTaken, match="Failed to connect"):
                remove(LINUX, planned(home))
            assert LINUX.file(planned(home)).exists()

        def test_on_macos(self, home: Home, calls: Path) -> None:
            """The agent is loaded for this user's session and taken out of it."""
            plan = planned(home)
            install(MACOS, plan)
            remove(MACOS, plan)
            loaded, gone = calls.read_text(encoding="utf-8").splitlines()
            assert loaded.startswith("launchctl bootstrap gui/")
            assert gone.endswith(f"/local.{plan.name}")


def test_the_commands_of_windows(home: Home) -> None:
    """The task is made from its file, run at once, and deleted by its name; they are shown as one types them."""
    plan = planned(home, windows=True)
    made, run = WINDOWS.start(plan)
    assert ["schtasks", "/Create", "/TN", plan.name, "/XML", str(WINDOWS.file(plan)), "/F"] == made
    assert ["schtasks", "/Run", "/TN", plan.name] == run
    assert [["schtasks", "/Delete", "/TN", plan.name, "/F"]] == WINDOWS.end(plan)
    assert '"' in shown(made)
