"""Configuration and secrets."""

from dataclasses import dataclass

from bot.checkup.finding import Finding, look, trouble, well
from bot.config import Config, load
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _
from bot.secrets import MissingSecret, Secrets, wanted


@dataclass(frozen=True, slots=True)
class Settings:
    """What came of reading the configuration; None where it cannot be used."""

    finding: Finding
    config: Config | None


def configuration(home: Home) -> Settings:
    """config.toml reads well, and its addresses are those that the home belongs to. Remembers nothing."""
    try:
        config = load(home, remember=False)
    except ConfigError as error:
        return Settings(trouble("configuration", error), None)
    names = _("configuration: shops {shops}; AliExpress accounts {accounts}").format(
        shops=", ".join(config.shops), accounts=", ".join(config.accounts)
    )
    return Settings(well("configuration", names), config)


def secrets(home: Home, config: Config) -> list[Finding]:
    """Each secret that is needed can be found, in a place that can be trusted."""
    kept = Secrets(home, config.is_sandbox)
    found = [_secret(kept, name, needed) for name, needed in wanted(config).items()]
    wrong = [finding for finding in found if finding is not None]
    return wrong or [well("secrets", _("secrets: all that are needed are there"))]


def _secret(kept: Secrets, name: str, needed: bool) -> Finding | None:
    try:
        place = kept.place_of(name)
    except ConfigError as error:
        return trouble(f"secret {name}", error)
    if place is None and needed:
        return trouble(f"secret {name}", MissingSecret(name))
    return None


def live(home: Home, config: Config) -> Finding:
    """What is switched on: buying, and telling ShopBase; and whether somebody has stopped the buying."""
    from bot.buying_home import is_stopped, stop_file

    if is_stopped(home):
        why = stop_file(home).read_text(encoding="utf-8", errors="replace").strip()
        return look(
            "live",
            _("buying is stopped: {why}").format(why=why[:300] or "STOP"),
            _("see to it, then delete {file}").format(file=stop_file(home)),
        )
    pushing = ", ".join(name for name, shop in config.shops.items() if shop.live_push)
    buys = _("buying is on") if config.live else _("buying is off (live = false)")
    tells = (
        _("numbers go to ShopBase for {shops}").format(shops=pushing)
        if pushing
        else _("nothing is told to ShopBase (live_push = false)")
    )
    return well("live", _("switches: {buys}; {tells}").format(buys=buys, tells=tells))
