"""Sets the address of a confirm page: one entry of the book belongs to the robot, the merchant's own stay as they are.

The robot's entry carries no mark that anybody could read, on the site or on a parcel: it is the one that still shows
what the robot typed into it last, which whoever calls keeps (`OwnEntry`). An entry that shows something else, that was
made the default among others, or of which there are two, counts as the merchant's, and a new one is made.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from flows.errors import CannotBuy, PageChanged, Reason
from flows.pages.address_form import NAME, DrawnAddresses, Entry, Form
from flows.recipients import missing_from, place_names, same_place
from flows.selector_files import load
from flows.values import Site
from flows.values_buying import ShipTo

ALWAYS = ("first_name", "last_name", "phone", "street")
TYPED = ("first_name", "last_name", "phone_code", "phone", "street", "street2", "zip")
IDS = frozenset({"cpf", "rut", "pccc", "passport", "nat_addr", "tax_id"})
CLEARED = IDS | {"instructions"}
# A taken choice either leads to another list, or closes the list and stands in its field.
TAKEN = """page.options().length
    ? JSON.stringify(page.options()) !== JSON.stringify(told.before)
    : page.look()?.fields[told.place]?.value === told.now"""


@dataclass
class OwnEntry:
    """What the robot typed into its entry of this account's book: `known` are all addresses that may stand there.

    `remember` is called before anything is saved, with all that may stand there from then on, and again once the one
    is known that does; whoever calls keeps it beyond the end of the process.
    """

    known: tuple[ShipTo, ...] = ()
    remember: Callable[[tuple[ShipTo, ...]], None] = field(default=lambda _known: None)

    def note(self, known: Iterable[ShipTo]) -> None:
        """Keeps what may stand in the entry from now on."""
        self.known = tuple(dict.fromkeys(known))
        self.remember(self.known)


def set_address(page: Page, site: Site, to: ShipTo, own: OwnEntry, meanwhile: Callable[[], None] | None = None) -> None:
    """Chooses `to` on the open confirm page; types it into the robot's entry where no entry shows it yet.

    `meanwhile` is called while the site is waited for. Raises CannotBuy(ADDRESS_REFUSED) with the site's own words,
    CannotBuy(MERCHANT_ADDRESS_TOUCHED), PageChanged.
    """
    screen = DrawnAddresses(page, site, meanwhile)
    before = _open_book(screen)
    exact = _exact(before, to)
    if exact is not None:
        _choose(screen, exact, before[exact])
        return
    _end(_begin(screen, before, to, own), own)


@dataclass(frozen=True)
class Begun:
    """An address that stands in the form of a confirm page and is not saved: nothing on the site has changed by it."""

    screen: DrawnAddresses
    before: tuple[Entry, ...]
    mine: int | None
    to: ShipTo
    form: Form


def begin_address(
    page: Page, site: Site, to: ShipTo, own: OwnEntry, meanwhile: Callable[[], None] | None = None
) -> Begun | None:
    """The first half of `set_address`, up to the save; None where an entry shows the address already.

    May be done while another order waits for its press: the address book stays as it is. Raises as `set_address`.
    """
    screen = DrawnAddresses(page, site, meanwhile)
    before = _open_book(screen)
    if _exact(before, to) is not None:
        _close(screen)
        return None
    return _begin(screen, before, to, own)


def end_address(begun: Begun, own: OwnEntry) -> None:
    """The second half: saves what was typed, and looks whether it alone has changed. PageChanged where it moved."""
    if begun.screen.press_part("true").form != begun.form:
        raise PageChanged(NAME, "form", "it does not stand as it was filled in")
    _end(begun, own)


def _end(begun: Begun, own: OwnEntry) -> None:
    screen = begun.screen
    own.note((*own.known, begun.to))
    _save(screen)
    check_untouched(begun.before, begun.mine, _open_book(screen))
    own.note((begun.to,))
    _close(screen)


def _begin(screen: DrawnAddresses, before: tuple[Entry, ...], to: ShipTo, own: OwnEntry) -> Begun:
    mine = own_place(before, own.known)
    _open_form(screen, mine, len(before))
    fill(screen, to)
    return Begun(screen, before, mine, to, screen.form)


def _exact(entries: tuple[Entry, ...], to: ShipTo) -> int | None:
    """Which entry shows the address already; ids do not show, so with them it is typed in any case."""
    found = next((place for place, entry in enumerate(entries) if missing_from(entry.text, to) is None), None)
    return None if to.ids else found


def own_place(entries: tuple[Entry, ...], known: Iterable[ShipTo]) -> int | None:
    """Where the robot's entry stands; None where there is none that surely is."""
    known = tuple(known)
    fitting = [
        place for place, entry in enumerate(entries) if any(missing_from(entry.text, to) is None for to in known)
    ]
    if len(fitting) != 1:
        return None
    is_alone = len(entries) == 1
    return fitting[0] if is_alone or not entries[fitting[0]].is_default else None


def check_untouched(before: tuple[Entry, ...], mine: int | None, after: tuple[Entry, ...]) -> None:
    """CannotBuy unless the book holds the merchant's entries as before, the same default, and one more."""
    theirs = Counter(entry.text for place, entry in enumerate(before) if place != mine)
    now = Counter(entry.text for entry in after)
    lost, new = theirs - now, now - theirs
    default = [entry.text for place, entry in enumerate(before) if entry.is_default and place != mine]
    kept = not default or default == [entry.text for entry in after if entry.is_default]
    if lost or new.total() != 1 or not kept:
        found = f"{lost.total()} gone, {new.total()} new, the default {'as before' if kept else 'another one'}"
        raise CannotBuy(Reason.MERCHANT_ADDRESS_TOUCHED, f"asked for 1 new entry, the address book has {found}")


