"""What a merchant can set: closed models over config.toml, where a misspelt key is an error."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot import hosts
from bot.config_base import Settings
from bot.config_buying import Amount, Buying, Currency, Limits, Rung
from bot.config_errors import BadKey, config_error, nearest, read_toml
from bot.config_notify import Notify, TimeOfDay
from bot.errors import ConfigError
from bot.home import Home
from bot.language import _, mark
from bot.origins import check_origins
from flows.values import Site

# The prefix "sandbox-" is what keeps the sandbox's secrets and profiles apart from the real ones.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Shop(Settings):
    """One ShopBase store; `url` is its origin without a trailing slash."""

    url: str = Field(description=mark("the shop's own ShopBase address, https://NAME.onshopbase.com"))
    account: Name = Field(description=mark("which of the AliExpress accounts below buys for this shop"))
    live_push: bool = Field(default=False, description=mark("true: tracking numbers are really sent to ShopBase"))
    notify_first: bool = Field(default=True, description=mark("true: ShopBase mails the buyer with the first number"))
    notify_corrections: bool = Field(default=False, description=mark("true: and again when a number changes later"))
    buy_from: str = Field(
        default="", description=mark("orders placed before this day (2026-11-22) are bought only when you release them")
    )

    @field_validator("url")
    @classmethod
    def _known_host(cls, url: str) -> str:
        return _origin(url, hosts.shop_origin, hosts.SHOP_FORMS)

    @field_validator("buy_from")
    @classmethod
    def _a_day(cls, day: str) -> str:
        try:
            return date.fromisoformat(day).isoformat() if day else day
        except ValueError:
            raise BadKey(
                _("{day!r} is no day").format(day=day), _('write it as "2026-11-22", or "" for any day')
            ) from None

    @property
    def is_sandbox(self) -> bool:
        return hosts.is_loopback(self.url)


class Account(Settings):
    """One AliExpress account; a person signs it in with `dropferry login`."""

    currency: Currency = Field(default="USD", description=mark("the currency that this account pays in"))
    buying: Rung = Field(
        default="auto",
        description=mark(
            'who orders: "robot" (it presses), "fill" (you press), "record" (you buy, it notes the '
            'number), "auto" (the first of these that is possible)'
        ),
    )
    deferred_payment_methods: tuple[Word, ...] = Field(
        default=(),
        strict=False,
        description=mark(
            "payment methods, as the confirm page names them, that are paid elsewhere and later (a bank slip)"
        ),
    )
    limits: Limits = Field(default=Limits(), description=mark("how much may be spent"))

    @field_validator("deferred_payment_methods")
    @classmethod
    def _never_at_once(cls, methods: tuple[str, ...]) -> tuple[str, ...]:
        if not methods:
            return methods
        # The pages' own words decide, and they cost a while to load.
        from flows.quote_rules import can_be_deferred

        for method in methods:
            if not can_be_deferred(method):
                raise BadKey(
                    _("{method!r} pays at once, so the robot must never press with it").format(method=method),
                    _("list only what is paid elsewhere and later, such as a bank slip"),
                )
        return methods


class AliExpress(Settings):
    """The three hosts of AliExpress, real ones or all three of the sandbox."""

    www: str = Field(default=Site().www, description=mark("where the pages are"))
    acs: str = Field(default=Site().acs, description=mark("where the pages call for their data"))
    login: str = Field(default=Site().login, description=mark("where one signs in"))
    selectors: str = Field(
        default="", description=mark("a folder of your own with places to look (order_list.toml, …); empty: none")
    )

    @field_validator("www", "acs", "login")
    @classmethod
    def _known_host(cls, url: str) -> str:
        return _origin(url, hosts.aliexpress_origin, hosts.ALIEXPRESS_FORMS)

    @field_validator("selectors")
    @classmethod
    def _a_folder(cls, folder: str) -> str:
        path = Path(folder).expanduser()
        if folder and not (path.is_absolute() and path.is_dir()):
            raise BadKey(
                _("{folder!r} is no folder").format(folder=folder), _("write its whole path, or leave it empty")
            )
        return folder

    @model_validator(mode="after")
    def _one_kind(self) -> "AliExpress":
        if len({hosts.is_loopback(url) for url in (self.www, self.acs, self.login)}) > 1:
            raise BadKey(
                _("some hosts are the real site and some the sandbox"), _("set www, acs and login to one kind")
            )
        return self

    @property
    def is_sandbox(self) -> bool:
        return hosts.is_loopback(self.www)


class Sync(Settings):
    """When AliExpress is read."""

    times: tuple[TimeOfDay, ...] = Field(
        default=("00:00", "12:00"),
        min_length=1,
        strict=False,
        description=mark("when AliExpress is read each day, UTC"),
    )
    tabs: int = Field(default=4, ge=1, le=8, description=mark("how many pages are read side by side, 1 to 8"))


class Pull(Settings):
    """How often orders are fetched."""

    every_minutes: int = Field(
        default=15, ge=1, le=1440, description=mark("how often orders are fetched from ShopBase")
    )


class Push(Settings):
    """How tracking numbers are told to ShopBase and to the buyer."""

    confirm_above: int = Field(default=50, ge=0, description=mark("a push of more parcels than this waits for --yes"))
    link: str = Field(
        default="https://t.17track.net/en#nums={number}",
        description=mark("the buyer's tracking link, with {number} in it"),
    )
    carriers: dict[Word, Word] = Field(
        default_factory=dict, description=mark('"carrier as AliExpress says it" = "carrier as ShopBase shall hear it"')
    )

    @field_validator("link")
    @classmethod
    def _holds_the_number(cls, link: str) -> str:
        try:
            hosts.https(link)
        except ValueError as error:
            raise BadKey(
                _("buyers cannot be sent there: {problem}").format(problem=error),
                _("for example {link}").format(link=_LINK_EXAMPLE),
            ) from None
        if "{number}" not in link or re.search(r"[{}]", link.replace("{number}", "")):
            raise BadKey(
                _("the place for the number is written {number}"), _("for example {link}").format(link=_LINK_EXAMPLE)
            )
        return link


class Browser(Settings):
    """Which browser is used, and whether it shows itself."""

    executable: str = Field(default="", description=mark("a Chrome, Edge or Chromium to use; empty: one is looked for"))
    headless: bool = Field(
        default=False, description=mark("true: no window; only for the sandbox and for trying things")
    )


class Heartbeat(Settings):
    """Who is told that a run went well."""

    url: str = Field(default="", description=mark("an address that is opened after each good run; empty: none"))

    @field_validator("url")
    @classmethod
    def _https_or_here(cls, url: str) -> str:
        try:
            if url:
                hosts.https_or_here(url)
        except ValueError as error:
            raise BadKey(str(error), _('write the whole address, https://HOST/…, or "" for none')) from None
        return url


class Config(BaseSettings):
    """All of config.toml. No value comes from the environment or from the working directory."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, strict=True)

    language: Literal["en", "vi"] = Field(
        default="en", description=mark('the language of what dropferry says: "en" or "vi"')
    )
    database: str = Field(
        default="sqlite", description=mark('"sqlite" (a file in this folder), or postgresql://USER@HOST/NAME')
    )
    shops: dict[Name, Shop] = Field(min_length=1, description=mark("one table for each ShopBase shop"))
    accounts: dict[Name, Account] = Field(min_length=1, description=mark("one table for each AliExpress account"))
    aliexpress: AliExpress = Field(default=AliExpress(), description=mark("the hosts of AliExpress"))
    live: bool = Field(
        default=False, description=mark("true: dropferry place --live really orders; caps must be set first")
    )
    buying: Buying = Field(default=Buying(), description=mark("when the robot holds a purchase back"))
    rates: dict[Word, Amount] = Field(
        default_factory=dict, description=mark('what one is worth in the other, for margins: "USD/VND" = 25400')
    )
    sync: Sync = Field(default=Sync(), description=mark("when AliExpress is read"))
    pull: Pull = Field(default=Pull(), description=mark("how often orders are fetched"))
    push: Push = Field(default=Push(), description=mark("how tracking numbers are told"))
    browser: Browser = Field(default=Browser(), description=mark("which browser is used"))
    heartbeat: Heartbeat = Field(default=Heartbeat(), description=mark("who is told that a run went well"))
    notify: Notify = Field(default=Notify(), description=mark("what you are told, wherever you are"))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @field_validator("database")
    @classmethod
    def _no_password(cls, url: str) -> str:
        return url if url == "sqlite" else _postgresql(url)

    @field_validator("rates")
    @classmethod
    def _pairs(cls, rates: dict[str, Decimal]) -> dict[str, Decimal]:
        for pair, rate in rates.items():
            if not re.fullmatch(r"[A-Z]{3}/[A-Z]{3}", pair) or not rate:
                raise BadKey(_("{pair!r} is no rate").format(pair=pair), _('write it as "USD/VND" = 25400'))
        return rates

    @model_validator(mode="after")
    def _caps_before_live(self) -> "Config":
        for name in {shop.account for shop in self.shops.values()} & self.accounts.keys():
            if self.live and not self.accounts[name].limits.are_set:
                raise BadKey(
                    _('account "{name}" has no caps, so nothing can be ordered live').format(name=name),
                    _("set per_order, per_run and per_day under [accounts.{name}.limits]").format(name=name),
                    "live",
                )
        return self

    @model_validator(mode="after")
    def _names_agree(self) -> "Config":
        for table, names in (("shops", self.shops), ("accounts", self.accounts)):
            for name in names:
                if name.startswith("sandbox-"):
                    raise BadKey(_('a name cannot begin with "sandbox-"'), _("choose another name"), f"{table}.{name}")
        for name, shop in self.shops.items():
            if shop.account not in self.accounts:
                fix = nearest(shop.account, self.accounts) or _("add a table [accounts.{account}]").format(
                    account=shop.account
                )
                raise BadKey(
                    _('there is no account "{account}"').format(account=shop.account), fix, f"shops.{name}.account"
                )
            if shop.is_sandbox != self.aliexpress.is_sandbox:
                raise BadKey(
                    _("a shop and AliExpress must both be real or both be the sandbox, or orders would cross over"),
                    _("set the shop's url and the hosts in [aliexpress] to one kind"),
                    f"shops.{name}.url",
                )
        return self

    @property
    def is_sandbox(self) -> bool:
        """Whether all of it is on loopback; real and sandbox are never mixed."""
        return self.aliexpress.is_sandbox

    @property
    def sandbox_origins(self) -> tuple[str, ...]:
        """The origins of the sandbox's pages and shops; none for the real sites."""
        if not self.is_sandbox:
            return ()
        return (self.aliexpress.www, *(shop.url for shop in self.shops.values()))

    @property
    def site(self) -> Site:
        """The AliExpress that the flows work on."""
        own = Path(self.aliexpress.selectors).expanduser() if self.aliexpress.selectors else None
        return Site(www=self.aliexpress.www, acs=self.aliexpress.acs, login=self.aliexpress.login, selectors=own)

    def shop(self, name: str) -> Shop:
        """The shop of that name; raises ConfigError where there is none."""
        return _named(self.shops, name, _('config.toml has no shop "{name}"'))

    def account(self, name: str) -> Account:
        """The AliExpress account of that name; raises ConfigError where there is none."""
        return _named(self.accounts, name, _('config.toml has no account "{name}"'))


