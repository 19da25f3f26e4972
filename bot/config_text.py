"""Writes a config.toml in which every key stands with its meaning: the one of `init`, and config.example.toml."""

from decimal import Decimal
from typing import Any

import tomlkit
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tomlkit.items import Comment, Table

from bot.config import Account, AliExpress, Browser, Config, Heartbeat, Pull, Push, Shop, Sync
from bot.config_buying import Buying
from bot.config_notify import Notify
from bot.language import _, mark, spoken

HEAD = (
    mark("The configuration of dropferry. Secrets never stand here: dropferry secret set NAME keeps them."),
    mark("Each key is explained in the line above it. An unknown key is an error."),
)
_OPTIONAL: dict[str, type[BaseModel]] = {
    "aliexpress": AliExpress,
    "buying": Buying,
    "sync": Sync,
    "pull": Pull,
    "push": Push,
    "browser": Browser,
    "heartbeat": Heartbeat,
    "notify": Notify,
}


def config_text(shop: str, url: str, account: str, buy_from: str = "") -> str:
    """A whole configuration for one shop: nothing is bought and nobody is mailed until a person changes it."""
    document = tomlkit.document()
    for line in HEAD:
        document.add(tomlkit.comment(_(line)))
    document.add(tomlkit.nl())
    _fill(document, Config, {"language": spoken(), "database": "sqlite", "live": False})
    shops = tomlkit.table(is_super_table=True)
    shops.add(shop, _table(Shop, {"url": url, "account": account, "buy_from": buy_from}))
    document.add("shops", shops)
    accounts = tomlkit.table(is_super_table=True)
    accounts.add(account, _table(Account, {}))
    document.add("accounts", accounts)
    for name, model in _OPTIONAL.items():
        document.add(name, _table(model, {}))
    rates = tomlkit.table()
    rates.add(_meaning(Config.model_fields["rates"]))
    document.add("rates", rates)
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _table(model: type[BaseModel], given: dict[str, Any]) -> Table:
    table = tomlkit.table()
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    _fill(table, model, {**defaults, **given})
    return table


def _meaning(field: FieldInfo) -> Comment:
    return tomlkit.comment(_(str(field.description)))


def _fill(into: Any, model: type[BaseModel], values: dict[str, Any]) -> None:
    """Each key of the model under its meaning, in the model's order; tables of free keys come last, as TOML wants."""
    for name, field in model.model_fields.items():
        if name not in values:
            continue
        value = list(values[name]) if isinstance(values[name], tuple) else values[name]
        if isinstance(value, BaseModel):
            into.add(name, _table(type(value), {}))
            continue
        if isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        if isinstance(value, dict):
            inner = tomlkit.table()
            inner.add(_meaning(field))
            into.add(name, inner)
            continue
        into.add(_meaning(field))
        into.add(name, value)
    into.add(tomlkit.nl())
