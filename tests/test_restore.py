"""Restoring: only a whole backup of ours is put back, what it replaces is kept, buying waits."""

import hashlib
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import archive
from bot.archive import ArchiveRefused, is_allowed, read_archive
from bot.backup import back_up
from bot.buying_home import MayNotBuyError, check_may_buy, note_reconciled
from bot.config import Config, load
from bot.db import Database
from bot.errors import AlreadyRunning, ConfigError
from bot.home import POSIX, Home, write_private
from bot.locks import account_lock, run_lock
from bot.models import JobRun
from bot.restore import NotRestored, checked, put_back
from tests.processes import called, told

SHOP = "https://a.onshopbase.com"
CONFIG = f'[shops.main]\nurl = "{SHOP}"\naccount = "main"\n[accounts.main]\n'
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
Change = Callable[[dict[str, bytes]], None]


def made(folder: Path, migrated: Path, text: str = CONFIG) -> Home:
    """A home whose database is of this version."""
    home = Home(folder)
    home.ensure()
    write_private(home.config_file, text)
    write_private(home.path / "secrets.toml", "")
    shutil.copy(migrated, home.database_file)
    load(home)
    return home


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path, migrated: Path) -> Home:
    """A home in which one run of a job is known, and which may buy."""
    home = made(tmp_path / "Nguyễn Văn Đức", migrated)
    write_private(home.path / "recordings" / "order_list" / "empty" / "page.html", "<p>first</p>")
    database = Database(f"sqlite:///{home.database_file}")
    with database.write() as session:
        session.add(JobRun(name="sync:main", slot=NOW, started_at=NOW))
        note_reconciled(session, home, "main", NOW, datetime.now(UTC))
    database.close()
    return home


@pytest.fixture(name="file")
def file_fixture(home: Home, tmp_path: Path) -> Path:
    """A backup of the home."""
    file = tmp_path / "backup.zip"
    back_up(home, Config.model_validate(tables()), file, "dropferry 1")
    return file


def tables(url: str = SHOP) -> dict[str, Any]:
    return {"shops": {"main": {"url": url, "account": "main"}}, "accounts": {"main": {}}}


def runs(home: Home) -> list[str]:
    with closing(sqlite3.connect(home.database_file)) as reading:
        return [name for (name,) in reading.execute("SELECT name FROM job_run ORDER BY name")]


def work_on(home: Home) -> None:
    """What happened after the backup."""
    with closing(sqlite3.connect(home.database_file)) as writing:
        writing.execute("UPDATE job_run SET name = 'push:main'")
        writing.commit()
    write_private(home.config_file, CONFIG + "\n[sync]\ntabs = 2\n")
    write_private(home.path / "recordings" / "order_list" / "empty" / "page.html", "<p>second</p>")


def restore(home: Home, file: Path) -> Path | None:
    with checked(home, file) as found:
        return put_back(home, found)


def changed(file: Path, change: Change) -> Path:
    """The backup with its members changed, and its list made to agree with them."""
    with zipfile.ZipFile(file) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    listed = json.loads(members.pop("manifest.json"))
    change(members)
    listed["files"] = [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    ]
    return packed_as(file, {"manifest.json": json.dumps(listed).encode(), **members})


def packed_as(file: Path, members: dict[str, bytes], kind: int = stat.S_IFREG) -> Path:
    other = file.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as packing:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = ((stat.S_IFREG if name == "manifest.json" else kind) | 0o777) << 16
            packing.writestr(member, content, zipfile.ZIP_DEFLATED)
    return other


def members_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def everything(home: Home) -> dict[str, bytes]:
    """All files of a home but its locks."""
    found = [each for each in home.path.rglob("*") if each.is_file() and "locks" not in each.parts]
    return {each.relative_to(home.path).as_posix(): each.read_bytes() for each in found}


