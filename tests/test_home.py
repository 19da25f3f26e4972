"""The home folder: where it is, and that it is for the user alone."""

import os
import stat
from pathlib import Path

import pytest
from platformdirs import user_data_path

from bot.errors import ConfigError
from bot.home import HOME_VARIABLE, POSIX, Home, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_default_is_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --home and DROPFERRY_HOME it is the system's data folder, whatever the working directory."""
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    assert user_data_path("dropferry", appauthor=False) == Home.find().path


def test_given_folder_beats_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--home counts before DROPFERRY_HOME, and a relative one is taken from where the command was typed."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "named"))
    monkeypatch.chdir(tmp_path)
    assert tmp_path / "named" == Home.find().path
    assert tmp_path / "given" == Home.find(Path("given")).path


def test_relative_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative DROPFERRY_HOME would mean another folder for every working directory."""
    monkeypatch.setenv(HOME_VARIABLE, "somewhere")
    with pytest.raises(ConfigError, match="DROPFERRY_HOME is 'somewhere'"):
        Home.find()


if POSIX:  # on Windows the rights of the user's profile folder do the same

    def test_folders_and_files_are_for_the_user_alone(tmp_path: Path) -> None:
        """Everything that is made is 0700 or 0600, even under an umask that would let the whole world write."""
        before = os.umask(0)
        try:
            home = Home(tmp_path / "a" / "Nguyễn Văn Đức")
            home.ensure()
            write_private(home.secrets_file, 'x = "ß"\n')
        finally:
            os.umask(before)
        made = [home.path, home.path.parent, home.locks, home.logs, home.evidence, home.profile("main", False).parent]
        assert [0o700] * len(made) == [mode(folder) for folder in made]
        assert 0o600 == mode(home.secrets_file)
        assert 'x = "ß"\n' == home.secrets_file.read_text(encoding="utf-8")

    def test_an_empty_folder_is_closed_and_a_full_one_left_alone(tmp_path: Path) -> None:
        """An empty folder becomes private; one that holds other things (say, all of /tmp) keeps its rights."""
        empty, full = tmp_path / "empty", tmp_path / "full"
        for folder in (empty, full):
            folder.mkdir()
            folder.chmod(0o755)
        (full / "letter.txt").write_text("hello", encoding="utf-8")
        Home(empty).ensure()
        Home(full).ensure()
        assert (0o700, 0o755, 0o700) == (mode(empty), mode(full), mode(full / "locks"))


def test_writing_again_replaces_the_whole_file(tmp_path: Path) -> None:
    """A private file is replaced at once; nothing of the way there is left beside it."""
    file = tmp_path / "origins.json"
    write_private(file, "a long first text")
    write_private(file, "short")
    assert "short" == file.read_text(encoding="utf-8")
    assert [file] == list(tmp_path.iterdir())


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    """Where a folder cannot be made the message names it and the way out."""
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"home.*cannot be made") as caught:
        Home(tmp_path / "home").ensure()
    assert "--home" in caught.value.fix


def test_the_sandbox_has_profiles_of_its_own(tmp_path: Path) -> None:
    """A profile that was signed in to the sandbox can never be opened on the real site."""
    home = Home(tmp_path)
    assert (tmp_path / "profiles" / "main", tmp_path / "profiles" / "sandbox-main") == (
        home.profile("main", sandbox=False),
        home.profile("main", sandbox=True),
    )
