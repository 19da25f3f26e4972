"""Whether this home folder may buy: nobody stopped it, it knows what was bought before, its database is not older."""

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bot.errors import DropferryError
from bot.home import Home, write_private
from bot.language import _
from bot.models_buying import BuyingHome

STOP = "STOP"


class MayNotBuyError(DropferryError):
    """Nothing is ordered from here until a person has done what the fix says."""

    exit_code = 4


def stop_file(home: Home) -> Path:
    """The file that stops buying at once, by a person's hand or by the robot's own alarm."""
    return home.path / STOP


def is_stopped(home: Home) -> bool:
    """Whether buying is stopped."""
    return stop_file(home).exists()


def why_stopped(home: Home) -> str | None:
    """The sentence for it while buying is stopped."""
    return _("buying is stopped: {file}").format(file=stop_file(home)) if is_stopped(home) else None


def stop_buying(home: Home, why: str) -> None:
    """Stop buying until a person has read why and taken the file away."""
    write_private(stop_file(home), f"{datetime.now(UTC).isoformat(timespec='seconds')} {why}\n")


def home_id(home: Home) -> str:
    """The name of this home in the tags of store orders: 12 letters made once; a copy of the folder gets its own."""
    return str(_read(home)["id"])


def remember_intent(home: Home, account: str, at: datetime) -> None:
    """Note outside the database that an order may be placed, so that an older database is found out."""
    known = _read(home)
    known["intents"] = {**known.get("intents", {}), account: at.astimezone(UTC).isoformat()}
    write_private(_file(home), json.dumps(known))


def check_may_buy(session: Session, home: Home, account: str) -> None:
    """Raises MayNotBuyError where this home has not looked for what it does not know, or knows less than it did."""
    row = session.get(BuyingHome, (home_id(home), account))
    since = _("the day of your oldest open order, as 2026-11-01")
    if row is None or row.reconciled_at is None:
        raise MayNotBuyError(
            _('this home folder has not yet looked for what account "{account}" bought before').format(account=account),
            _("run: dropferry reconcile --account {account} --since DATE ({since})").format(
                account=account, since=since
            ),
        )
    known = _read(home)
    told, look_since = known.get("intents", {}).get(account), known.get("look_since")
    restored = look_since is not None and row.reconciled_at < datetime.fromisoformat(look_since)
    if restored or (
        told is not None and (row.last_intent_at is None or row.last_intent_at < datetime.fromisoformat(told))
    ):
        raise MayNotBuyError(
            _("the database is older than this home folder: it was restored from a backup"),
            _("run: dropferry reconcile --account {account} --since DATE ({since})").format(
                account=account, since=since
            ),
        )


def look_before_buying(home: Home, now: datetime) -> None:
    """From here on no account buys before it has looked again: what was ordered lately may not be in the database."""
    write_private(_file(home), json.dumps({**_read(home), "look_since": now.astimezone(UTC).isoformat()}))


def note_intent(session: Session, home: Home, account: str, at: datetime) -> None:
    """Note an intent in the database, in the transaction that commits it."""
    row = session.get_one(BuyingHome, (home_id(home), account))
    row.last_intent_at = at
    session.add(row)


def note_reconciled(session: Session, home: Home, account: str, since: datetime, now: datetime) -> None:
    """This home has looked on AliExpress back to `since`, and may buy from now on."""
    row = session.get(BuyingHome, (home_id(home), account)) or BuyingHome(home_id=home_id(home), account=account)
    told = _read(home).get("intents", {}).get(account)
    row.reconciled_since, row.reconciled_at = since, now
    row.last_intent_at = datetime.fromisoformat(told) if told is not None else row.last_intent_at
    session.add(row)


def _file(home: Home) -> Path:
    return home.path / "buying.json"


def _read(home: Home) -> dict[str, Any]:
    """What is known outside the database; a copied folder is another home, which has to look before it buys."""
    folder = home.path.stat().st_ino
    try:
        known = json.loads(_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = {"intents": {}}
    if known.get("folder") != folder:
        known = {**known, "id": secrets.token_hex(6), "folder": folder}
        write_private(_file(home), json.dumps(known))
    return dict(known)
