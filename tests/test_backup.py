"""Backups: a consistent copy while others write, with nothing in it that is as good as a password."""

import json
import shutil
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.backup import NotBackedUp, back_up, copy_database, last_backup
from bot.config import Config, load
from bot.db import HEAD
from bot.home import POSIX, Home, write_private
from bot.secrets import Secret, store_in_file
from tests.processes import called, told

CONFIG = '[shops.main]\nurl = "https://a.onshopbase.com"\naccount = "main"\n[accounts.main]\n'
SECRET = "sekret-7f3a"


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path, migrated: Path) -> Home:
    """A home with one of everything, in which somebody has worked."""
    home = Home(tmp_path / "Nguyễn Văn Đức")
    home.ensure()
    write_private(home.config_file, CONFIG)
    shutil.copy(migrated, home.database_file)
    load(home)
    store_in_file(home, "main-shopbase-key", Secret(SECRET))
    for place in (
        "profiles/main/Default",
        "evidence/20261122T100000Z-aabbcc",
        "logs",
        "recordings/order_list/two parcels",
    ):
        write_private(home.path / place / "page.html", SECRET if "recordings" not in place else "<p>page</p>")
    return home


def config(**more: Any) -> Config:
    shops = {"main": {"url": "https://a.onshopbase.com", "account": "main"}}
    return Config.model_validate({"shops": shops, "accounts": {"main": {}}, **more})


