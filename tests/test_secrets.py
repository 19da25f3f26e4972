"""Secrets: where they are looked for, in which order, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend

from bot.errors import ConfigError
from bot.home import POSIX, Home, write_private
from bot.secrets import MissingSecret, NoKeyring, Secret, Secrets, check_name, store_in_file, store_in_keyring, variable

KEY = "main-shopbase-key"


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps its passwords in memory and counts how often it is asked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.asked: list[str] = []

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(username)
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class PlainFileKeyring(MemoryKeyring):
    """What keyrings.alt offers: it works, and anybody can read it."""


PlainFileKeyring.__module__ = "keyrings.alt.file"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "Nguyễn Văn Đức")


@pytest.fixture(autouse=True)
def _same_keyring_afterwards() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring() -> MemoryKeyring:
    """The keyring in use."""
    chosen = MemoryKeyring()
    keyring.set_keyring(chosen)
    return chosen


def shown(secret: Secret | None) -> str | None:
    return secret.get_secret_value() if secret else None


def test_each_place_in_its_turn(
    home: Home, ring: MemoryKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment counts before the file it names, that before the keyring, that before secrets.toml."""
    secrets = Secrets(home, sandbox=False)
    seen = [(secrets.place_of(KEY), shown(secrets.find(KEY)))]
    store_in_file(home, KEY, Secret("from the home"))
    seen.append((secrets.place_of(KEY), shown(secrets.find(KEY))))
    store_in_keyring(KEY, Secret("from the keyring"))
    seen.append((secrets.place_of(KEY), shown(secrets.find(KEY))))
    (tmp_path / "key.txt").write_text("from a file ß\n", encoding="utf-8")
    monkeypatch.setenv(f"{variable(KEY)}_FILE", str(tmp_path / "key.txt"))
    seen.append((secrets.place_of(KEY), shown(secrets.find(KEY))))
    monkeypatch.setenv(variable(KEY), "from the environment")
    seen.append((secrets.place_of(KEY), shown(secrets.find(KEY))))
    assert [
        (None, None),
        ("secrets.toml", "from the home"),
        ("keyring", "from the keyring"),
        ("file", "from a file ß"),
        ("environment", "from the environment"),
    ] == seen
    assert {("dropferry", KEY): "from the keyring"} == ring.kept


def test_the_variable_of_a_secret() -> None:
    """The environment's name for a secret is fixed, for it stands in people's units and scripts."""
    assert "DROPFERRY_SECRET_MAIN_SHOPBASE_KEY" == variable(KEY)


