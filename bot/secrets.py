"""Where secrets come from: environment, a file it names, systemd, keyring, or secrets.toml in the home folder."""

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.config_errors import line_of, read_toml
from bot.errors import ConfigError
from bot.home import POSIX, Home, write_private
from bot.language import _
from bot.redaction import known

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from bot.config import Config

Secret = SecretStr

SERVICE = "dropferry"
DATABASE_PASSWORD = "database-password"  # noqa: S105  # its name, not its value
NOTIFY_URLS = "notify-urls"
_NAME = re.compile(r"[a-z0-9-]{1,80}")


class MissingSecret(ConfigError):
    """A secret is nowhere; `what` names it and `fix` the ways to set it."""

    def __init__(self, name: str, note: str = "") -> None:
        ways = _(
            "run: dropferry secret set {name} (with --file where there is no keyring), or set "
            "{variable} or {variable}_FILE in the environment"
        ).format(name=name, variable=variable(name))
        what = _('the secret "{name}" is not set ({note})') if note else _('the secret "{name}" is not set')
        super().__init__(what.format(name=name, note=note), ways)
        self.name = name


class NoKeyring(ConfigError):
    """This machine has no keyring that can be trusted with a secret; `what` says why."""


def variable(name: str) -> str:
    """The environment variable of one secret: `DROPFERRY_SECRET_MAIN_SHOPBASE_KEY`."""
    return "DROPFERRY_SECRET_" + name.upper().replace("-", "_")


def shop_secrets(shop: str) -> dict[str, bool]:
    """The names of one shop's secrets, and whether each is needed."""
    return {f"{shop}-shopbase-key": True, f"{shop}-shopbase-password": True, f"{shop}-shopbase-token-secret": False}


def account_secrets(account: str) -> tuple[str, str]:
    """The names of the two secrets with which the sign-in form of one AliExpress account can be filled in."""
    return f"{account}-aliexpress-user", f"{account}-aliexpress-password"


def wanted(config: "Config") -> dict[str, bool]:
    """The names of all secrets that this configuration can use, as they are stored, and whether each is needed."""
    names = {DATABASE_PASSWORD: False, NOTIFY_URLS: False}
    for shop in config.shops:
        names |= shop_secrets(shop)
    for account in config.accounts:
        names |= dict.fromkeys(account_secrets(account), False)
    return {stored_name(name, config.is_sandbox): needed for name, needed in names.items()}


def stored_name(name: str, sandbox: bool) -> str:
    """The sandbox has secrets of its own: a real one is never even looked up for it."""
    return f"sandbox-{name}" if sandbox else name


class Secrets:
    """The secrets of one home folder, either the real ones or the sandbox's; nothing is kept in memory."""

    def __init__(self, home: Home, sandbox: bool) -> None:
        self._file = home.secrets_file
        self._sandbox = sandbox

    def need(self, name: str) -> Secret:
        """The secret of that name, such as `main-shopbase-key`; raises MissingSecret where it is nowhere."""
        found, _place, note = self._look(stored_name(name, self._sandbox))
        if found is None:
            raise MissingSecret(stored_name(name, self._sandbox), note)
        return found

    def find(self, name: str) -> Secret | None:
        """The secret of that name, or None; raises ConfigError where a place that may hold it cannot be trusted."""
        return self._look(stored_name(name, self._sandbox))[0]

    def place_of(self, stored: str) -> str | None:
        """Where the secret lies that is stored under that name ("environment", "keyring", …), or None."""
        return self._look(stored)[1]

    def _look(self, name: str) -> tuple[Secret | None, str | None, str]:
        note = ""
        places = ["environment", "file", "credential", "keyring", "secrets.toml"]
        if self._sandbox:  # what `dropferry sandbox` wrote must do on a machine where asking the keyring opens a window
            places = ["environment", "file", "credential", "secrets.toml", "keyring"]
        for place in places:
            try:
                value = self._read(place, name)
            except NoKeyring as error:
                value, note = None, str(error)
            if value is not None:
                known.know_secret(value)
                return Secret(value), place, ""
        return None, None, note

    def _read(self, place: str, name: str) -> str | None:
        if place == "environment":
            return os.environ.get(variable(name)) or None
        if place == "file":
            return _from_named_file(variable(name) + "_FILE")
        if place == "credential":
            return _from_credentials(name)
        if place == "keyring":
            return _from_keyring(name)
        return read_secrets_file(self._file).get(name)


def know_all(home: Home, config: "Config") -> None:
    """Look up every secret that this home may use, wherever it lies, so that whatever is written down is without it.

    A place that does not answer is passed over: nothing of it was read into anything either.
    """
    secrets = Secrets(home, config.is_sandbox)
    for name in wanted(config):
        with contextlib.suppress(ConfigError):
            secrets.place_of(name)


