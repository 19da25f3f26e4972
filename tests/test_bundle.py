"""The bundle: all that a bug report needs, nothing planted in it, and it comes about when everything else is broken."""

import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from bot.bundle import NotBundledError, make_bundle
from bot.config_text import config_text
from bot.db import Database, open_database
from bot.errors import ConfigError
from bot.home import POSIX, Home, write_private
from bot.secrets import variable
from tests.planted import ALI, COOKIES, MAIL, PERSONAL, SECRETS, TRACKING, found_in, plant
from tests.processes import called

HEARTBEAT = "https://hc-ping.com/0b1c2d3e-uuid-of-mine"
FOLDER = "20261122T100000Z-abc123"


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path, migrated: Path) -> Home:
    """A home with the planted buyer in every table, and with secrets and buyers in every kind of file."""
    home = Home(tmp_path / "Nguyễn Văn Đức")
    home.ensure()
    text = config_text("main", "https://shop-of-mine.onshopbase.com", "main")
    write_private(home.config_file, text.replace("[heartbeat]\n", f"[heartbeat]\n# {HEARTBEAT}\n"))
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in SECRETS.items()]
    write_private(home.secrets_file, "".join(lines))
    write_private(home.database_file, "")
    home.database_file.write_bytes(migrated.read_bytes())
    database = open_database(f"sqlite:///{home.database_file}")
    with database.write() as session:
        plant(session)
    database.close()
    planted = [*PERSONAL, *SECRETS.values(), *COOKIES, HEARTBEAT, str(home.path)]
    told = [
        json.dumps({"event": f"odd: {each}", "problem": each, "email": "x"}, ensure_ascii=False) for each in planted
    ]
    write_private(home.logs / "dropferry.jsonl", "\n".join([*told, f'{{"event": "read", "ali_order": "{ALI}"}}']))
    write_private(home.logs / "dropferry.jsonl.1", f'{{"event": "earlier"}}\nno JSON of {MAIL}\n')
    write_private(home.logs / "errors.log", "Traceback\n" + "\n".join(f"ValueError: {each}" for each in planted))
    evidence = home.evidence / FOLDER
    evidence.mkdir()
    about = {"at": "2026-11-22T10:00:00Z", "kind": "PageChanged", "problem": f"card: {MAIL}", "url": MAIL, "x": MAIL}
    write_private(evidence / "page.json", json.dumps(about))
    for name in ("page.html", "page.jpg", "trace.zip"):
        write_private(evidence / name, "".join(planted))
    profile = home.profile("main", sandbox=False)
    profile.mkdir(parents=True)
    write_private(profile / "Cookies", COOKIES[0])
    return home


def database_of(home: Home) -> Database:
    """The home's database."""
    return open_database(f"sqlite:///{home.database_file}")


def members_of(file: Path) -> dict[str, str]:
    """What is in an archive."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_planted_is_in_it(home: Home, tmp_path: Path) -> None:
    """No secret, no cookie, nobody's data in any spelling, no whole order or tracking number, not who works here."""
    make_bundle(home, tmp_path / "x.zip", lambda: database_of(home))
    values = [*PERSONAL, *SECRETS.values(), *(cookie.partition("=")[2] for cookie in COOKIES)]
    rest = [
        "AAHkLmNoPqRsTuVwXyZ012345",
        ALI,
        TRACKING,
        "uuid-of-mine",
        "shop-of-mine",
        "Nguyễn Văn Đức",
        "cn1552778899",
    ]
    assert [] == found_in(tmp_path / "x.zip", [*values, *rest])