@pytest.fixture(name="file")
def file_fixture(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def test_what_is_in_it(home: Home, file: Path) -> None:
    """Configuration, addresses, database and recordings, each with its sum; no profile, no secret, nothing else."""
    done = back_up(home, config(), file, "dropferry 1")
    wanted = ["config.toml", "dropferry.db", "origins.json", "recordings/order_list/two parcels/page.html"]
    assert wanted == [kept.path for kept in done.manifest.files]
    with zipfile.ZipFile(file) as packed:
        assert {"manifest.json", *wanted} == set(packed.namelist())
        assert CONFIG == packed.read("config.toml").decode()
        assert not any(SECRET.encode() in packed.read(name) for name in packed.namelist())
        listed = json.loads(packed.read("manifest.json"))
    assert (1, "dropferry 1", "sqlite", HEAD) == tuple(
        listed[key] for key in ("format", "made_by", "database", "version")
    )
    if POSIX:
        assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert [file] == [each for each in file.parent.iterdir() if each != home.path]
    assert ["last-backup.json"] == [each.name for each in (home.path / "backups").iterdir()]


def test_when_the_last_one_was_made(home: Home, file: Path) -> None:
    """The home remembers when its last backup was made and where it is; a damaged note is no backup."""
    assert None is last_backup(home)
    done = back_up(home, config(), file, "dropferry 1")
    last = last_backup(home)
    assert last is not None
    assert (done.manifest.made_at, file) == (last[0].isoformat(), last[1])
    (home.path / "backups" / "last-backup.json").write_text("{", encoding="utf-8")
    assert None is last_backup(home)


class Writer(threading.Thread):
    """Somebody who moves money between two rows, so that their sum stays the same after each transaction."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.database = database
        self.over = threading.Event()
        self.turns = 0

    def run(self) -> None:
        with closing(sqlite3.connect(self.database, isolation_level=None, timeout=30)) as writing:
            while not self.over.is_set():
                writing.execute("BEGIN IMMEDIATE")
                writing.execute("UPDATE purse SET money = money - 1 WHERE name = 'a'")
                writing.execute("UPDATE purse SET money = money + 1, note = randomblob(4000) WHERE name = 'b'")
                writing.execute("COMMIT")
                self.turns += 1


@pytest.fixture(name="writer")
def writer_fixture(home: Home) -> Iterator[Writer]:
    with closing(sqlite3.connect(home.database_file)) as making:
        making.execute("PRAGMA journal_mode=WAL")
        making.execute("CREATE TABLE purse (name TEXT, money INTEGER, note BLOB)")
        making.execute("INSERT INTO purse VALUES ('a', 0, ''), ('b', 0, '')")
        making.executemany("INSERT INTO purse VALUES ('c', 0, ?)", [(b"x" * 4000,)] * 500)
        making.commit()
    writer = Writer(home.database_file)
    writer.start()
    yield writer
    writer.over.set()
    writer.join()


def test_while_somebody_writes(home: Home, writer: Writer, tmp_path: Path) -> None:
    """Every copy is the state of one moment, whole in one file, and whoever writes goes on meanwhile."""
    for number in range(8):
        copy = tmp_path / f"{number}.db"
        before = writer.turns
        copy_database(home.database_file, copy)
        with closing(sqlite3.connect(copy)) as reading:
            assert (0,) == reading.execute("SELECT sum(money) FROM purse").fetchone()
            assert ("delete",) == reading.execute("PRAGMA journal_mode").fetchone()
        while writer.turns == before:
            assert writer.is_alive()
    assert [] == [*tmp_path.glob("*.db-wal"), *tmp_path.glob("*.db-shm")]


class TestRefused:
    """No backup rather than half of one, and none over an older one."""

    def test_a_file_that_is_there(self, home: Home, file: Path) -> None:
        """An older backup is never written over; a folder gets a file named by the time."""
        file.write_text("older", encoding="utf-8")
        with pytest.raises(NotBackedUp, match="this file is there already"):
            back_up(home, config(), file, "dropferry 1")
        assert "older" == file.read_text(encoding="utf-8")
        (file.parent / "kept").mkdir()
        done = back_up(home, config(), file.parent / "kept", "dropferry 1")
        assert done.file.name.startswith("dropferry-2")

    def test_nothing_to_keep_yet(self, home: Home, file: Path) -> None:
        """Without a database there is nothing to keep, and none is made by looking for it."""
        home.database_file.unlink()
        with pytest.raises(NotBackedUp, match="there is no database yet"):
            back_up(home, config(), file, "dropferry 1")
        assert not home.database_file.exists()
        assert not file.exists()

    def test_a_damaged_database(self, home: Home, file: Path) -> None:
        """What cannot be read whole is not kept as a backup, and nothing is left of the try."""
        with home.database_file.open("r+b") as damaging:
            damaging.seek(3 * 4096)
            damaging.write(b"\xff" * 40_000)
        with pytest.raises(NotBackedUp, match=r"damaged|cannot be copied"):
            back_up(home, config(), file, "dropferry 1")
        assert [] == [*file.parent.glob("*.zip"), *(home.path / "backups").iterdir()]

    def test_no_place_to_write_to(self, home: Home, file: Path) -> None:
        """A folder that is not there is named."""
        with pytest.raises(NotBackedUp, match="there is no such folder"):
            back_up(home, config(), file.parent / "none" / "a.zip", "dropferry 1")

    def test_no_room(self, home: Home, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """On a disk that fills up while it is written the trouble is told, and nothing half-written is left."""

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("bot.archive.os.fsync", full)
        with pytest.raises(NotBackedUp, match="No space left on device"):
            back_up(home, config(), file, "dropferry 1")
        assert [home.path] == list(file.parent.iterdir())


def test_recordings_with_odd_names(home: Home, file: Path, tmp_path: Path) -> None:
    """A recording that no backup can hold is left out by name, and so is one that points elsewhere."""
    write_private(home.path / "recordings" / "order_list" / ".hidden", "x")
    if POSIX:
        (home.path / "recordings" / "elsewhere").symlink_to(tmp_path)
    done = back_up(home, config(), file, "dropferry 1")
    odd = [*(["recordings/elsewhere"] if POSIX else []), "recordings/order_list/.hidden"]
    assert odd == list(done.left_out)


class TestCommand:
    """As a merchant calls it."""

    def test_it_says_what_it_did(self, home: Home, file: Path) -> None:
        """The file, its size, and what is not in it; as JSON for a program."""
        done = called(home.path, "backup", file)
        assert (0, "") == (done.returncode, done.stderr)
        assert f"Written: {file} (4 files, " in done.stdout
        assert "browser profiles and secrets" in done.stdout
        again = called(home.path, "backup", file.with_name("b.zip"), "--json")
        assert 4 == len(json.loads(again.stdout)["files"])

    def test_postgresql(self, home: Home, file: Path) -> None:
        """Orders in PostgreSQL are not in it: that is said, with the command that keeps them, and code 7."""
        write_private(home.config_file, 'database = "postgresql://bot@db.example/shop"\n' + CONFIG)
        done = called(home.path, "backup", file)
        assert 7 == done.returncode
        assert "pg_dump --format=custom --file=backup.pgdump 'postgresql://bot@db.example/shop'" in told(done)
        with zipfile.ZipFile(file) as packed:
            assert "dropferry.db" not in packed.namelist()