class TestPutBack:
    """A sound backup."""

    def test_all_of_it(self, home: Home, file: Path) -> None:
        """Database, configuration and recordings are as they were, private; what they replace is kept whole."""
        work_on(home)
        kept = restore(home, file)
        assert ["sync:main"] == runs(home)
        assert CONFIG == home.config_file.read_text(encoding="utf-8")
        page = Path("recordings", "order_list", "empty", "page.html")
        assert "<p>first</p>" == (home.path / page).read_text(encoding="utf-8")
        assert kept is not None
        assert "tabs = 2" in (kept / "config.toml").read_text(encoding="utf-8")
        assert "<p>second</p>" == (kept / page).read_text(encoding="utf-8")
        with closing(sqlite3.connect(kept / "dropferry.db")) as reading:
            assert [("push:main",)] == reading.execute("SELECT name FROM job_run").fetchall()
        if POSIX:
            files = [each for each in home.path.rglob("*") if each.is_file()]
            assert {0o600} == {stat.S_IMODE(each.stat().st_mode) for each in files}
        load(home)

    def test_into_an_empty_folder(self, file: Path, tmp_path: Path) -> None:
        """On another machine the home is complete but for profiles and secrets; nothing was replaced."""
        other = Home(tmp_path / "other")
        other.ensure()
        assert None is restore(other, file)
        assert ["sync:main"] == runs(other)
        load(other)

    def test_what_a_crash_left_in_the_log_is_kept_with_the_old_one(self, home: Home, file: Path) -> None:
        """What stood only beside the old database is in the old one that is kept, and never mixed into the new one."""
        writing = sqlite3.connect(home.database_file)
        writing.execute("PRAGMA journal_mode=WAL")
        writing.execute("UPDATE job_run SET name = 'late'")
        writing.commit()
        left = {name: (home.path / name).read_bytes() for name in ("dropferry.db", "dropferry.db-wal")}
        writing.close()
        for name, content in left.items():
            write_bytes(home.path / name, content)
        kept = restore(home, file)
        assert ["sync:main"] == runs(home)
        assert kept is not None
        with closing(sqlite3.connect(kept / "dropferry.db")) as reading:
            assert [("late",)] == reading.execute("SELECT name FROM job_run").fetchall()

    def test_over_a_damaged_database(self, home: Home, file: Path) -> None:
        """A database that cannot be opened any more does not stand in the way, and is kept as it is."""
        write_bytes(home.database_file, b"not a database at all" * 1000)
        kept = restore(home, file)
        assert ["sync:main"] == runs(home)
        assert kept is not None
        assert (kept / "dropferry.db").read_bytes().startswith(b"not a database")


def write_bytes(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o600)


def test_nothing_is_bought_until_one_has_looked(home: Home, file: Path) -> None:
    """A restored home may not buy, though the backup says it may, until `reconcile` was run after it."""
    database = Database(f"sqlite:///{home.database_file}")
    with database.read() as session:
        check_may_buy(session, home, "main")
    database.close()
    restore(home, file)
    database = Database(f"sqlite:///{home.database_file}")
    with database.read() as session, pytest.raises(MayNotBuyError, match="it was restored from a backup") as caught:
        check_may_buy(session, home, "main")
    assert "dropferry reconcile --account main" in caught.value.fix
    with database.write() as session:
        note_reconciled(session, home, "main", NOW, datetime.now(UTC) + timedelta(seconds=1))
    with database.read() as session:
        check_may_buy(session, home, "main")
    database.close()


class TestInUse:
    """Nothing is put back under somebody's hands."""

    def test_the_service_or_a_browser(self, home: Home, file: Path) -> None:
        """While the service runs or an account's browser is open it is refused with who it is; all stays."""
        before = everything(home)
        with run_lock(home), pytest.raises(AlreadyRunning, match="this home folder is in use by process"):
            restore(home, file)
        with account_lock(home, "main", sandbox=False), pytest.raises(AlreadyRunning):
            restore(home, file)
        assert before == everything(home)

    def test_a_command_in_the_middle_of_something(self, home: Home, file: Path) -> None:
        """A command that has the database open, which holds no lock, is noticed too."""
        with closing(sqlite3.connect(home.database_file)) as busy:
            busy.execute("PRAGMA journal_mode=WAL")
            busy.execute("SELECT name FROM job_run").fetchall()
            with pytest.raises(AlreadyRunning, match="in use by another dropferry"):
                restore(home, file)
        assert ["sync:main"] == runs(home)


OUTSIDE = [
    "../config.toml",
    "/etc/passwd",
    "recordings/../../x",
    "recordings/..\\..\\x",
    "C:\\Windows\\x",
    "recordings/C:x",
    "recordings/order_list//x",
    "recordings/",
    "recordings",
    "recordings/NUL",
    "recordings/nul.html",
    "recordings/a./x",
    "recordings/a /x",
    "recordings/.hidden",
    "recordings/a\nb",
    "recordings/" + "a/" * 7 + "x",
    "secrets.toml",
    "buying.json",
    "STOP",
    "profiles/main/Default/Cookies",
    "dropferry.db-wal",
    "Config.toml",
    "",
]


