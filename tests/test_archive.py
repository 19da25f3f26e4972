"""Only a whole backup of ours is ever put back: whatever else a file holds is refused, and nothing of it is written."""

import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import archive
from bot.archive import ArchiveRefused, is_allowed, read_archive
from bot.errors import ConfigError
from bot.home import POSIX, Home
from bot.restore import NotRestored
from tests.backups import CONFIG, backed_up, changed, everything, members_of, packed_as, restore, with_sql, worked_in


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path, migrated: Path) -> Home:
    """A home in which somebody has worked."""
    return worked_in(tmp_path / "Nguyễn Văn Đức", migrated)


@pytest.fixture(name="file")
def file_fixture(home: Home, tmp_path: Path) -> Path:
    """A backup of it."""
    return backed_up(home, tmp_path / "backup.zip")


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
    def nothing_changes(self, home: Home, file: Path) -> Iterator[None]:
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