def fill(screen: DrawnAddresses, to: ShipTo) -> None:
    """Types an address into the open form and reads it back; it is never made the default."""
    countries = country_names(to.country_code)
    if not same_place(_value(screen.form, "country"), countries):
        _choose_place(screen, "country", countries)
    if screen.form.place("street") is None and screen.form.can_open:
        screen.press_part("page.openFields()", "page.look()?.fields.length > told", len(screen.form.fields))
    _check_fields(screen.form, to)
    typed = _typed(screen.form, to)
    names = {screen.form.fields[place].name: value for place, value in typed.items()}
    screen.press_part("page.fill(told)", told=[[place, value] for place, value in typed.items()])
    _choose_region(screen, to)
    if screen.form.is_default:
        screen.press_part("page.notDefault()", "!page.look()?.isDefault")
    _check_typed(screen.form, names)


def country_names(code: str) -> tuple[str, ...]:
    """How the site may call a country."""
    from babel import Locale

    known = load(NAME).means["countries"].get(code, ())
    usual = Locale("en").territories.get(code)
    return place_names(usual or "", known)


def _open_book(screen: DrawnAddresses) -> tuple[Entry, ...]:
    """The entries; none where the account has no address yet, and then the form is open in place of the book."""
    return screen.ask_site("page.isOpen() || page.change() || page.addFirst()", "page.isOpen()").entries


def _choose(screen: DrawnAddresses, place: int, entry: Entry) -> None:
    if entry.is_chosen:
        _close(screen)
    else:
        screen.press_part("page.choose(told)", "!page.isOpen()", place)


def _close(screen: DrawnAddresses) -> None:
    if screen.has("close"):
        screen.press_part("page.close()", "!page.isOpen()")
    else:
        screen.page.keyboard.press("Escape")
        screen.press_part("true", "!page.isOpen()")


def _open_form(screen: DrawnAddresses, mine: int | None, entries: int) -> None:
    drawn = "page.look()?.fields.length > 0"
    if mine is not None:
        screen.ask_site("page.edit(told)", drawn, mine)
    else:
        screen.ask_site("page.add()" if entries else "true", drawn)


def _check_fields(form: Form, to: ShipTo) -> None:
    unknown = [one.label for one in form.fields if one.required and not one.name]
    lacking = [name for name in ALWAYS if form.place(name) is None]
    if unknown or lacking:
        raise PageChanged(NAME, "fields", f"unknown: {unknown}, missing: {lacking}")
    for name, _value in to.ids:
        if form.place(name) is None:
            raise CannotBuy(Reason.ADDRESS_REFUSED, f"asked to give {name}, the form has no field for it")


def _typed(form: Form, to: ShipTo) -> dict[int, str]:
    """What to type where; ids and instructions that stood there for somebody else are cleared."""
    values = {name: str(getattr(to, name)) for name in (*TYPED, "province", "city")}
    values |= dict.fromkeys(CLEARED, "") | dict(to.ids)
    texts = {place: field.name for place, field in enumerate(form.fields) if not field.choice}
    return {place: values[name] for place, name in texts.items() if name in values}


def _choose_region(screen: DrawnAddresses, to: ShipTo) -> None:
    """Province, then city: each in a list of its own, or in one list that goes on from the province."""
    other = load(NAME).means["words"]["other"][:1]
    provinces = place_names(to.province, to.province_names) or other
    cities = place_names(to.city, to.city_names) or other
    stand = {name: _value(screen.form, name) for name in ("province", "city")}
    if same_place(stand["province"], provinces[:1]) and same_place(stand["city"], cities[:1]):
        return
    _choose_place(screen, "province", provinces)
    _choose_place(screen, "city", cities)


def _value(form: Form, name: str) -> str:
    place = form.place(name)
    return "" if place is None else form.fields[place].value


def _choose_place(screen: DrawnAddresses, name: str, names: tuple[str, ...]) -> None:
    """Takes the first of the names that the list has; the list is open already where another choice led to it."""
    place = screen.form.place(name)
    if place is None or not screen.form.fields[place].choice:
        return
    if not screen.state.options:
        screen.press_part("page.open(told)", "page.options().length > 0", place)
    options = screen.state.options
    taken = next((at for each in names for at, option in enumerate(options) if same_place(option, [each])), None)
    if taken is None:
        detail = f"asked {name} {names[0]}, the form's list of {len(options)} has no such entry"
        raise CannotBuy(Reason.ADDRESS_REFUSED, detail)
    told = {"taken": taken, "before": options, "place": place, "now": options[taken]}
    screen.press_part("page.take(told.taken)", TAKEN, told)


def _check_typed(form: Form, typed: dict[str, str]) -> None:
    for name, value in typed.items():
        if _value(form, name) != value:
            raise PageChanged(NAME, name, f"{value} was typed, the form shows {_value(form, name)}")
    if form.is_default:
        raise CannotBuy(Reason.MERCHANT_ADDRESS_TOUCHED, "asked for no default, the form insists on one")


def _save(screen: DrawnAddresses) -> None:
    """Saves, until the confirm page shows an address that can be changed, or the form says what is wrong."""
    wrong = "page.look()?.fields.some((one) => one.errors.length)"
    form = screen.ask_site("page.save()", f"page.look() ? {wrong} : page.canChange()").form
    if form is not None:
        told = [f"{field.label}: {' '.join(field.errors)}" for field in form.fields if field.errors]
        raise CannotBuy(Reason.ADDRESS_REFUSED, "; ".join(told))