def test_secrets_that_lie_elsewhere_are_known_too(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in a file that a variable names, or in the keyring alone, is in no line either."""
    named, kept = "Moonlight over Harbour Seven", "Nine Lanterns in the Rain"
    (tmp_path / "secret").write_text(named, encoding="utf-8")
    monkeypatch.setenv(variable("main-shopbase-token-secret") + "_FILE", str(tmp_path / "secret"))
    before = keyring.get_keyring()
    keyring.set_keyring(OneSecret("main-aliexpress-user", kept))
    try:
        write_private(home.logs / "errors.log", f"ValueError: {named}\nValueError: {kept}\n")
        make_bundle(home, tmp_path / "bundle.zip", lambda: database_of(home))
    finally:
        keyring.set_keyring(before)
    text = "".join(members_of(tmp_path / "bundle.zip").values())
    assert "ValueError: " in text
    assert [] == [secret for secret in (named, kept) if secret in text]


class OneSecret(KeyringBackend):
    """A keyring that holds one secret."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept = name, value

    def set_password(self, service: str, username: str, password: str) -> None:
        """Nothing is kept here."""
        raise NotImplementedError

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, under its name."""
        return self.kept[1] if username == self.kept[0] else None


def test_what_is_in_it(home: Home, tmp_path: Path) -> None:
    """Versions, configuration, counts, runs, events and logs are there; pictures, pages, traces, profiles are not."""
    listed = make_bundle(home, tmp_path / "x.zip", lambda: database_of(home))
    members = members_of(tmp_path / "x.zip")
    assert [
        *("about.json", "config.toml", "database.json", "evidence.json"),
        *("logs/dropferry.jsonl.1", "logs/dropferry.jsonl", "logs/errors.log"),
    ] == list(members)
    assert [(name, len(text.encode())) for name, text in members.items()] == [(each.name, each.size) for each in listed]
    assert all(each.about for each in listed)
    told: dict[str, Any] = json.loads(members["database.json"])
    assert ({"main / fulfilled": 1}, {"placed / -": 1}) == (told["orders"], told["purchases"])
    assert ("captcha", "push:main") == (told["accounts"][0]["waits_for"], told["runs"][0]["job"])
    assert "#1046" in [event["order"] for event in told["events"]]
    (evidence,) = json.loads(members["evidence.json"])
    assert (FOLDER, "PageChanged") == (evidence["folder"], evidence["told"][0]["kind"])
    assert {"page.html", "page.json", "page.jpg", "trace.zip"} == set(evidence["files"])
    assert {"file", "at", "kind", "problem"} == set(evidence["told"][0])
    assert "live_push = false" in members["config.toml"]
    assert f"ali-…{ALI[-4:]}" in members["logs/dropferry.jsonl"]
    assert "earlier" in members["logs/dropferry.jsonl.1"]


def test_it_is_its_owners_alone(home: Home, tmp_path: Path) -> None:
    """The file can be read by its owner alone, and one that is there already is left."""
    os.umask(0o022)
    try:
        make_bundle(home, tmp_path / "x.zip", lambda: database_of(home))
    finally:
        os.umask(0o077)
    if POSIX:
        assert 0o600 == stat.S_IMODE((tmp_path / "x.zip").stat().st_mode)
    with pytest.raises(NotBundledError, match="there already"):
        make_bundle(home, tmp_path / "x.zip", lambda: database_of(home))


def test_what_is_broken_is_what_it_tells(home: Home, tmp_path: Path) -> None:
    """Without a database, and with a configuration that cannot be read, it comes about all the same."""

    def broken() -> Database:
        raise ConfigError(f"config.toml: damaged, says {MAIL}")

    home.secrets_file.write_text("damaged", encoding="utf-8")
    make_bundle(home, tmp_path / "x.zip", broken)
    members = members_of(tmp_path / "x.zip")
    assert "ConfigError: config.toml: damaged, says [removed]" == json.loads(members["about.json"])["database"]
    assert "database.json" not in members
    assert [] == found_in(tmp_path / "x.zip", [MAIL, *COOKIES])


def test_the_command(home: Home, tmp_path: Path) -> None:
    """`dropferry bundle` lists what is in the archive, says where it is and to look through it."""
    done = called(home.path, "bundle", tmp_path / "x.zip")
    assert (0, "") == (done.returncode, done.stderr)
    assert ["File", "What", "it", "is", "Size"] == done.stdout.splitlines()[0].split()
    assert "logs/errors.log" in done.stdout
    assert f"Written: {tmp_path / 'x.zip'}\nLook through it before you give it to anybody.\n" in done.stdout
    again = called(home.path, "bundle", tmp_path / "x.zip")
    assert (2, True) == (again.returncode, "there already; name another" in again.stderr)
    listed = json.loads(called(home.path, "bundle", tmp_path / "y.zip", "--json").stdout)
    assert (str(tmp_path / "y.zip"), "about.json") == (listed["file"], listed["members"][0]["name"])
