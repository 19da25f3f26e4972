"""What nearly every command opens first: the home folder and its configuration."""

import sys
from typing import TYPE_CHECKING

from bot.home import Home

if TYPE_CHECKING:
    from bot.config import Config


def open_home() -> Home:
    """The home folder that --home or DROPFERRY_HOME names, with its folders made; raises ConfigError."""
    from bot.home_place import check_place
    from bot.rights import check_home

    home = Home.find()
    check_place(home)
    check_home(home)
    home.ensure()
    return home


def open_config() -> "tuple[Home, Config]":
    """The home folder and its configuration; raises ConfigError, also where `dropferry init` has not run yet."""
    from bot.config import load
    from bot.config_errors import read_toml
    from bot.home_place import check_place
    from bot.rights import check_home

    home = Home.find()
    read_toml(home.config_file)  # a mistyped --home is told before any folder is made there
    check_place(home)
    check_home(home)
    home.ensure()
    return home, load(home)


def someone_is_there() -> bool:
    """Whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()
