"""Sends a message to every address in the secret `notify-urls`, each of a service that apprise knows."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.language import _
from bot.redaction import known

if TYPE_CHECKING:
    from apprise import Apprise, NotifyBase

# A service that hangs may hold up the others, and the jobs behind them, for no longer.
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message at one service; `why` says what went wrong, without the address. `service` is its name,
    with its place among the addresses where there are several."""

    service: str
    ok: bool
    why: str = ""


def send(urls: str, title: str, text: str, picture: Path | None = None) -> list[Sent]:
    """Send to all addresses, which stand one behind the other with blanks between; returns one outcome for each.

    Nothing is raised for a service that is down, or for an address that is none.
    """
    each_url = urls.split()
    return [_sent(_name(number, len(each_url)), url, title, text, picture) for number, url in enumerate(each_url, 1)]


def _name(number: int, every: int) -> str:
    return "" if every == 1 else f"{number}. "


def _sent(place: str, url: str, title: str, text: str, picture: Path | None) -> Sent:
    services = _apprise()
    if not services.add(url):
        return Sent(f"{place}?", ok=False, why=_("apprise knows no service of such an address"))
    service = f"{place}{_service_name(services)}"
    attached = str(picture) if picture is not None and picture.is_file() else None
    result = services.notify(body=text, title=title, attach=attached)
    if result:
        return Sent(service, ok=True)
    heard = [known.text(entry.message) for entry in result.logs()]
    return Sent(
        service,
        ok=False,
        why="; ".join(heard) or _("it gave no answer in {seconds:.0f} seconds").format(seconds=SECONDS),
    )


def _apprise() -> "Apprise":
    from apprise import Apprise, AppriseAsset

    return Apprise(asset=AppriseAsset(app_id="dropferry", async_mode=False, service_timeout=SECONDS))


def _service_name(services: "Apprise") -> str:
    service: NotifyBase = services[0]
    return str(service.service_name)
