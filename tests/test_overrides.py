"""A merchant's own selector files: accepted by a person or not, changed since, and those that are never used."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.db import Database
from bot.errors import ConfigError
from bot.home import POSIX
from bot.overrides import (
    NotAcceptedError,
    Standing,
    accept,
    check_accepted,
    check_usable,
    files_in,
    in_use,
    unknown_in,
)

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
CARD = 'card = [{ css = ".their-card", design = "mine", seen = "2026-11" }]\n'


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """A merchant's folder with one file for a page, and one whose name is that of none."""
    folder = tmp_path / "selectors của tôi"
    folder.mkdir()
    (folder / "order_list.toml").write_text(CARD, encoding="utf-8")
    (folder / "orders.toml").write_text(CARD, encoding="utf-8")
    (folder / "words.toml").write_text("", encoding="utf-8")
    return folder


def standings(database: Database, folder: Path | None) -> list[tuple[str, Standing, datetime | None]]:
    """How each override in use stands."""
    with database.read() as session:
        return [(each.page, each.standing, each.accepted_at) for each in in_use(session, folder)]


def test_without_a_folder_nothing_is_asked(sqlite: Database) -> None:
    """No folder named means no override, and nothing in the way of placing."""
    assert [] == standings(sqlite, None)
    with sqlite.read() as session:
        check_accepted(session, None)


def test_only_files_of_pages_are_read(folder: Path) -> None:
    """Files that no page is read with are named as such; meanings alone are of no page, and cannot be overridden."""
    assert ["order_list.toml"] == [file.name for file in files_in(folder)]
    assert ["orders.toml", "words.toml"] == [file.name for file in unknown_in(folder)]


def test_new_then_accepted_then_changed(sqlite: Database, folder: Path) -> None:
    """A new file may be read with but not placed with; accepted, both; changed, neither, until it is as before."""
    assert [("order_list", Standing.NEW, None)] == standings(sqlite, folder)
    with sqlite.read() as session:
        check_usable(session, folder)
        with pytest.raises(NotAcceptedError, match=r"nobody has accepted: order_list\.toml") as caught:
            check_accepted(session, folder)
    assert (4, True) == (caught.value.exit_code, "dropferry check --live --accept-override" in caught.value.fix)
    with sqlite.write() as session:
        assert ["order_list"] == [each.page for each in accept(session, folder, NOW)]
    with sqlite.write() as session:
        assert [] == accept(session, folder, NOW)
        check_accepted(session, folder)
    file = folder / "order_list.toml"
    file.write_text(CARD + "# a word\n", encoding="utf-8")
    assert [("order_list", Standing.CHANGED, NOW)] == standings(sqlite, folder)
    for check in (check_usable, check_accepted):
        with sqlite.read() as session, pytest.raises(ConfigError, match="has been changed since you accepted") as wrong:
            check(session, folder)
        assert str(file) in wrong.value.what
    file.write_text(CARD, encoding="utf-8")
    assert [("order_list", Standing.ACCEPTED, NOW)] == standings(sqlite, folder)


if POSIX:

    @pytest.mark.parametrize("mode", [0o620, 0o602, 0o664, 0o666])
    def test_a_file_that_others_may_change_is_refused(folder: Path, mode: int) -> None:
        """A right of group or others to write is refused with the command that takes it away."""
        file = folder / "order_list.toml"
        file.chmod(mode)
        with pytest.raises(ConfigError, match="other users of this machine may change this") as caught:
            files_in(folder)
        assert f"look at it, then run: chmod go-w '{file}'" == caught.value.fix
        file.chmod(0o644)
        assert [file] == files_in(folder)

    def test_a_folder_that_others_may_change_is_refused(folder: Path, tmp_path: Path) -> None:
        """In a folder that others may write to a file can be replaced; also where a link leads to one."""
        folder.chmod(0o770)
        with pytest.raises(ConfigError) as caught:
            files_in(folder)
        assert f"look at it, then run: chmod go-w '{folder}'" == caught.value.fix
        linked = tmp_path / "linked"
        linked.mkdir()
        (linked / "order_list.toml").symlink_to(folder / "order_list.toml")
        with pytest.raises(ConfigError, match=str(folder)):
            files_in(linked)

    if os.geteuid() == 0:

        def test_a_file_of_somebody_else_is_refused(folder: Path) -> None:
            """A file of another user is refused, whatever its rights; only root can make one here."""
            os.chown(folder / "order_list.toml", 12345, 12345)
            with pytest.raises(
                ConfigError, match=r"belongs to another user of this machine \(number 12345\)"
            ) as caught:
                files_in(folder)
            assert "make a copy of your own" in caught.value.fix
