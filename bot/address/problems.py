"""What is wrong with an address, field by field, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import DropferryError
from bot.language import _, mark

# What each field is called to a person; the ids of some countries have names of their own.
TITLES = {
    "country_code": mark("country"),
    "name": mark("name"),
    "company": mark("company"),
    "street": mark("street"),
    "street2": mark("second line"),
    "city": mark("city"),
    "province": mark("province"),
    "zip": mark("post code"),
    "phone": mark("phone"),
}


@dataclass(frozen=True, slots=True)
class AddressProblem:
    """One field that AliExpress would refuse: what is wrong, and what to do about it. Holds no personal data."""

    field: str
    title: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return _("{field}: {problem}").format(field=self.title, problem=self.problem)


class AddressRefused(DropferryError):
    """An address that cannot be typed into AliExpress's form; `problems` are all of them, `told` names each."""

    exit_code = 4

    def __init__(self, problems: Sequence[AddressProblem]) -> None:
        self.told = "; ".join(map(str, problems))
        super().__init__(_("the address cannot be used: {problems}").format(problems=self.told), problems[0].fix)
        self.problems = tuple(problems)


class Findings:
    """Collects the problems of one order's address; each fix is the command that mends it."""

    def __init__(self, order: str) -> None:
        self._order = order
        self.problems: list[AddressProblem] = []

    def add(self, field: str, problem: str, example: str, title: str = "") -> None:
        """Note a problem of `field`; `example` shows how a right value looks, `title` what the field is called."""
        value = f'"{example}"' if " " in example else example
        fix = _("ask the buyer, then: dropferry address {order} --set {field}={value}")
        fix = fix.format(order=self._order, field=field, value=value)
        self.problems.append(AddressProblem(field, title or _(TITLES[field]), problem, fix))
