"""config.toml: what is read, and that everything wrong is one line with file, key and fix."""

import json
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Account, AliExpress, Browser, Config, Heartbeat, Pull, Push, Shop, Sync, load
from bot.config_buying import Buying, Limits
from bot.config_errors import line_of
from bot.config_notify import Notify
from bot.config_text import config_text
from bot.errors import ConfigError
from bot.home import Home
from flows.values import Site

EXAMPLE = Path(__file__).resolve().parents[1] / "config.example.toml"
GOOD = """\
[shops.main]
url = "https://my-shop.onshopbase.com"
account = "main"
[accounts.main]
"""
SANDBOX = """\
[shops.main]
url = "http://127.0.0.1:8000"
account = "main"
[accounts.main]
[aliexpress]
www = "http://www.aliexpress.localhost:8000"
acs = "http://acs.aliexpress.localhost:8000"
login = "http://login.aliexpress.localhost:8000"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "Nguyễn Văn Đức")


def loaded(home: Home, text: str | bytes) -> Config:
    home.ensure()
    home.config_file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(home)


def refused(home: Home, text: str | bytes) -> str:
    """The line that a refusal prints, without the folder."""
    with pytest.raises(ConfigError) as caught:
        loaded(home, text)
    line = f"{caught.value.what}; {caught.value.fix}"
    assert "\n" not in line
    assert caught.value.fix
    return line.replace(f"{home.path}/", "").replace(f"{home.path}\\", "")


def test_the_least_configuration_is_safe(home: Home) -> None:
    """A shop and an account are enough, and then nothing is pushed; AliExpress is the real one."""
    config = loaded(home, GOOD)
    assert (False, True, False) == (
        config.shop("main").live_push,
        config.shop("main").notify_first,
        config.shop("main").notify_corrections,
    )
    assert (("00:00", "12:00"), 15, 50) == (config.sync.times, config.pull.every_minutes, config.push.confirm_above)
    assert Site() == config.site
    assert config.is_sandbox is False


def test_a_sandbox_is_told_by_its_hosts(home: Home) -> None:
    """Loopback shop and loopback AliExpress together are the sandbox."""
    config = loaded(home, SANDBOX)
    assert config.is_sandbox is True
    assert "http://acs.aliexpress.localhost:8000" == config.site.acs


def test_windows_text_is_read(home: Home) -> None:
    """A file that Notepad saved, with its byte-order mark and line ends, is the same file."""
    config = loaded(home, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert "https://my-shop.onshopbase.com" == config.shop("main").url


def test_an_address_is_brought_to_its_origin(home: Home) -> None:
    """Capital letters and a trailing slash are no other shop."""
    config = loaded(home, GOOD.replace("https://my-shop.onshopbase.com", "https://My-Shop.OnShopBase.com/"))
    assert "https://my-shop.onshopbase.com" == config.shop("main").url


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('langage = "en"\n' + GOOD, ["config.toml, line 1: langage:", 'did you mean "language"?']),
        ('_env_file = "x"\n' + GOOD, ["config.toml: _env_file:", "take it out"]),
        ('language = "fr"\n' + GOOD, ["line 1: language:", "'en' or 'vi'"]),
        (GOOD.replace("account =", "acount ="), ["line 3: shops.main.acount:", 'did you mean "account"?']),
        (GOOD.replace("account =", "#"), ["line 1: shops.main.account: this key is missing"]),
        (GOOD + "x = 1\n", ["line 5: accounts.main.x:", "the keys here are currency"]),
        (GOOD.replace("[shops.main]", "[shops.Main]"), ["line 1: shops.Main:", "a-z, digits and hyphens"]),
        (GOOD.replace("shops.main", "shops." + "a" * 33), ["this name is not allowed"]),
        (GOOD.replace("accounts.main", "accounts.mian"), ["line 3: shops.main.account:", 'did you mean "mian"?']),
        (GOOD.replace("accounts.main", "accounts.sandbox-x"), ["line 4: accounts.sandbox-x:", "cannot begin with"]),
        (GOOD.replace("[accounts.main]", ""), ["accounts: this key is missing"]),
        ("", ["shops: this key is missing", "(and 1 more)"]),
        ("shops = 3", ["line 1: shops: not a table"]),
        (GOOD.replace('account = "main"', 'account = "main"\nlive_push = "no"'), ["live_push", "true or false"]),
        (GOOD + '[sync]\ntimes = ["24:00"]', ["line 6: sync.times.0:", "hours and minutes"]),
        (GOOD + "[sync]\ntimes = []", ["line 6: sync.times:"]),
        (GOOD + "[sync]\ntabs = 9", ["line 6: sync.tabs:", "less than or equal to 8"]),
        (GOOD + '[sync]\ntabs = "4"', ["line 6: sync.tabs: not a whole number"]),
        (GOOD + '[push]\nlink = "http://x/{number}"', ["line 6: push.link:", "https://"]),
        (GOOD + '[push]\nlink = "https://x.example/{nummer}"', ["line 6: push.link:", "{number}"]),
        (GOOD + '[push]\nlink = "https://x.example/{number}{y}"', ["line 6: push.link:", "{number}"]),
        (GOOD + '[push]\nlink = "https://203.0.113.9/{number}"', ["line 6: push.link:", "its host is not a name"]),
        (GOOD + '[push.carriers]\n"J&T = Express" = 1', ["push.carriers.J&T = Express: not a text"]),
        (GOOD + '[heartbeat]\nurl = "http://example.com"', ["line 6: heartbeat.url:", "does not begin with https://"]),
        (GOOD + '[heartbeat]\nurl = "https://a.example:8443/x"', ["line 6: heartbeat.url:", "it names a port"]),
        (GOOD + '[heartbeat]\nurl = "https://me:pw@a.example/x"', ["line 6: heartbeat.url:", "is a trick"]),
        (GOOD + '[browser]\nexecutable = "C:\\Program Files\\x.exe"', ["not TOML", "line 6", "single quotes"]),
        ("a = [", ["this is not TOML"]),
        (b"\xff\xfea", ["not UTF-8"]),
    ],
)
def test_what_is_wrong_is_one_line(home: Home, text: str | bytes, told: list[str]) -> None:
    """A bad key or value is one line naming the file, the line, the key and the fix."""
    line = refused(home, text)
    assert [] == [part for part in told if part not in line], line


@pytest.mark.parametrize(
    "url",
    [
        "http://my-shop.onshopbase.com",
        "https://my-shop.onshopbase.com:443",
        "https://my-shop.onshopbase.com:8443",
        "https://my-shop.onshopbase.com/admin",
        "https://my-shop.onshopbase.com?x=1",
        "https://my-shop.onshopbase.com#x",
        "https://key:secret@my-shop.onshopbase.com",
        "https://@my-shop.onshopbase.com",
        "https://my-shop.onshopbase.com.evil.com",
        "https://evilonshopbase.com",
        "https://onshopbase.com",
        "https://evil.com\\.onshopbase.com",
        "https://evil.com/.onshopbase.com",
        "https://10.0.0.1",
        "https://127.0.0.1",
        "http://127.0.0.1.evil.com",
        "http://127.0.0.2:80",
        "http://localhost.evil.com",
        "http://0x7f000001",
        "http://192.168.1.1",
        "http://127.0.0.1:99999",
        "https://xn--my-shop.onshopbase.com ",
        "https://mÿ.onshopbase.com",
        "ftp://my-shop.onshopbase.com",
        "my-shop.onshopbase.com",
        "",
    ],
)
def test_only_shopbase_itself_is_a_shop(home: Home, url: str) -> None:
    """Secrets go to https://*.onshopbase.com alone: no other host, port, path or user name passes."""
    line = refused(home, GOOD.replace('"https://my-shop.onshopbase.com"', json.dumps(url, ensure_ascii=False)))
    assert "config.toml, line 2: shops.main.url:" in line
    assert "https://NAME.onshopbase.com" in line


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:65535", "http://shop.localhost:80"])
def test_loopback_is_a_sandbox(home: Home, url: str) -> None:
    """The sandbox may have any name of this machine."""
    assert url == loaded(home, SANDBOX.replace("http://127.0.0.1:8000", url)).shop("main").url


