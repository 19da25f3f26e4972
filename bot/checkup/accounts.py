"""Each AliExpress account: it is signed in, and whether its button charges at once."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from bot import account_states, opening, persons
from bot.checkup.finding import Finding, bad, look, trouble, well
from bot.cli.output import PERSON_NEEDED
from bot.config import Config
from bot.errors import AlreadyRunning, ConfigError
from bot.home import Home
from bot.language import _
from bot.locks import account_lock
from bot.models import Purchase, PurchaseState
from bot.models_running import AccountState
from bot.wording import when
from flows.errors import FlowError, NeedKind, PersonNeeded, Reason, TryLater


def account(home: Home, config: Config, name: str, state: AccountState, now: datetime, *, ask: bool) -> Finding:
    """Whether the account is signed in. With `ask` its order list is opened, unless it waits for a person.

    Nothing is noted of what is seen: a command that only looks changes nothing.
    """
    if state.waits_for is not None and account_states.is_paused(state, now):
        return _needs(config, name, state.waits_for, state.waits_since)
    profile = home.profile(name, config.is_sandbox)
    is_first = config.is_sandbox and (home.path / "aliexpress-cookies.json").exists()
    if not profile.is_dir() and not is_first:
        told = _('account "{account}": nobody has signed in to AliExpress here yet').format(account=name)
        return bad(f"account {name}", told, _sign_in(name), PERSON_NEEDED)
    return _asked(home, config, name, state) if ask else _remembered(name, state)


def _asked(home: Home, config: Config, name: str, state: AccountState) -> Finding:
    key = f"account {name}"
    try:
        _open_orders(home, config, name)
    except AlreadyRunning:
        return _remembered(name, state, at_work=True)
    except PersonNeeded as need:
        return _needs(config, name, need.kind, None)
    except TryLater as error:
        told = _('account "{account}": AliExpress does not answer: {why}').format(account=name, why=error)
        return bad(key, told, _("look whether {url} opens here; then try again").format(url=config.site.www), code=1)
    except FlowError as error:
        return trouble(
            key, error, _("see which part of it: dropferry check --live --account {account}").format(account=name)
        )
    except ConfigError as error:
        return trouble(key, error)
    return well(key, _('account "{account}": signed in; its order list opens').format(account=name))


def _open_orders(home: Home, config: Config, name: str) -> None:
    from flows.login import probe
    from flows.tab import close_tab

    with (
        account_lock(home, name, config.is_sandbox) as left,
        opening.account_context(home, config, name, attended=False, only_reads=True, left=left) as context,
    ):
        page = context.new_page()
        try:
            probe(page, config.site)
        finally:
            close_tab(page)


def _needs(config: Config, name: str, kind: NeedKind, since: datetime | None) -> Finding:
    told = _('account "{account}": {matter}').format(account=name, matter=persons.what_is_the_matter(kind))
    if since is not None:
        told = _('account "{account}": {matter}, since {when}').format(
            account=name, matter=persons.what_is_the_matter(kind), when=when(since)
        )
    return bad(f"account {name}", told, persons.what_to_do(kind, name, sandbox=config.is_sandbox), PERSON_NEEDED)


def _remembered(name: str, state: AccountState, *, at_work: bool = False) -> Finding:
    key = f"account {name}"
    if state.probe_ok and state.probed_at is not None:
        told = (
            _('account "{account}": its browser is at work just now; it was signed in {when}')
            if at_work
            else _('account "{account}": it was signed in {when}')
        )
        return well(key, told.format(account=name, when=when(state.probed_at)))
    told = (
        _('account "{account}": its browser is at work just now, so its sign-in was not looked at')
        if at_work
        else _('account "{account}": nobody has looked yet whether it is signed in')
    )
    return look(key, told.format(account=name), _("look once more later: dropferry doctor"))


def _sign_in(name: str) -> str:
    return _("sign in: dropferry login {account}").format(account=name)


def card(config: Config, name: str, session: Session | None) -> Finding:
    """Who presses AliExpress's button, in plain words: it charges at once, or nobody knows that it does not."""
    key, buying = f"card {name}", config.account(name).buying
    held = _held_for_it(session, name) if session is not None else 0
    if held and buying in ("auto", "robot"):
        told = _(
            'card: for account "{account}" AliExpress\'s button takes the money at once, or nobody knows that it does '
            "not. The robot never presses such a button: {count} purchases wait for that"
        ).format(account=name, count=held)
        fix = _(
            "press them yourself, one press an order: dropferry pay-run; or choose a way at AliExpress that is paid "
            "elsewhere and later (a bank slip), and list it in deferred_payment_methods"
        )
        return look(key, told, fix)
    return well(key, _card(config, name))


def _card(config: Config, name: str) -> str:
    settings = config.account(name)
    told = _(
        'card: for account "{account}" AliExpress\'s button charges at once, or nobody knows that it does not, with or '
        "without a saved card: you press it, with dropferry pay-run. The robot presses where a way to pay later (a "
        "bank slip) is chosen at AliExpress and listed in deferred_payment_methods"
    )
    if settings.buying == "record":
        told = _('card: you order for account "{account}" by hand, so a saved card changes nothing')
    elif settings.buying == "fill":
        told = _('card: you press each order of account "{account}" yourself, so a saved card is fine')
    elif settings.deferred_payment_methods:
        told = _(
            'card: account "{account}" orders with a way to pay later ({methods}), which has to be the one chosen at '
            "AliExpress. With a card chosen there, or nothing, the robot does not press the button"
        )
    return told.format(account=name, methods=", ".join(settings.deferred_payment_methods))


def _held_for_it(session: Session, name: str) -> int:
    query = select(func.count(col(Purchase.id))).where(
        Purchase.account == name, Purchase.state == PurchaseState.HELD, Purchase.hold == Reason.PAYS_AT_ONCE.value
    )
    return session.exec(query).one()
