"""A sandbox home for the doctor: one that is well, and the many ways to break it."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.account_states import need_arose
from bot.checkup.doctor import examine
from bot.checkup.finding import Finding, Level
from bot.config import load
from bot.home import POSIX, Home
from bot.models import JobRun, Purchase, PurchaseState
from bot.opening import database_of
from bot.sandbox.server import Sandbox
from bot.sandbox.shop_bucket import LeakyBucket
from bot.work import Workplace
from flows.errors import NeedKind, PersonNeeded
from tests.processes import NO_KEYRING

PROBLEM = "PageChanged: order_detail: status: missing"
Break = Callable[["Patient"], None]


class Patient:
    """A sandbox home that is well, until something is done to it."""

    def __init__(self, sandbox: Sandbox, path: Path) -> None:
        self.sandbox, self.home = sandbox, Home(path)
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def examine(self) -> dict[str, Finding]:
        """What the doctor finds, by name, without opening AliExpress."""
        found = list(examine(self.home, browse=False, clock=self.now, own_browser=lambda: Path("/nowhere")))
        assert len(found) == len({each.name for each in found})
        return {each.name: each for each in found}

    def settings(self, before: str, after: str) -> None:
        """Change the configuration."""
        text = self.home.config_file.read_text(encoding="utf-8")
        changed = re.sub(before, after, text, count=1)
        assert changed != text
        self.home.config_file.write_text(changed, encoding="utf-8")

    def write(self, *rows: Any) -> None:
        """Put rows into the database."""
        with database_of(self.home, load(self.home)) as database, database.write() as session:
            session.add_all(rows)

    def need(self, kind: NeedKind) -> None:
        """The account waits for a person."""
        with database_of(self.home, load(self.home)) as database:
            need_arose(database, "main", PersonNeeded(kind), datetime.now(UTC))

    def own_selectors(self, text: str) -> Path:
        """The merchant has a selector file of their own."""
        folder = self.home.path.parent / "own"
        folder.mkdir()
        file = folder / "order_list.toml"
        file.write_text(text, encoding="utf-8")
        self.settings(r"\[aliexpress\]", f'[aliexpress]\nselectors = "{folder.as_posix()}"')
        return file


@pytest.fixture(name="template", scope="module")
def template_fixture(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a fresh sandbox home with one order in it."""
    folder = tmp_path_factory.mktemp("template") / "home"
    sandbox.write_home(folder)
    sandbox.shop.seed(1, plain=True)
    with database_of(Home(folder), load(Home(folder))) as database:
        Workplace(Home(folder), load(Home(folder)), database, lambda _line: None).pull("main")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture(name="patient")
def patient_fixture(
    sandbox: Sandbox, template: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Patient]:
    """A home of one's own that is well."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", NO_KEYRING)
    # The doctor asks far more often in these tests than ShopBase allows.
    sandbox.shop.bucket = LeakyBucket(time.monotonic)
    home = Home(tmp_path / "Nguyễn Văn Đức")
    home.ensure()
    for name, content in template.items():
        (home.path / name).write_bytes(content)
        (home.path / name).chmod(0o600)
    yield Patient(sandbox, home.path)
    if home.path.exists():
        home.path.chmod(0o700)


def without_configuration(patient: Patient) -> None:
    """`init` has not run."""
    patient.home.config_file.unlink()


def misspelt_key(patient: Patient) -> None:
    """A key that there is none of."""
    patient.settings("per_order", "per_ordre")


def another_shop(patient: Patient) -> None:
    """The shop's name now stands for another store."""
    load(patient.home)
    patient.settings(r'url = "http://127\.0\.0\.1:\d+"', 'url = "http://127.0.0.1:9"')


def no_secret(patient: Patient) -> None:
    """The key of the shop is nowhere."""
    lines = patient.home.secrets_file.read_text(encoding="utf-8").splitlines()
    patient.home.secrets_file.write_text("\n".join(each for each in lines if "password" in each), encoding="utf-8")


def open_secrets(patient: Patient) -> None:
    """Anybody may read the secrets."""
    patient.home.secrets_file.chmod(0o644)