_LINK_EXAMPLE = "https://t.17track.net/en#nums={number}"
_Table = TypeVar("_Table")


def load(home: Home, *, remember: bool = True) -> Config:
    """Read the home's config.toml and hold its addresses against those remembered; with `remember` it learns new ones.

    Raises ConfigError, one line that names the file, the key and the fix.
    """
    config = parse(*read_toml(home.config_file), home.config_file)
    check_origins(home, config, remember=remember)
    return config


def parse(text: str, tables: dict[str, object], file: Path) -> Config:
    """The configuration that the tables of a file say; raises ConfigError with the line in `text`."""
    hidden = [key for key in tables if key.startswith("_")]
    if hidden:  # pydantic-settings would take `_env_file` and its like for its own switches
        raise ConfigError(_("{file}: {key}: there is no such key").format(file=file, key=hidden[0]), _("take it out"))
    try:
        return Config.model_validate(tables)
    except ValidationError as error:
        raise config_error(error, Config, file, text) from None


def _named(table: dict[str, _Table], name: str, missing: str) -> _Table:
    if name not in table:
        raise ConfigError(
            missing.format(name=name),
            nearest(name, table) or _("it has {names}").format(names=", ".join(table)),
        )
    return table[name]


def _origin(url: str, read: Callable[[str], str], forms: str) -> str:
    try:
        return read(url)
    except ValueError as error:
        raise BadKey(str(error), _("write {forms}").format(forms=_(forms))) from None


def _postgresql(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise BadKey(_("this is no database address"), _('write "sqlite" or postgresql://USER@HOST/NAME'))
    if parts.password is not None or {"password", "passfile", "sslpassword"} & parse_qs(parts.query).keys():
        raise BadKey(
            _("a password does not belong into a file that is shown around"),
            _("take it out and run: dropferry secret set database-password"),
        )
    return url