def test_the_sandbox_never_sees_a_real_secret(home: Home, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """With both sites on loopback no real secret is used, or even asked for, wherever it lies."""
    monkeypatch.setenv(variable(KEY), "real")
    ring.kept["dropferry", KEY] = "real"
    store_in_file(home, KEY, Secret("real"))
    with pytest.raises(MissingSecret, match=f'"sandbox-{KEY}"'):
        Secrets(home, sandbox=True).need(KEY)
    assert [f"sandbox-{KEY}"] == ring.asked


def test_the_sandbox_leaves_the_keyring_alone(home: Home, ring: MemoryKeyring) -> None:
    """Where secrets.toml has what the sandbox needs, no keyring is opened, which might ask a person."""
    store_in_file(home, f"sandbox-{KEY}", Secret("play"))
    assert "play" == Secrets(home, sandbox=True).need(KEY).get_secret_value()
    assert [] == ring.asked


def test_a_missing_secret_names_itself_and_the_ways(home: Home, ring: MemoryKeyring) -> None:
    """One line tells which secret is missing and each way to set it."""
    with pytest.raises(MissingSecret, match=f'the secret "{KEY}" is not set') as caught:
        Secrets(home, sandbox=False).need(KEY)
    ways = [f"dropferry secret set {KEY}", variable(KEY), f"{variable(KEY)}_FILE", "--file"]
    assert [] == [way for way in ways if way not in caught.value.fix]


def test_no_keyring_on_this_machine(home: Home) -> None:
    """A machine without a keyring still has the other places, and says so where nothing is found."""
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    secrets = Secrets(home, sandbox=False)
    with pytest.raises(MissingSecret, match="this machine has no keyring"):
        secrets.need(KEY)
    with pytest.raises(NoKeyring, match="this machine has no keyring") as caught:
        store_in_keyring(KEY, Secret("x"))
    assert f"dropferry secret set {KEY} --file" in caught.value.fix
    store_in_file(home, KEY, Secret("x"))
    assert "x" == secrets.need(KEY).get_secret_value()


def test_a_plaintext_keyring_is_refused(home: Home) -> None:
    """A keyring that is a plain file is neither written to nor read from."""
    plain = PlainFileKeyring()
    plain.kept["dropferry", KEY] = "readable by all"
    keyring.set_keyring(plain)
    with pytest.raises(NoKeyring, match=r"keyrings\.alt\.file, keeps secrets in a plain file"):
        store_in_keyring(KEY, Secret("x"))
    with pytest.raises(MissingSecret, match="plain file"):
        Secrets(home, sandbox=False).need(KEY)
    assert ({("dropferry", KEY): "readable by all"}, []) == (plain.kept, plain.asked)


def test_a_secret_does_not_show_itself(home: Home) -> None:
    """Printing or logging a secret shows stars."""
    store_in_file(home, KEY, Secret("hunter2"))
    secret = Secrets(home, sandbox=False).need(KEY)
    assert "hunter2" not in f"{secret} {secret!r}"


if POSIX:  # on Windows the rights of the user's profile folder do the same

    class TestRights:
        """secrets.toml is for the user alone."""

        def test_it_is_written_so(self, home: Home) -> None:
            """The file is 0600, also after a second secret went in."""
            store_in_file(home, KEY, Secret("a"))
            store_in_file(home, "database-password", Secret('b "quoted" \\ ß'))
            assert 0o600 == home.secrets_file.stat().st_mode & 0o777
            secrets = Secrets(home, sandbox=False)
            assert ["a", 'b "quoted" \\ ß'] == [shown(secrets.find(name)) for name in (KEY, "database-password")]

        @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
        def test_wider_rights_are_refused(self, home: Home, mode: int) -> None:
            """A file that others may read or change is not read; the fix is the command to type."""
            store_in_file(home, KEY, Secret("a"))
            home.secrets_file.chmod(mode)
            with pytest.raises(ConfigError, match="other users may read or change") as caught:
                Secrets(home, sandbox=False).find(KEY)
            assert f"run: chmod 600 '{home.secrets_file}'" == caught.value.fix


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('main-shopbase-key = "hunter2', "cannot be read (at end of document)"),
        ("main-shopbase-key = hunter2", "line 1"),
        ('\n"Main" = "hunter2"', "line 2: Main: not a secret"),
        ('[a]\nb = "hunter2"', "line 1: a: not a secret"),
        ('main-shopbase-key = ""', "line 1: main-shopbase-key: not a secret"),
    ],
)
def test_a_broken_file_is_named_and_not_quoted(home: Home, text: str, told: str) -> None:
    """A broken secrets.toml is told by line, without a word of what may be a secret."""
    write_private(home.secrets_file, text)
    with pytest.raises(ConfigError) as caught:
        Secrets(home, sandbox=False).find(KEY)
    line = f"{caught.value.what}; {caught.value.fix}"
    assert told in line
    assert "hunter2" not in line


def test_a_named_file_must_be_there(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that names a missing or empty file is an error and not a missing secret."""
    monkeypatch.setenv(f"{variable(KEY)}_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=f"{variable(KEY)}_FILE: the file .* cannot be read"):
        Secrets(home, sandbox=False).find(KEY)
    (tmp_path / "none").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is empty"):
        Secrets(home, sandbox=False).find(KEY)


def test_a_misspelt_name_is_refused() -> None:
    """A secret that nothing would ever look up is refused with the nearest name."""
    with pytest.raises(ConfigError, match='nothing uses a secret called "main-shopbase-kee"') as caught:
        check_name("main-shopbase-kee", [KEY, "database-password"])
    assert f'did you mean "{KEY}"?' == caught.value.fix
