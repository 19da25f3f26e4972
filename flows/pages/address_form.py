"""The address book of the confirm page and its form, in both designs: what they show, and the parts to press."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Page

from flows.errors import PageChanged
from flows.page import PageObject
from flows.selector_files import load
from flows.statuses import plain_word
from flows.values import Site, Value

NAME = "address_form"
SOURCE = "address.js"
PATIENCE = 8.0
BOOK = ("book", "entry", "entry_default", "entry_choose", "entry_edit", "entry_add", "close")
FORM = (
    *("form", "item", "search", "choice", "chosen", "opener", "list", "option", "step"),
    *("error", "switch_on", "switch_box", "manual", "save"),
)


class Entry(Value):
    """One entry of the book as drawn; `text` is all of it but its mark as the default."""

    text: str
    is_default: bool
    is_chosen: bool


class Field(Value):
    """One field of the form: what it is ("" where its label is not known), and what stands in it."""

    name: str
    label: str
    value: str
    choice: bool
    errors: tuple[str, ...]

    @property
    def required(self) -> bool:
        """Whether the form insists on it."""
        return "*" in self.label


class Form(Value):
    """The form as drawn; `can_open` where fields are still folded away."""

    fields: tuple[Field, ...]
    can_open: bool
    is_default: bool

    def place(self, name: str) -> int | None:
        """Where a field stands among the fields; None where the form has none of that name."""
        return next((place for place, field in enumerate(self.fields) if field.name == name), None)


class State(Value):
    """All that book, form and an open list show at one moment."""

    form: Form | None = None
    options: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


class DrawnAddresses(PageObject):
    """Book and form, wherever they are drawn on the confirm page; `state` is what the last press left behind.

    `meanwhile` is called while the site is waited for: other pages go on then.
    """

    name = NAME
    asks_for = frozenset({*BOOK, *FORM})
    sign = "book"
    inside: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("entry_default", "entry_choose", "entry_edit"), "entry"),
        **dict.fromkeys(("item", "search", "choice", "manual", "switch_on", "switch_box"), "form"),
        **dict.fromkeys(("error", "chosen", "opener"), "item"),
        "option": "list",
    }
    always = frozenset({"item"})

    def __init__(self, page: Page, site: Site | None = None, meanwhile: Callable[[], None] | None = None) -> None:
        super().__init__(page, site)
        self._meanwhile = meanwhile
        confirm = load("confirm", self.site.selectors)
        self._css = {name: self.selectors.css(name) for name in (*BOOK, *FORM)}
        self._css |= {name: confirm.css(name) for name in ("address_change", "address_new")}
        self._words = {name: list(words) for name, words in self.selectors.means["words"].items()}
        self.state = State()

    def is_here(self) -> bool:
        """Whether book or form is open."""
        return self.has("book") or self.has("form")

    @property
    def form(self) -> Form:
        """The form as the last press left it; PageChanged where none is open."""
        if self.state.form is None:
            raise PageChanged(NAME, "form", "not there")
        return self.state.form

    def ask_site(self, what: str, until: str, told: object = None) -> State:
        """The same with a part by which the site is asked for something, so that there is time for something else."""
        if self._meanwhile is None:
            return self.press_part(what, until, told)
        self.press_part(what, told=told)
        self._meanwhile()
        return self.press_part("true", until, told)

    def press_part(self, what: str, until: str = "true", told: object = None, seconds: float = PATIENCE) -> State:
        """Presses a part and waits until `until` is true, in one round trip: expressions over `page` and `told`.

        `page` is the in-page script. PageChanged where the part is not there, or where it does not come true.
        """
        seen = self.page.evaluate(_press(what, until), [self._css, self._words, told, seconds * 1000])
        if isinstance(seen, str):
            raise PageChanged(NAME, what.split("(", 1)[0].removeprefix("page."), seen)
        self.state = _state_of(seen)
        return self.state


def _state_of(seen: dict[str, Any]) -> State:
    entries = (
        Entry(text=one["text"], is_default=one["isDefault"], is_chosen=one["isChosen"]) for one in seen["entries"]
    )
    return State(form=_form_of(seen["form"]), options=tuple(seen["options"]), entries=tuple(entries))


def _form_of(seen: dict[str, Any] | None) -> Form | None:
    if seen is None:
        return None
    fields = [
        Field(
            name=field_name(one["label"]),
            label=one["label"],
            value=one["value"],
            choice=one["choice"],
            errors=tuple(one["errors"]),
        )
        for one in seen["fields"]
    ]
    return Form(
        fields=_with_choices(fields, folded=seen["canOpen"]), can_open=seen["canOpen"], is_default=seen["isDefault"]
    )


def field_name(label: str) -> str:
    """What a field is by its label; "" for an unknown one. The longest beginning that fits decides."""
    plain = plain_word(label.replace("*", ""))
    words = [(plain_word(word), name) for name, known in load(NAME).means["fields"].items() for word in known]
    fitting = [(len(word), name) for word, name in words if plain.startswith(word)]
    return max(fitting)[1] if fitting else ""


def _with_choices(fields: list[Field], *, folded: bool) -> tuple[Field, ...]:
    """Choices without a label stand in a known order, of which a folded form shows the first alone.

    Where there are more or fewer, none of them is known.
    """
    known = load(NAME).means["choices"]["order"][: 1 if folded else None]
    choices = [field for field in fields if field.choice]
    order = iter(known if len(choices) == len(known) and not any(field.label for field in choices) else ())
    return tuple(
        field.model_copy(update={"name": next(order, "")}) if field.choice and not field.label else field
        for field in fields
    )


@cache
def _source() -> str:
    return (Path(__file__).parents[1] / "scripts" / SOURCE).read_text(encoding="utf-8")


@cache
def _press(what: str, until: str) -> str:
    return f"""async ([css, words, told, wait]) => {{
      {_source()}
      const page = dropferryAddress(css, words);
      if (!({what})) return "nothing there";
      for (const begun = performance.now(); !({until}); await new Promise((go) => setTimeout(go, 5)))
        if (performance.now() - begun > wait) return `nothing came of it within ${{wait / 1000}} s`;
      return page.state();
    }}"""
