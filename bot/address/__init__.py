"""Turns a store's address into what is typed into AliExpress's address form; pure, no I/O."""

from bot.address.composing import Composed, compose, ship_to
from bot.address.problems import AddressProblem, AddressRefused
from bot.address.source import FIELDS, UnknownField, field_name

__all__ = [
    "FIELDS",
    "AddressProblem",
    "AddressRefused",
    "Composed",
    "UnknownField",
    "compose",
    "field_name",
    "ship_to",
]