@pytest.mark.parametrize(
    "url",
    [
        "https://aliexpress.com",
        "https://www.aliexpress.com.evil.com",
        "http://www.aliexpress.com",
        "http://127.0.0.1:9",
    ],
)
def test_only_aliexpress_itself_is_aliexpress(home: Home, url: str) -> None:
    """Signed-in pages are opened on AliExpress's own hosts alone."""
    assert "aliexpress.www:" in refused(home, GOOD + f'[aliexpress]\nwww = "{url}"')


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("https://my-shop.onshopbase.com", "http://127.0.0.1:8000"),
        SANDBOX.replace("http://127.0.0.1:8000", "https://my-shop.onshopbase.com"),
        SANDBOX + '[shops.b]\nurl = "https://my-shop.onshopbase.com"\naccount = "main"\n',
    ],
)
def test_real_and_sandbox_never_mix(home: Home, text: str) -> None:
    """A sandbox shop with the real AliExpress, the other way round, or one shop of each, is refused."""
    assert "both be real or both be the sandbox" in refused(home, text)


def test_hosts_of_one_site_are_of_one_kind(home: Home) -> None:
    """Two hosts of the sandbox and one of the real site are refused."""
    text = SANDBOX.replace("http://login.aliexpress.localhost:8000", "https://login.aliexpress.com")
    assert "line 5: aliexpress: some hosts are the real site" in refused(home, text)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@db/orders",
        "postgresql://me@db/orders?password=hunter2",
        "postgresql://me@db/orders?sslpassword=hunter2",
        "postgres://me:hunter2@db/orders",
        "mysql://me:hunter2@db/orders",
    ],
)
def test_no_password_in_the_database_address(home: Home, url: str) -> None:
    """A password in the database address is refused with the fix, and not printed."""
    line = refused(home, f'database = "{url}"\n' + GOOD)
    assert "line 1: database:" in line
    assert "hunter2" not in line


