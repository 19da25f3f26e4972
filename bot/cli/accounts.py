"""The command `accounts`: how each AliExpress account stands, and what it waits for."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import output
from bot.cli.opening import open_config
from bot.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from bot.models_running import AccountState


def accounts(
    probe: Annotated[
        bool, typer.Option("--probe", help="look on AliExpress now; an account that is signed in goes on")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON for a program to read")] = False,
) -> None:
    """Say which AliExpress accounts are signed in, and which wait for you.

    An account that waits for you is left alone until dropferry login, or until a look shows that it is signed in; the
    others go on.
    """
    from bot.account_states import state_of
    from bot.opening import database_of, now

    trouble = _look_now() if probe else []
    home, config = open_config()
    with database_of(home, config) as database, database.read() as session:
        stand = [state_of(session, account) for account in config.accounts]
    if as_json:
        output.print_json([_for_a_program(each, config.is_sandbox) for each in stand])
    else:
        columns = (_("Account"), _("Signed in"), _("Since"), _("Last looked at"), _("Waits for"))
        output.print_table(columns, [_row(each) for each in stand])
        for each in stand:
            _say_what_to_do(each, now(), sandbox=config.is_sandbox)
    for error in trouble[:-1]:
        output.note("; ".join(part for part in output.told(error) if part))
    if trouble:
        raise trouble[-1]


def _look_now() -> list[Exception]:
    """Look at each account, whatever it waits for; the trouble of one does not hold up the next."""
    from bot.cli.working import workplace

    trouble: list[Exception] = []
    with workplace() as place:
        for account in place.config.accounts:
            if place.stopped():
                break
            try:
                place.probe(account, even_if_paused=True)
            except Exception as error:  # noqa: BLE001 - told after the table, each with its own words
                trouble.append(error)
    return trouble


def _for_a_program(state: "AccountState", sandbox: bool) -> dict[str, Any]:
    from bot.persons import what_is_the_matter, what_to_do

    kind = state.waits_for
    return {
        "account": state.account,
        "signed_in": _is_signed_in(state),
        "signed_in_since": _iso(state.signed_in_since),
        "probed_at": _iso(state.probed_at),
        "waits_for": None if kind is None else kind.value,
        "waits_since": _iso(state.waits_since),
        "looks_again_at": _iso(state.retry_at),
        "what": None if kind is None else what_is_the_matter(kind),
        "fix": None if kind is None else what_to_do(kind, state.account, sandbox=sandbox),
    }


def _row(state: "AccountState") -> tuple[str, ...]:
    from bot.persons import what_is_the_matter

    signed_in = {True: _("yes"), False: _("no"), None: _("not known yet")}[_is_signed_in(state)]
    waits_for = "" if state.waits_for is None else what_is_the_matter(state.waits_for)
    return state.account, signed_in, _time(state.signed_in_since), _time(state.probed_at), waits_for


def _say_what_to_do(state: "AccountState", now: "datetime", *, sandbox: bool) -> None:
    from bot.persons import what_to_do

    if state.waits_for is None:
        if state.probed_at is None:
            told = _("{account}: sign in with dropferry login {account}, or look: dropferry accounts --probe")
            output.say(told.format(account=state.account))
        return
    fix = what_to_do(state.waits_for, state.account, sandbox=sandbox)
    output.say(f"{state.account}: {fix}")
    if state.retry_at is not None:
        told = _("{account}: dropferry looks again by itself at {when}; to look now: dropferry accounts --probe")
        output.say(told.format(account=state.account, when=_time(max(state.retry_at, now))))


def _is_signed_in(state: "AccountState") -> bool | None:
    """As far as it is known: a look that met a slider, say, leaves the sign-in as it was."""
    if state.probe_ok is None:
        return None
    return state.signed_in_since is not None


def _time(moment: "datetime | None") -> str:
    from bot.wording import when

    return "" if moment is None else when(moment)


def _iso(moment: "datetime | None") -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
