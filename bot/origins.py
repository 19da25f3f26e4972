"""Remembers which site each shop and account belongs to, so that a sandbox order can never reach AliExpress."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.home import Home, write_private
from bot.language import _

if TYPE_CHECKING:
    from bot.config import Config

Origins = dict[str, dict[str, str]]


def check_origins(home: Home, config: "Config", *, remember: bool = True) -> None:
    """Hold each shop's and account's origin against the one remembered, and with `remember` note the new ones.

    Raises ConfigError where one has changed: orders, numbers and sign-ins kept under a name belong to its origin.
    """
    known = read_origins(home.origins_file)
    now: Origins = {
        "shops": {name: shop.url for name, shop in config.shops.items()},
        "accounts": dict.fromkeys(config.accounts, config.site.www),
    }
    for table, origins in now.items():
        for name, origin in origins.items():
            before = known[table].get(name, origin)
            if before != origin:
                raise _changed(home, table, name, before, origin)
    merged = {table: known[table] | now[table] for table in now}
    if remember and merged != known:
        write_private(home.origins_file, json.dumps(merged, indent=1, sort_keys=True) + "\n")


def _changed(home: Home, table: str, name: str, before: str, origin: str) -> ConfigError:
    if table == "shops":
        what = _('{file}: shops.{name}.url: shop "{name}" belongs to {before}, but {origin} is set')
    else:
        what = _('{file}: aliexpress.www: account "{name}" belongs to {before}, but {origin} is set')
    return ConfigError(
        what.format(file=home.config_file, name=name, before=before, origin=origin),
        _("put {before} back, or give the new one a name (or a home folder) of its own").format(before=before),
    )


def read_origins(file: Path) -> Origins:
    """What a file remembers, by shop and by account; nothing where there is no file. Raises ConfigError."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"shops": {}, "accounts": {}}
    except (OSError, ValueError):
        known = None
    if not _is_origins(known):
        raise ConfigError(
            _("{file}: this file is damaged").format(file=file),
            _("put it back from a backup; or, if all addresses in config.toml are right, delete it"),
        )
    return {table: dict(known[table]) for table in ("shops", "accounts")}


def _is_origins(known: object) -> bool:
    return isinstance(known, dict) and all(
        isinstance(known.get(table), dict) and all(isinstance(origin, str) for origin in known[table].values())
        for table in ("shops", "accounts")
    )