def test_the_fix_for_a_database_password(home: Home) -> None:
    """The refusal says where the password goes instead."""
    line = refused(home, 'database = "postgresql://me:hunter2@db/orders"\n' + GOOD)
    assert "dropferry secret set database-password" in line


def test_the_database_is_sqlite_or_postgresql(home: Home) -> None:
    """A PostgreSQL address without a password is taken as it is."""
    url = "postgresql://me@db:5433/orders?sslmode=require"
    assert url == loaded(home, f'database = "{url}"\n' + GOOD).database


def test_a_missing_file_says_init(home: Home) -> None:
    """Before `init` every command says what to do first."""
    with pytest.raises(ConfigError, match="no such file yet") as caught:
        load(home)
    assert "run: dropferry init" == caught.value.fix


def test_nothing_comes_from_the_environment(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment nor a .env of the working directory changes a setting."""
    home.ensure()
    (home.path / ".env").write_text("LANGUAGE=vi\n", encoding="utf-8")
    monkeypatch.chdir(home.path)
    monkeypatch.setenv("LANGUAGE", "vi")
    assert "en" == loaded(home, GOOD).language


def test_a_shop_that_is_not_there_is_named(home: Home) -> None:
    """Asking for an unknown shop or account names it and the nearest one."""
    config = loaded(home, GOOD)
    with pytest.raises(ConfigError, match='no shop "mian"') as caught:
        config.shop("mian")
    assert 'did you mean "main"?' == caught.value.fix
    with pytest.raises(ConfigError, match='no account "zzz"') as caught:
        config.account("zzz")
    assert "it has main" == caught.value.fix


class TestOrigins:
    """A name belongs to one site for ever."""

    def test_they_are_remembered(self, home: Home) -> None:
        """The first good configuration writes each shop's and each account's origin down."""
        loaded(home, GOOD)
        assert {
            "shops": {"main": "https://my-shop.onshopbase.com"},
            "accounts": {"main": "https://www.aliexpress.com"},
        } == json.loads(home.origins_file.read_text(encoding="utf-8"))

    def test_a_shop_cannot_move(self, home: Home) -> None:
        """Another address under a known name is refused with both addresses and the way out."""
        loaded(home, GOOD)
        line = refused(home, GOOD.replace("my-shop", "other"))
        assert 'shops.main.url: shop "main" belongs to https://my-shop.onshopbase.com' in line
        assert "https://other.onshopbase.com is set" in line

    def test_a_sandbox_cannot_become_real(self, home: Home) -> None:
        """Orders and sign-ins of a sandbox never reach AliExpress by a change of addresses, nor the other way."""
        loaded(home, SANDBOX)
        assert "belongs to http://127.0.0.1:8000" in refused(home, GOOD)
        assert "http://127.0.0.1:8000" == loaded(home, SANDBOX).shop("main").url

    def test_an_account_cannot_move(self, home: Home) -> None:
        """Another AliExpress under a known account is refused, even where the shop is new."""
        loaded(home, SANDBOX)
        text = SANDBOX.replace("www.aliexpress.localhost:8000", "www.aliexpress.localhost:9000")
        assert 'account "main" belongs to http://www.aliexpress.localhost:8000' in refused(home, text)

    def test_a_name_that_comes_back_is_still_known(self, home: Home) -> None:
        """Taking a shop out and giving its name to another one is the same mistake, a day later."""
        loaded(home, GOOD)
        loaded(home, GOOD.replace("shops.main", "shops.second").replace("my-shop", "second"))
        assert 'shop "main" belongs to' in refused(home, GOOD.replace("my-shop", "third"))

    @pytest.mark.parametrize("text", ["{", "[]", '{"shops": {}}', '{"shops": {"main": 1}, "accounts": {}}'])
    def test_a_damaged_memory_stops(self, home: Home, text: str) -> None:
        """A damaged origins file is never taken for an empty one."""
        home.ensure()
        home.origins_file.write_text(text, encoding="utf-8")
        assert "origins.json: this file is damaged" in refused(home, GOOD)


TABLES: dict[tuple[str, ...], type[BaseModel]] = {
    (): Config,
    ("shops", "main"): Shop,
    ("accounts", "main"): Account,
    ("accounts", "main", "limits"): Limits,
    ("buying",): Buying,
    ("aliexpress",): AliExpress,
    ("sync",): Sync,
    ("pull",): Pull,
    ("push",): Push,
    ("browser",): Browser,
    ("heartbeat",): Heartbeat,
    ("notify",): Notify,
}


def test_the_example_is_a_good_configuration(home: Home) -> None:
    """config.example.toml is taken as it stands, and is what `init` writes."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert config_text("main", "https://my-shop.onshopbase.com", "main") == text
    assert loaded(home, GOOD).model_dump() == loaded(home, text).model_dump()


@pytest.mark.parametrize("path", TABLES)
def test_the_example_names_every_key_and_no_other(path: tuple[str, ...]) -> None:
    """Each table of the example has exactly the keys of its model."""
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for name in path:
        table = table[name]
    assert set(TABLES[path].model_fields) == set(table)


def test_every_key_of_the_example_is_explained() -> None:
    """Over each key and each table of free keys stands one line that explains it."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    keys = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert [] == [lines[number] for number in keys if not lines[number - 1].startswith("# ")]
    assert lines[lines.index("[push.carriers]") + 1].startswith("# ")


def test_the_line_of_a_key() -> None:
    """A key is found in nested tables, behind dots, quotes and equals signs."""
    text = 'a = 1\n[t."x.y"]\n"k = l" = "v = w"\nb.c = 2\n# d = 3\n'
    assert [1, 2, 3, 4, 2, 0] == [
        line_of(text, keys)
        for keys in (("a",), ("t", "x.y"), ("t", "x.y", "k = l"), ("t", "x.y", "b", "c"), ("t", "x.y", "d"), ("z",))
    ]
