"""The home is its user's alone: wider rights are refused with the fix, on POSIX by modes, on Windows by icacls."""

import os
import subprocess
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.home import POSIX, Home
from bot.rights import FILES, check_home
from bot.rights_windows import Allowed, NotReadable, allowed, check_folder, closing, decoded, others, user_of
from tests.processes import called, told

ME = "S-1-5-21-1004336348-1177238915-682003330-1001"
# What icacls /save writes of a folder in a user's own profile: the system, the administrators, the user.
OWN = f"dropferry\nD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{ME})\n"
# Of a folder at the root of a disk: users may read, and whoever is signed in may change.
AT_THE_ROOT = (
    "shop\nD:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)"
    "(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)\n"
)


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path) -> Home:
    """A home with one of each thing that dropferry keeps."""
    home = Home(tmp_path / "Nguyễn Văn Đức")
    home.ensure()
    for name in FILES:
        (home.path / name).write_text("", encoding="utf-8")
        (home.path / name).chmod(0o600)
    return home


if POSIX:

    def test_a_private_home_is_fine(home: Home, tmp_path: Path) -> None:
        """A home of one's own passes, and so does one that is not there yet or empty, whatever its rights."""
        check_home(home)
        check_home(Home(tmp_path / "none"))
        (tmp_path / "empty").mkdir()
        (tmp_path / "empty").chmod(0o777)
        check_home(Home(tmp_path / "empty"))

    @pytest.mark.parametrize("mode", [0o750, 0o701, 0o710, 0o744])
    def test_a_folder_that_others_may_look_into(home: Home, mode: int) -> None:
        """Any right of group or others on the home is refused with the command that takes it away, which helps."""
        home.path.chmod(mode)
        with pytest.raises(ConfigError, match="other users of this machine may look into this folder") as caught:
            check_home(home)
        assert f"run: chmod 700 '{home.path}'" == caught.value.fix
        subprocess.run(caught.value.fix.removeprefix("run: "), shell=True, check=True)
        check_home(home)

    def test_a_folder_for_everybody_is_no_home(home: Home) -> None:
        """For a place like /tmp the fix is another folder, not to close it to everybody else."""
        home.path.chmod(0o1777)
        with pytest.raises(ConfigError, match="everybody may write here") as caught:
            check_home(home)
        assert "--home" in caught.value.fix
        assert "chmod" not in caught.value.fix

    @pytest.mark.parametrize("name", FILES)
    def test_each_file(home: Home, name: str) -> None:
        """Each file that dropferry keeps is refused by name where others may read it."""
        (home.path / name).chmod(0o640)
        with pytest.raises(ConfigError, match=f"{name}: other users may read or change this file") as caught:
            check_home(home)
        assert f"run: chmod 600 '{home.path / name}'" == caught.value.fix

    def test_what_is_not_ours_is_left_alone(home: Home) -> None:
        """A note of the merchant's own in the folder may have any rights."""
        (home.path / "note.txt").write_text("", encoding="utf-8")
        (home.path / "note.txt").chmod(0o666)
        check_home(home)

    def test_another_users_folder_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        """A home that somebody else owns could be changed under our hands."""
        mine = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
        with pytest.raises(ConfigError, match=f"belongs to another user of this machine \\(number {mine}\\)") as caught:
            check_home(home)
        assert "--home" in caught.value.fix

    def test_commands_refuse_it(home: Home) -> None:
        """A command in a home that others can look into ends with code 3 and the fix, and touches nothing."""
        (home.path / "config.toml").write_text("x = 1\n", encoding="utf-8")
        home.path.chmod(0o755)
        for words in (["orders"], ["run"], ["init", "--shop-url", "https://a.onshopbase.com"]):
            done = called(home.path, *words)
            assert (3, True) == (done.returncode, "chmod 700" in told(done)), words
        assert 0o755 == home.path.stat().st_mode & 0o777


class TestWindows:
    """What icacls and whoami say on Windows."""

    def test_only_my_own(self) -> None:
        """System, administrators and I: nobody else is named."""
        assert [Allowed("SY", "FA"), Allowed("BA", "FA"), Allowed(ME, "FA")] == allowed(OWN)
        assert [] == others(OWN, ME)

    def test_another_user(self) -> None:
        """Another user of the machine is named by number, in whatever language Windows speaks."""
        somebody = ME[:-1] + "2"
        assert [somebody] == others(OWN.rstrip() + f"(A;;0x1200a9;;;{somebody})\n", ME)

    def test_a_folder_at_the_root(self) -> None:
        """Users and whoever is signed in are others; so is everybody where there is no list at all."""
        assert ["AU", "BU"] == others(AT_THE_ROOT, ME)
        assert ["WD"] == others("shop\nD:NO_ACCESS_CONTROL\n", ME)

    def test_a_denial_gives_nothing(self) -> None:
        """An entry that denies is no right; one with a condition is one."""
        denied = f"shop\nD:PAI(D;OICI;FA;;;WD)(XD;;FX;;;AU;(WIN://SYSAPPID))(A;;FA;;;{ME})\n"
        assert [] == others(denied, ME)
        assert ["AU"] == others(denied.replace("(XD;", "(XA;"), ME)

    @pytest.mark.parametrize(
        "text", ["", "dropferry\n", "dropferry\nAccess is denied.\n", "x\nD:AI(A;OICIID;FA;;;SY)(A;OI\n"]
    )
    def test_what_cannot_be_read_is_not_guessed(self, text: str) -> None:
        """A text that is no list of rights is told apart from a list that is empty."""
        with pytest.raises(NotReadable):
            allowed(text)

    def test_its_file(self) -> None:
        """The file is UTF-16, with its mark or without."""
        assert OWN == decoded(OWN.encode("utf-16"))
        assert OWN == decoded(OWN.encode("utf-16-le"))
        with pytest.raises(NotReadable):
            decoded(b"x")

    def test_who_i_am(self) -> None:
        """My number is found beside a name that no console may be able to show."""
        assert ME == user_of(f'"desktop-7q\\nguy\ufffdn","{ME}"\r\n')
        with pytest.raises(NotReadable):
            user_of("ERROR: access denied")

    def test_the_commands_as_they_are_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both programs are asked, and the answer becomes a refusal with the command that closes the folder; where
        they cannot be asked, nothing is claimed."""
        if POSIX:  # stand-ins for the two programs are scripts
            bin_of(tmp_path, "whoami", f'echo \'"pc\\\\me","{ME}"\'')
            (tmp_path / "saved").write_bytes(AT_THE_ROOT.encode("utf-16-le"))
            bin_of(tmp_path, "icacls", f"cp '{tmp_path}/saved' \"$3\"")
            monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
            with pytest.raises(ConfigError, match=r"may look into this folder \(AU, BU\)") as caught:
                check_folder(tmp_path)
            assert f"run: {closing(tmp_path, ME)}" == caught.value.fix
            (tmp_path / "icacls").unlink()
        check_folder(tmp_path)

    def test_the_closing_command(self) -> None:
        """The command takes what was inherited away and leaves three: me, the system and the administrators."""
        command = closing(Path("C:/shop"), ME)
        assert command.startswith('icacls "')
        assert "/inheritance:r /grant:r" in command
        assert 3 == command.count("(OI)(CI)F")
        assert f'"*{ME}:(OI)(CI)F"' in command


def bin_of(folder: Path, name: str, script: str) -> None:
    """A program of that name which does what the script says."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o700)
