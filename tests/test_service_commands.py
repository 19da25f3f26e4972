"""`dropferry service` as a merchant calls it."""

import json
import os
import shutil
from pathlib import Path

import pytest

from bot.home import Home, write_private
from bot.locks import run_lock
from bot.secrets import Secret, store_in_file
from bot.service.installing import standing
from bot.service.kinds import KINDS, here
from tests.processes import called, told
from tests.test_service_files import SECRET, home_fixture, planned

__all__ = ["home_fixture"]


class TestCommand:
    """As a merchant calls it, in a home of the sandbox's kind."""

    @pytest.fixture(name="ready")
    def ready_fixture(self, home: Home, migrated: Path) -> Path:
        """A home with its secrets, on loopback, so that root may use it too."""
        hosts = "".join(f'{name} = "http://{name}.aliexpress.localhost:9"\n' for name in ("www", "acs", "login"))
        text = f'[shops.main]\nurl = "http://127.0.0.1:9"\naccount = "main"\n[accounts.main]\n[aliexpress]\n{hosts}'
        write_private(home.config_file, text)
        shutil.copy(migrated, home.database_file)
        for name in ("key", "password"):
            store_in_file(home, f"sandbox-main-shopbase-{name}", Secret(SECRET))
        return home.path

    def test_it_shows_what_it_would_do(self, ready: Path) -> None:
        """A dry run shows file and commands of any system and writes nothing; of others it says so."""
        for system, words in {"linux": "WatchdogSec", "macos": "RunAtLoad", "windows": "ExecutionTimeLimit"}.items():
            done = called(ready, "service", "install", "--dry-run", "--for", system)
            assert (0, "") == (done.returncode, done.stderr)
            assert words in done.stdout
            assert ("not tested by us" in done.stdout.lower()) == (system != "linux")
            assert SECRET not in done.stdout
        assert not (ready / "service").exists()
        refused = called(ready, "service", "install", "--for", "amiga")
        assert (3, True) == (refused.returncode, "linux, macos, windows" in told(refused))

    def test_how_it_stands(self, ready: Path) -> None:
        """Not installed and not running is told with the command that helps, and is code 1 for a health check; running
        by hand is code 0."""
        done = called(ready, "service", "status")
        assert (1, "") == (done.returncode, done.stderr)
        assert "dropferry service install" in done.stdout
        assert "It does not run now." in done.stdout
        with run_lock(Home(ready)):
            running = called(ready, "service", "status", "--json")
        assert (0, True, os.getpid()) == (
            running.returncode,
            json.loads(running.stdout)["runs"],
            json.loads(running.stdout)["pid"],
        )

    def test_secrets_of_this_terminal_are_not_its(self, ready: Path) -> None:
        """Secrets that come from the environment, as in this test, are refused before anything is written."""
        done = called(ready, "service", "install")
        assert (3, True) == (done.returncode, "dropferry secret set sandbox-main-shopbase-key --file" in told(done))
        assert None is standing(KINDS[here()], planned(Home(ready)), Home(ready)).file

    def test_nothing_to_remove(self, ready: Path) -> None:
        """Where nothing is installed that is all there is to say."""
        done = called(ready, "service", "remove")
        assert (0, 1) == (done.returncode, done.stdout.count("\n"))
        assert "is not installed as a service" in done.stdout
