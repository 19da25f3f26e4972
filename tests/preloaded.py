"""Imports all of the program, for processes that are forked from the one that did it."""

import gc
import importlib
import pkgutil

import playwright.sync_api  # noqa: F401
from babel import Locale
from sqlalchemy.orm import configure_mappers

import bot
import flows
from bot.tls import authorities
from flows import selector_files
from tests import statements

RUN_BY_OTHERS = ("__main__", "bot.migrations", "bot.locale")
# What the program, or a library, imports only where it is needed.
AT_NEED = (
    *("babel.numbers", "certifi", "filelock", "h11", "httpcore", "importlib_metadata", "keyring", "phonenumbers"),
    *("price_parser", "rich.columns", "rich.panel", "rich.traceback", "structlog", "structlog.dev"),
    *("playwright._impl.json_pipe", "playwright._impl.local_utils", "playwright._impl.protocol_channels"),
)

for package in (bot, flows):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith(RUN_BY_OTHERS) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
for name in AT_NEED:
    importlib.import_module(name)
configure_mappers()
statements.share()
selector_files.pages()
authorities()
Locale("en").territories.get("US")

# What stands already is not looked through again in every fork, which would copy it.
gc.freeze()
