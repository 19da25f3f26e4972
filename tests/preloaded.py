"""Imports all of the program, for processes that are forked from the one that did it."""

import gc
import importlib
import pkgutil

import playwright.sync_api  # noqa: F401

import bot
import flows

RUN_BY_OTHERS = ("__main__", "bot.migrations", "bot.locale")

for package in (bot, flows):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith(RUN_BY_OTHERS) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)

# What stands already is not looked through again in every fork, which would copy it.
gc.freeze()