class TestRefused:
    """What is no backup of ours, or not one for here; nothing of it is written into the home."""

    @pytest.fixture(autouse=True)
    def nothing_changes(self, home: Home, file: Path) -> Any:
        before = everything(home)
        yield
        assert before == everything(home)
        assert ["last-backup.json"] == [each.name for each in (home.path / "backups").iterdir()]

    @pytest.mark.parametrize("name", [name for name in OUTSIDE if name])
    def test_a_member_outside_the_home(self, home: Home, file: Path, name: str) -> None:
        """A name that leads out of the home, or to what no backup holds, is refused by that name."""
        with pytest.raises(ArchiveRefused, match="has no place in a home folder"):
            restore(home, changed(file, lambda members: members.update({name: b"x"})))
        assert not (home.path.parent / "x").exists()

    @pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFDIR])
    def test_a_link_or_a_device(self, home: Home, file: Path, kind: int) -> None:
        """A member that says it is a link, a device, a pipe or a folder is refused."""
        with pytest.raises(ArchiveRefused, match="is not a plain file"):
            restore(home, packed_as(file, members_of(file), kind))

    def test_a_changed_member(self, home: Home, file: Path) -> None:
        """A file whose content is not that of the list is refused by name."""
        members = {**members_of(file), "config.toml": CONFIG.replace("main", "mian").encode()}
        with pytest.raises(ArchiveRefused, match=r'"config\.toml" is not what it was'):
            restore(home, packed_as(file, members))
        shorter = {**members_of(file), "config.toml": b""}
        with pytest.raises(ArchiveRefused, match=r'"config\.toml" is not what it was'):
            restore(home, packed_as(file, shorter))

    def test_a_member_that_is_not_listed_or_missing(self, home: Home, file: Path) -> None:
        """One file more or less than in the list is refused."""
        members = members_of(file)
        with pytest.raises(ArchiveRefused, match="recordings/more"):
            restore(home, packed_as(file, {**members, "recordings/more": b"x"}))
        del members["origins.json"]
        with pytest.raises(ArchiveRefused, match="not those of its list"):
            restore(home, packed_as(file, members))

    def test_twice_the_same_name(self, home: Home, file: Path) -> None:
        """Two members that are one file on some systems are refused."""
        with pytest.raises(ArchiveRefused, match="not those of its list"):
            restore(home, changed(file, lambda members: members.update({"recordings/a": b"1", "recordings/A": b"2"})))

    def test_too_big(self, home: Home, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """More bytes or files than any home has, or than there is room for, are refused before they are unpacked."""
        bomb = changed(file, lambda members: members.update({"recordings/bomb": b"0" * 20_000_000}))
        assert bomb.stat().st_size < 200_000
        monkeypatch.setattr(archive, "MOST_BYTES", 10_000_000)
        with pytest.raises(ArchiveRefused, match="it is too big"):
            restore(home, bomb)
        monkeypatch.setattr(archive, "MOST_FILES", 3)
        with pytest.raises(ArchiveRefused, match="too many files"):
            restore(home, bomb)
        monkeypatch.undo()
        monkeypatch.setattr(shutil, "disk_usage", lambda _place: shutil._ntuple_diskusage(10, 9, 1))
        with pytest.raises(ArchiveRefused, match="it unpacks to 20 MB, and 0 MB are free"):
            restore(home, bomb)

    def test_a_member_that_lies_about_its_size(self, home: Home, file: Path) -> None:
        """A member that unpacks to more than it says is stopped there."""
        content = file.read_bytes()
        with zipfile.ZipFile(file) as packed:
            size = next(each.bytes for each in archive.Manifest.model_validate_json(packed.read("manifest.json")).files)
        assert content.count(size.to_bytes(4, "little")) >= 1
        other = file.with_name("other.zip")
        members = members_of(file)
        listed = json.loads(members["manifest.json"])
        listed["files"][0]["bytes"] = 5
        packed_as(file, {**members, "manifest.json": json.dumps(listed).encode()})
        lying = other.read_bytes().replace(size.to_bytes(4, "little"), (5).to_bytes(4, "little"))
        other.write_bytes(lying)
        with pytest.raises(ArchiveRefused):
            restore(home, other)

    @pytest.mark.parametrize(
        "content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a zip", b"\x1f\x8b" + b"x" * 100, b"PK\x03\x04" * 50]
    )
    def test_another_file(self, home: Home, file: Path, content: bytes) -> None:
        """What is no backup is refused as one line."""
        file.write_bytes(content)
        with pytest.raises(ArchiveRefused, match="this is no backup of dropferry"):
            restore(home, file)

    @pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
    def test_a_damaged_file(self, home: Home, file: Path, where: float) -> None:
        """A byte that a disk has changed is found, wherever it is."""
        content = bytearray(file.read_bytes())
        content[int(len(content) * where)] ^= 0xFF
        file.write_bytes(content)
        with pytest.raises(ArchiveRefused):
            restore(home, file)

    @pytest.mark.parametrize("text", ["[]", "{}", '{"format": 2}', "nonsense", '{"format": 1, "files": 3}'])
    def test_a_list_of_another_form(self, home: Home, file: Path, text: str) -> None:
        """A list that this version does not know is refused; one of a newer version says what to do."""
        with pytest.raises(ArchiveRefused) as caught:
            restore(home, packed_as(file, {**members_of(file), "manifest.json": text.encode()}))
        assert ("2" in text) == ("update dropferry first" == caught.value.fix)

    def test_a_newer_database(self, home: Home, file: Path, tmp_path: Path) -> None:
        """The database of a newer dropferry is refused by its version, with what to do."""
        with pytest.raises(NotRestored, match=r"newer dropferry \(the version of its database is 9999\)") as caught:
            restore(home, changed(file, with_sql(tmp_path, "UPDATE alembic_version SET version_num = '9999'")))
        assert "update dropferry first" == caught.value.fix

    def test_a_database_that_is_not_ours(self, home: Home, file: Path, tmp_path: Path) -> None:
        """Another program's database is refused, and one in which something would run by itself."""
        with pytest.raises(NotRestored, match="its database is not dropferry's"):
            restore(home, changed(file, with_sql(tmp_path, "DROP TABLE alembic_version")))
        trigger = "CREATE TRIGGER t AFTER INSERT ON job_run BEGIN DELETE FROM purchase; END"
        with pytest.raises(NotRestored, match="its database is damaged"):
            restore(home, changed(file, with_sql(tmp_path, trigger)))
        with pytest.raises(NotRestored, match="its database is not dropferry's"):
            restore(home, changed(file, lambda members: members.update({"dropferry.db": b"x" * 5000})))

    def test_a_configuration_that_does_not_fit(self, home: Home, file: Path) -> None:
        """A configuration that this version cannot read, or that names another database, is refused."""
        with pytest.raises(ConfigError, match=r"other\.zip: config\.toml.*shopz"):
            restore(home, changed(file, lambda members: members.update({"config.toml": b"[shopz.main]\n"})))
        other = f'database = "postgresql://bot@db.example/shop"\n{CONFIG}'.encode()
        with pytest.raises(NotRestored, match="not the one that its configuration names"):
            restore(home, changed(file, lambda members: members.update({"config.toml": other})))

    @pytest.mark.parametrize("in_origins", [True, False])
    def test_another_shop_under_the_same_name(self, home: Home, file: Path, in_origins: bool) -> None:
        """The secrets kept here under a shop's name never go to another address that a backup gives it."""

        def other_address(members: dict[str, bytes]) -> None:
            for name in ["config.toml", *(["origins.json"] if in_origins else [])]:
                members[name] = members[name].replace(b"a.onshopbase.com", b"evil.onshopbase.com")

        with pytest.raises(NotRestored, match=r'its "main" belongs to another address .*evil\.onshopbase') as caught:
            restore(home, changed(file, other_address))
        assert "into an empty folder" in caught.value.fix