def open_home(patient: Patient) -> None:
    """Anybody may look into the home."""
    patient.home.path.chmod(0o755)


def copied_home(patient: Patient) -> None:
    """The home lies where Dropbox copies it."""
    folder = patient.home.path.parent / "Dropbox"
    folder.mkdir()
    patient.home = Home(patient.home.path.rename(folder / "dropferry"))


def newer_database(patient: Patient) -> None:
    """A newer dropferry has worked here."""
    with database_of(patient.home, load(patient.home)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")


def damaged_database(patient: Patient) -> None:
    """A disk has lost some of it."""
    content = bytearray(patient.home.database_file.read_bytes())
    content[8192 : len(content) - 4096] = b"\xff" * (len(content) - 12288)
    patient.home.database_file.write_bytes(content)


def no_database(patient: Patient) -> None:
    """It is a text, whoever put it there."""
    patient.home.database_file.write_text("this is no database", encoding="utf-8")


def silent_postgresql(patient: Patient) -> None:
    """No PostgreSQL answers there."""
    patient.settings(r'language = "en"', 'language = "en"\ndatabase = "postgresql://shop@127.0.0.1:9/dropferry"')


def wrong_password(patient: Patient) -> None:
    """Somebody has made a new password in ShopBase."""
    text = patient.home.secrets_file.read_text(encoding="utf-8")
    patient.home.secrets_file.write_text(re.sub(r'(password = ").*"', r'\1another"', text), encoding="utf-8")


def silent_shop(patient: Patient) -> None:
    """No store answers there."""
    patient.home.origins_file.unlink(missing_ok=True)
    patient.settings(r'url = "http://127\.0\.0\.1:\d+"', 'url = "http://127.0.0.1:9"')


def a_day_behind(patient: Patient) -> None:
    """The machine's battery was empty."""
    patient.now = lambda: datetime.now(UTC) - timedelta(days=1)


def minutes_ahead(patient: Patient) -> None:
    """The clock goes wrong slowly."""
    patient.now = lambda: datetime.now(UTC) + timedelta(minutes=5)


def no_browser(patient: Patient) -> None:
    """The browser that is named was taken away."""
    patient.settings(r"headless = true", 'headless = true\nexecutable = "/opt/gone/chrome"')


def never_signed_in(patient: Patient) -> None:
    """Nobody was ever signed in to this account."""
    (patient.home.path / "aliexpress-cookies.json").unlink()


def captcha(patient: Patient) -> None:
    """AliExpress wants to see a person."""
    patient.need(NeedKind.CAPTCHA)


def signed_out(patient: Patient) -> None:
    """The session is over."""
    patient.need(NeedKind.SIGNED_OUT)


CARD = 'card = [{{ css = "{css}", design = "mine", seen = "2026-11" }}]'


def new_override(patient: Patient) -> None:
    """A selector file that nobody has accepted."""
    patient.own_selectors(CARD.format(css=".order-item"))


def wrong_override(patient: Patient) -> None:
    """A selector file with a mistake in it."""
    patient.own_selectors("cards = []")


def shared_override(patient: Patient) -> None:
    """A selector file that others may change."""
    patient.own_selectors(CARD.format(css=".order-item")).chmod(0o664)


def changed_override(patient: Patient) -> None:
    """A selector file that is another one than was accepted."""
    from bot.overrides import accept

    file = patient.own_selectors(CARD.format(css=".order-item"))
    config = load(patient.home)
    with database_of(patient.home, config) as database, database.write() as session:
        accept(session, config.site.selectors, datetime.now(UTC))
    file.write_text(CARD.format(css="body"), encoding="utf-8")


def stopped(patient: Patient) -> None:
    """The robot has stopped its own buying."""
    (patient.home.path / "STOP").write_text("2026-11-23 order 8190 was paid at once\n", encoding="utf-8")


def saved_card(patient: Patient) -> None:
    """A purchase is held because the button would charge."""
    at = datetime.now(UTC)
    patient.write(Purchase(created_at=at, line_id=1, account="main", state=PurchaseState.HELD, hold="pays_at_once"))


def wrong_tab(patient: Patient) -> None:
    """An order stands in a tab that its facts do not put it in."""
    with database_of(patient.home, load(patient.home)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE store_order SET tab = 'awaiting-shipment'")


def failed_run(patient: Patient) -> None:
    """The last sync did not go well, the one before it did."""
    at = datetime.now(UTC)
    before = at - timedelta(days=1)
    patient.write(
        JobRun(name="sync:main", slot=at, started_at=at, finished_at=at, ok=False, problem=PROBLEM),
        JobRun(name="sync:main", slot=before, started_at=before, finished_at=at, ok=True),
    )


BROKEN: list[tuple[Break, str, Level, str, str]] = [
    (without_configuration, "configuration", Level.BAD, "there is no such file yet", "run: dropferry init"),
    (misspelt_key, "configuration", Level.BAD, "per_ordre", 'did you mean "per_order"?'),
    (another_shop, "configuration", Level.BAD, 'shop "main" belongs to', "put http://127.0.0.1:"),
    (no_secret, "secret sandbox-main-shopbase-key", Level.BAD, "is not set",
     "run: dropferry secret set sandbox-main-shopbase-key"),
    (newer_database, "database", Level.BAD, "of version 9999, made by a newer dropferry", "update dropferry"),
    (damaged_database, "database", Level.BAD, "database: it", "dropferry restore FILE"),
    (no_database, "database", Level.BAD, "cannot be read: file is not a database", "dropferry restore FILE"),
    (silent_postgresql, "database", Level.BAD, "cannot be read", "see whether that PostgreSQL server runs"),
    (wrong_password, "shop main", Level.BAD, "does not accept the key or the password",
     "then: dropferry secret set sandbox-main-shopbase-key, and the same with sandbox-main-shopbase-password"),
    (silent_shop, "shop main", Level.BAD, "no answer", "look whether http://127.0.0.1:9 opens in a browser here"),
    (a_day_behind, "clock main", Level.BAD, "is 1440 minutes behind ShopBase's", "set it by the network"),
    (minutes_ahead, "clock main", Level.WARN, "is 5 minutes ahead of ShopBase's", "set it by the network"),
    (no_browser, "browser", Level.BAD, "there is no /opt/gone/chrome", "write the whole path of the program"),
    (never_signed_in, "account main", Level.BAD, "nobody has signed in to AliExpress here yet",
     "sign in: dropferry login main"),
    (captcha, "account main", Level.BAD, "wants to see that a person is there", "dropferry login main"),
    (signed_out, "account main", Level.BAD, "nobody is signed in any more", "sign in again: dropferry login main"),
    (new_override, "override order_list.toml", Level.BAD, "nobody has accepted it, so nothing is placed unattended",
     "dropferry check --live --accept-override"),
    (wrong_override, "selectors", Level.BAD, "cards: no such entry", "mend that line; dropferry check says"),
    (changed_override, "override order_list.toml", Level.BAD, "has been changed since you accepted it",
     "dropferry check --live --accept-override"),
    (stopped, "live", Level.WARN, "buying is stopped: 2026-11-23 order 8190 was paid at once", "then delete"),
    (saved_card, "card main", Level.WARN, "The robot never presses such a button: 1",
     "dropferry pay-run"),
    (wrong_tab, "tabs", Level.WARN, "1 orders stand in another tab", "dropferry pull puts open ones right"),
    (failed_run, "run sync:main", Level.WARN, 'order page, "status": missing', "dropferry sync main"),
]  # fmt: skip
if POSIX:
    BROKEN += [
        (open_secrets, "rights", Level.BAD, "other users may read or change this file", "run: chmod 600 '"),
        (open_home, "rights", Level.BAD, "other users of this machine may look into", "run: chmod 700 '"),
        (
            shared_override,
            "overrides",
            Level.BAD,
            "other users of this machine may change this",
            "chmod go-w '",
        ),
    ]
BROKEN += [(copied_home, "place", Level.BAD, "is copied by Dropbox", "name that with --home or DROPFERRY_HOME")]
