"""What is wrong with an address, field by field, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import DropferryError


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """One field that AliExpress would refuse: what is wrong, and what to do about it. Holds no personal data."""

    field: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}"


class AddressRefused(DropferryError):
    """An address that cannot be typed into AliExpress's form; `problems` are all of them."""

    exit_code = 4

    def __init__(self, problems: Sequence[AddressProblem]) -> None:
        super().__init__(f"the address cannot be used: {'; '.join(map(str, problems))}", problems[0].fix)
        self.problems = tuple(problems)


class Findings:
    """Collects the problems of one order's address; each fix is the command that mends it."""

    def __init__(self, order: str) -> None:
        self._order = order
        self.problems: list[AddressProblem] = []

    def add(self, field: str, problem: str, example: str) -> None:
        """Note a problem of `field`; `example` shows how a right value looks."""
        value = f'"{example}"' if " " in example else example
        fix = f"ask the buyer, then: dropferry address {self._order} --set {field}={value}"
        self.problems.append(AddressProblem(field, problem, fix))