def with_sql(folder: Path, statement: str) -> Change:
    """A change of the database in a backup."""

    def change(members: dict[str, bytes]) -> None:
        file = folder / "changed.db"
        file.write_bytes(members["dropferry.db"])
        with closing(sqlite3.connect(file)) as writing:
            writing.execute(statement)
            writing.commit()
        members["dropferry.db"] = file.read_bytes()
        file.unlink()

    return change


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_that_have_no_place(name: str) -> None:
    """Each of these names is refused by itself, not only by what reads the file."""
    assert not is_allowed(name)


def test_names_that_have_one() -> None:
    """The files of a home and of recordings are allowed, also with letters of Vietnamese."""
    names = ["config.toml", "origins.json", "dropferry.db", "recordings/order_list/hai kiện, đã gửi/page.html"]
    assert [True] * len(names) == [is_allowed(name) for name in names]


def test_unpacked_files_are_private(file: Path, tmp_path: Path) -> None:
    """What is unpacked for the check is for the user alone already."""
    (tmp_path / "unpacked").mkdir(0o700)
    read_archive(file, tmp_path / "unpacked")
    found = [each for each in (tmp_path / "unpacked").rglob("*") if each.is_file()]
    assert 4 == len(found)
    if POSIX:
        assert {0o600} == {stat.S_IMODE(each.stat().st_mode) for each in found}


class TestCommand:
    """As a merchant calls it."""

    def test_it_asks_before_it_replaces(self, home: Home, file: Path) -> None:
        """Where nobody can be asked nothing is replaced without --yes; --dry-run only checks."""
        refused = called(home.path, "restore", file)
        assert (3, True) == (refused.returncode, "add --yes" in told(refused))
        dry = called(home.path, "restore", file, "--dry-run")
        assert (0, True) == (dry.returncode, "The file is sound" in dry.stdout)
        done = called(home.path, "restore", file, "--yes")
        assert 0 == done.returncode, done.stderr
        for words in (
            "The backup is put back.",
            "is kept in",
            "main-shopbase-key is missing",
            "reconcile --account main",
        ):
            assert words in done.stdout

    def test_a_bad_file(self, home: Home, tmp_path: Path) -> None:
        """A file that is not there is one line with code 1."""
        done = called(home.path, "restore", tmp_path / "none.zip")
        assert (1, True) == (done.returncode, "there is no such file" in told(done))
