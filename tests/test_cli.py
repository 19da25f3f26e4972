"""The command line as a whole: each command as a process of its own, in a home folder with a Vietnamese name."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli.app import command
from bot.cli.commands import COMMANDS, top_help
from bot.sandbox.server import Sandbox
from tests.processes import dropferry, environment, told

SIGNED_OUT = {"api": "mtop.aliexpress.trade.buyer.order.list", "ret": ["FAIL_SYS_SESSION_EXPIRED::x"], "data": {}}
EMPTY = {"api": "mtop.aliexpress.trade.buyer.order.list", "ret": ["SUCCESS::x"], "data": {"a": 1}}


@pytest.fixture(name="home")
def home_fixture(tmp_path: Path) -> Path:
    return tmp_path / "Nguyễn Văn Đức"


@pytest.fixture(name="sandbox", scope="module")
def sandbox_fixture() -> Iterator[Sandbox]:
    """Both stand-ins, shared by the tests of this module."""
    with Sandbox() as running:
        yield running


def leaves(name: str) -> list[Any]:
    built = command(name)
    return list(getattr(built, "commands", {}).values()) or [built]


class TestHelp:
    """The help is complete and costs nothing."""

    @pytest.mark.parametrize("name", COMMANDS)
    def test_the_table_tells_the_truth(self, name: str) -> None:
        """The line of each command in the table is the first line of its own help."""
        assert COMMANDS[name][1] == (command(name).help or "").splitlines()[0]

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_option_is_explained(self, name: str) -> None:
        """Each command, argument and option has its help, and each command takes --home and -h."""
        for leaf in leaves(name):
            assert leaf.help
            assert [] == [each.name for each in leaf.params if not each.help]
            assert "home" in [each.name for each in leaf.params]
            assert ["-h", "--help"] == leaf.context_settings.get("help_option_names", ["-h", "--help"])

    def test_the_top_names_every_command(self, home: Path) -> None:
        """`dropferry --help`, -h, and the help behind --home are the same text, in ASCII, with every command."""
        shown = [dropferry(home, *asked) for asked in (["--help"], ["-h"], ["--home", home, "--help"])]
        assert [(0, top_help())] * 3 == [(done.returncode, done.stdout) for done in shown]
        assert top_help().isascii()
        assert [] == [name for name in COMMANDS if f"\n  {name} " not in top_help()]

    def test_no_command_is_wrong_usage(self, home: Path) -> None:
        """Without a command the help is shown and the code says so."""
        done = dropferry(home)
        assert (2, top_help()) == (done.returncode, done.stdout)

    def test_it_imports_next_to_nothing(self, home: Path) -> None:
        """The top help loads neither Typer nor any part of the business, so that it stays quick."""
        code = (
            "import sys\nbefore = set(sys.modules)\nsys.argv = ['dropferry', '--help']\nfrom bot.__main__ import main\n"
            "try:\n    main()\nexcept SystemExit:\n    print(sorted(set(sys.modules) - before), file=sys.stderr)"
        )
        env = {**os.environ, "DROPFERRY_HOME": str(home)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=env)
        light = ["bot", "bot.__main__", "bot.cli", "bot.cli.commands", "bot.console", "bot.language"]
        assert f"{light}\n" == done.stderr

    def test_a_command_loads_only_its_own(self, home: Path) -> None:
        """The help of a command loads neither the browser nor the database."""
        code = (
            "import sys\nfrom bot.cli.app import run\nassert run(['login', '--help']) == 0\n"
            "print([name for name in ('playwright', 'sqlmodel', 'httpx', 'rich', 'keyring') if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        assert "[]" == done.stdout.splitlines()[-1]

    @pytest.mark.parametrize("asked", [["login", "-h"], ["secret", "set", "--help"], ["browser", "-h"]])
    def test_help_survives_any_console(self, home: Path, asked: list[str]) -> None:
        """Each help is printed on the Vietnamese console of Windows."""
        done = dropferry(home, *asked, PYTHONIOENCODING="cp1258")
        assert (0, True) == (done.returncode, "Usage: dropferry" in done.stdout)


class TestUsage:
    """Wrong usage is code 2 and names what is wrong."""

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["sinc"], "there is no command 'sinc'. Did you mean 'sync'?"),
            (["login", "--cookie"], "--cookies"),
            (["secret"], "Usage: dropferry secret"),
            (["secret", "set"], "Missing argument 'name'"),
            (["read", "order-lisp", "x"], "order-list"),
            (["read", "tracking", "no-such-file.json"], "does not exist"),
            (["sandbox", "--port", "70000"], "'--port'"),
        ],
    )
    def test_it_is_named(self, home: Path, arguments: list[str], says: str) -> None:
        """A misspelt command, option or value is named, with what was meant."""
        done = dropferry(home, *arguments)
        assert 2 == done.returncode
        assert says in done.stderr + done.stdout

    def test_the_version(self, home: Path) -> None:
        """`version` and `--version` say the same."""
        by_command, by_option = dropferry(home, "version"), dropferry(home, "--version")
        assert by_command.stdout.startswith("dropferry 0.")
        assert (0, by_command.stdout) == (by_option.returncode, by_option.stdout)


class TestInit:
    """`init` makes a safe home folder and never touches one that is there."""

    def test_it_asks_nothing_when_told(self, home: Path) -> None:
        """With --shop-url a safe configuration is written, and the next steps are named."""
        done = dropferry(
            home, "init", "--shop-url", "https://my-shop.onshopbase.com", "--shop", "vn", "--account", "a1"
        )
        assert (0, "") == (done.returncode, done.stderr)
        steps = ["secret set vn-shopbase-key", "secret set vn-shopbase-password", "login a1", "pull"]
        assert [f"  dropferry {step}" for step in steps] == done.stdout.splitlines()[-4:]
        text = (home / "config.toml").read_text(encoding="utf-8")
        assert 'url = "https://my-shop.onshopbase.com"' in text
        assert "live_push = false" in text

    def test_it_never_overwrites(self, home: Path) -> None:
        """A second `init` changes nothing and is code 3."""
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        before = (home / "config.toml").read_bytes()
        done = dropferry(home, "init", "--shop-url", "https://other.onshopbase.com", PYTHONIOENCODING="cp1258")
        assert 3 == done.returncode
        assert "config.toml: this file is there already" in told(done)
        assert before == (home / "config.toml").read_bytes()

    @pytest.mark.parametrize("url", ["https://shop.example.com", "http://127.0.0.1:8000", 'x\n"', "C:\\x"])
    def test_a_bad_address_writes_nothing(self, home: Path, url: str) -> None:
        """An address that is no shop is refused with the fix before anything is written."""
        done = dropferry(home, "init", "--shop-url", url)
        assert 3 == done.returncode
        assert "shops.main.url" in told(done)
        assert not (home / "config.toml").exists()

    def test_nobody_to_ask(self, home: Path) -> None:
        """In a script without --shop-url it says which option is missing instead of waiting."""
        done = dropferry(home, "init")
        assert 3 == done.returncode
        assert "give it with --shop-url" in told(done)

    def test_home_is_taken_before_and_after_the_command(self, home: Path, tmp_path: Path) -> None:
        """--home counts before DROPFERRY_HOME wherever it stands."""
        shop = ["--shop-url", "https://my-shop.onshopbase.com"]
        dropferry(home, "--home", tmp_path / "before", "init", *shop)
        dropferry(home, "init", *shop, "--home", tmp_path / "after")
        assert [True, True, False] == [
            (folder / "config.toml").is_file() for folder in (tmp_path / "before", tmp_path / "after", home)
        ]


class TestConfiguration:
    """Trouble with the configuration is code 3 and one line."""

    def test_before_init(self, home: Path) -> None:
        """Without a configuration the line says `init`, and a mistyped folder is not made."""
        done = dropferry(home, "secret", "list")
        assert (3, False) == (done.returncode, home.exists())
        assert "run: dropferry init" in told(done)

    def test_an_unknown_key(self, home: Path) -> None:
        """A misspelt key is named with file, line and what was meant, on a console that lacks the letters."""
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        file = home / "config.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("language =", "langage ="), encoding="utf-8")
        done = dropferry(home, "secret", "list", PYTHONIOENCODING="cp1258")
        assert 3 == done.returncode
        line = told(done)
        assert "config.toml, line 5: langage: there is no such key" in line
        assert 'did you mean "language"?' in line

    def test_nothing_is_read_from_the_working_directory(self, home: Path, tmp_path: Path) -> None:
        """A config.toml or .env where the command is typed means nothing."""
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        (tmp_path / "config.toml").write_text("broken", encoding="utf-8")
        (tmp_path / ".env").write_text(f"DROPFERRY_HOME={tmp_path}\nLANGUAGE=xx\n", encoding="utf-8")
        done = subprocess.run(
            [Path(sys.executable).with_name("dropferry"), "secret", "list", "--json"],
            capture_output=True,
            env=environment(home),
            cwd=tmp_path,
            timeout=60,
        )
        assert (0, b"") == (done.returncode, done.stderr)


class TestSecrets:
    """`secret` keeps secrets and never shows one."""

    def test_set_and_list(self, home: Path) -> None:
        """A secret from standard input is kept in the file, listed by place, and printed nowhere."""
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        kept = dropferry(home, "secret", "set", "main-shopbase-key", "--file", typed="hunter2\n")
        listed = dropferry(home, "secret", "list", "--json", DROPFERRY_SECRET_MAIN_SHOPBASE_PASSWORD="hunter3")
        assert [
            ("database-password", False, None),
            ("notify-urls", False, None),
            ("main-shopbase-key", True, "secrets.toml"),
            ("main-shopbase-password", True, "environment"),
            ("main-shopbase-token-secret", False, None),
            ("main-aliexpress-user", False, None),
            ("main-aliexpress-password", False, None),
        ] == [(row["name"], row["needed"], row["place"]) for row in json.loads(listed.stdout)]
        shown = dropferry(home, "secret", "list", PYTHONIOENCODING="cp1258")
        assert 0 == shown.returncode
        assert "hunter" not in kept.stdout + kept.stderr + listed.stdout + shown.stdout

    def test_without_a_keyring_the_choices_are_named(self, home: Path) -> None:
        """On a machine without a keyring `secret set` is code 3 and names the other ways."""
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        done = dropferry(home, "secret", "set", "main-shopbase-key", typed="hunter2\n")
        assert 3 == done.returncode
        line = told(done)
        assert "this machine has no keyring" in line
        assert "dropferry secret set main-shopbase-key --file" in line

    def test_a_plaintext_keyring_is_refused(self, home: Path, tmp_path: Path) -> None:
        """A keyring that keeps secrets in a plain file gets none."""
        (tmp_path / "keyrings" / "alt").mkdir(parents=True)
        (tmp_path / "keyrings" / "alt" / "file.py").write_text(
            "from keyring.backend import KeyringBackend\n"
            "class PlaintextKeyring(KeyringBackend):\n"
            "    priority = 1\n"
            "    def set_password(self, *secret): print('written down', *secret)\n"
            "    def get_password(self, *name): return 'read'\n",
            encoding="utf-8",
        )
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        plain = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring", "PYTHONPATH": str(tmp_path)}
        done = dropferry(home, "secret", "set", "main-shopbase-key", typed="hunter2\n", **plain)
        assert (3, "") == (done.returncode, done.stdout)
        assert "keeps secrets in a plain file and is not used" in told(done)

    def test_a_misspelt_name(self, home: Path) -> None:
        """A secret that nothing would look up is refused with the nearest name, and nothing is kept."""
        dropferry(home, "init", "--shop-url", "https://my-shop.onshopbase.com")
        done = dropferry(home, "secret", "set", "main-shopbase-pasword", "--file", typed="x\n")
        assert 3 == done.returncode
        assert 'did you mean "main-shopbase-password"?' in told(done)
        assert not (home / "secrets.toml").exists()
