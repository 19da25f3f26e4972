"""A home folder that is ready to work with the sandbox: configuration, secrets, a signed-in session."""

import json
import tempfile
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import tomlkit

from bot.errors import ConfigError
from bot.home import Home, write_private, write_private_bytes
from bot.sandbox.aliexpress.gateway import COOKIE_DOMAIN, SESSION_COOKIE
from bot.sandbox.aliexpress.shop_pages import LOCALE_COOKIE

if TYPE_CHECKING:
    from bot.sandbox.aliexpress.state import AliWorld
    from bot.sandbox.server import Sandbox

COOKIES_FILE = "aliexpress-cookies.json"
_WEEKS = 60 * 60 * 24 * 28


def write_home(sandbox: "Sandbox", folder: Path, *, live_push: bool) -> None:
    """Fill the empty folder: one shop "main", one account "main", its secrets, its session's cookies.

    ConfigError: the folder is not empty, or cannot be made.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigError(f"{folder}: the folder is not empty", "name an empty or a new one for the sandbox")
    home = Home(folder)
    home.ensure()
    write_private(home.config_file, _config(sandbox, live_push))
    write_private(home.secrets_file, _secrets(sandbox))
    write_private_bytes(home.database_file, _database())
    write_private(folder / COOKIES_FILE, json.dumps(cookie_file(sandbox.ali, "main"), indent=1))


def cookie_file(ali: "AliWorld", account: str) -> dict[str, list[dict[str, object]]]:
    """What a browser saves in which somebody has signed in to the account just now, as Playwright's storage state."""
    saved = storage_state(ali.sign_in(account))
    who = _cookie(LOCALE_COOKIE, f"b_locale=en_US&x_alimid={ali.account(account).member}", http_only=False)
    return {**saved, "cookies": [*saved["cookies"], who]}


def storage_state(session: str) -> dict[str, list[dict[str, object]]]:
    """The cookie of one session of the stand-in AliExpress, as Playwright's storage state."""
    return {"cookies": [_cookie(SESSION_COOKIE, session, http_only=True)], "origins": []}


def _cookie(name: str, value: str, *, http_only: bool) -> dict[str, object]:
    return {
        "name": name,
        "value": value,
        "domain": f".{COOKIE_DOMAIN}",
        "path": "/",
        "expires": int(time.time()) + _WEEKS,
        "httpOnly": http_only,
        "secure": False,
        "sameSite": "Lax",
    }


def _config(sandbox: "Sandbox", live_push: bool) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by `dropferry sandbox`: both sites are stand-ins on this machine."))
    document["language"] = "en"
    document["shops"] = {"main": {"url": sandbox.shopbase, "account": "main", "live_push": live_push}}
    caps = {"per_order": 500, "per_run": 20000, "per_day": 50000}
    document["live"] = True
    document["accounts"] = {"main": {"currency": "USD", "deferred_payment_methods": ["Boleto"], "limits": caps}}
    document["buying"] = {"wait_minutes": 0}
    document["aliexpress"] = {"www": sandbox.aliexpress, "acs": sandbox.acs, "login": sandbox.login}
    document["browser"] = {"headless": True}
    return tomlkit.dumps(document)


@cache
def _database() -> bytes:
    """A database in which every variant of the stand-in store is mapped, as by a merchant who looked at each."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dropferry.db"
        _write_mappings(file)
        return file.read_bytes()


def _write_mappings(file: Path) -> None:
    from bot.db import open_database
    from bot.models_buying import Mapping
    from bot.sandbox.mapping_rows import mapping_rows

    now = datetime.now(UTC)
    database = open_database(f"sqlite:///{file}")
    with database.write() as session:
        for row in mapping_rows():
            session.add(
                Mapping(
                    shop="main",
                    variant_id=str(row.variant_id),
                    product_id=row.product_id,
                    sku_id=row.sku_id,
                    sku_attr=row.sku_attr,
                    options=[list(pair) for pair in row.options],
                    ship_from=row.ship_from,
                    carrier=row.carrier,
                    cost_minor=row.cost_minor,
                    cost_currency=row.currency,
                    looked_at=now,
                    checked_at=now,
                    created_at=now,
                )
            )
    database.close()


def _secrets(sandbox: "Sandbox") -> str:
    return tomlkit.dumps(
        {
            "sandbox-main-shopbase-key": sandbox.shop.key,
            "sandbox-main-shopbase-password": sandbox.shop.password,
        }
    )