def check_name(name: str, known: Iterable[str] = ()) -> None:
    """Raises ConfigError for a name that nothing would ever look up."""
    from bot.config_errors import nearest

    known = list(known)
    if not _NAME.fullmatch(name) or (known and name not in known):
        fix = nearest(name, known) or _("the names are {names}").format(names=", ".join(known))
        fix = fix if known else _("for example main-shopbase-key")
        raise ConfigError(_('nothing uses a secret called "{name}"').format(name=name), fix)


def store_in_keyring(name: str, value: Secret) -> None:
    """Keep the secret in the system's keyring; raises NoKeyring where there is none to trust."""
    from keyring.errors import KeyringError

    try:
        _keyrings(name)[0].set_password(SERVICE, name, value.get_secret_value())
    except KeyringError as error:
        raise NoKeyring(
            _("the keyring refused the secret: {error}").format(error=str(error) or type(error).__name__),
            _other_ways(name),
        ) from error


def store_in_file(home: Home, name: str, value: Secret) -> None:
    """Keep the secret in the home's secrets.toml, readable by the user alone; the others in it stay."""
    import tomlkit

    read_secrets_file(home.secrets_file)
    document = tomlkit.document()
    if home.secrets_file.exists():
        document = tomlkit.parse(home.secrets_file.read_text(encoding="utf-8-sig"))
    document[name] = value.get_secret_value()
    write_private(home.secrets_file, tomlkit.dumps(document))


def read_secrets_file(file: Path) -> dict[str, str]:
    """The secrets of a `name = "value"` file; none where it is missing.

    Raises ConfigError where others may read it or where it holds anything else.
    """
    if not file.exists():
        return {}
    if POSIX and file.stat().st_mode & 0o077:
        raise ConfigError(
            _("{file}: other users may read or change this file").format(file=file),
            _("run: chmod 600 '{file}'").format(file=file),
        )
    text, tables = _read_quietly(file)
    for name, value in tables.items():
        if not isinstance(value, str) or not value or not _NAME.fullmatch(name):
            line = line_of(text, (name,))
            raise ConfigError(
                _("{file}, line {line}: {name}: not a secret").format(file=file, line=line, name=name),
                _('each line is: name = "value"'),
            )
    return {name: str(value) for name, value in tables.items()}


def _read_quietly(file: Path) -> tuple[str, dict[str, object]]:
    try:
        return read_toml(file)
    except ConfigError as error:
        # What the parser quotes may be part of a secret.
        at = re.search(r"\(at [^()]*\)", error.what)
        what = _("{file}: cannot be read {place}") if at else _("{file}: cannot be read")
        raise ConfigError(
            what.format(file=file, place=at[0] if at else ""), _('each line is: name = "value"')
        ) from None


def _from_named_file(key: str) -> str | None:
    named = os.environ.get(key)
    return _content(key, named) if named else None


def _from_credentials(name: str) -> str | None:
    """What systemd has handed in with LoadCredential=: one file for each, in a folder of the service's own."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    file = Path(folder, name)
    return _content("CREDENTIALS_DIRECTORY", str(file)) if folder and file.is_file() else None


def _content(key: str, named: str) -> str:
    try:
        value = Path(named).read_text(encoding="utf-8-sig").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            _("{key}: the file {named} cannot be read").format(key=key, named=named),
            _("name a UTF-8 file that holds the secret"),
        ) from error
    if not value:
        raise ConfigError(
            _("{key}: the file {named} is empty").format(key=key, named=named), _("write the secret into it")
        )
    return value


def _from_keyring(name: str) -> str | None:
    from keyring.errors import KeyringError

    for keyring in _keyrings(name):
        try:
            value = keyring.get_password(SERVICE, name)
        except KeyringError as error:
            raise NoKeyring(
                _("the keyring does not answer: {error}").format(error=str(error) or type(error).__name__),
                _other_ways(name),
            ) from error
        if value:
            return value
    return None


def _keyrings(name: str) -> "list[KeyringBackend]":
    """The trusted keyrings, best first; a backend that writes secrets down in clear or scrambled is not one."""
    import keyring
    from keyring.backends.chainer import ChainerBackend
    from keyring.backends.fail import Keyring as NoBackend

    chosen = keyring.get_keyring()
    all_of_it = list(ChainerBackend.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    trusted = [each for each in all_of_it if not type(each).__module__.startswith("keyrings.alt")]
    if not trusted:
        raise NoKeyring(
            _("the keyring in use, {name}, keeps secrets in a plain file and is not used").format(
                name=type(all_of_it[0]).__module__
            ),
            _other_ways(name),
        )
    if isinstance(trusted[0], NoBackend):
        raise NoKeyring(_("this machine has no keyring"), _other_ways(name))
    return trusted


def _other_ways(name: str) -> str:
    return _(
        "set {variable} or {variable}_FILE in the environment, or run: dropferry secret set "
        "{name} --file (keeps it in secrets.toml, readable by you alone)"
    ).format(variable=variable(name), name=name)
