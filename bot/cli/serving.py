"""`dropferry run` and `dropferry stop`: the service in this process, and how another process ends it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot import account_states, logs
from bot.cli import output
from bot.cli.working import stopping
from bot.config import Config
from bot.db import Database
from bot.errors import DropferryError
from bot.home import Home, write_private
from bot.language import _
from bot.locks import owner, run_lock
from bot.opening import database_of
from bot.scheduler import Service
from bot.service.installing import is_running
from bot.service.pulse import Pulse
from bot.service.sd_notify import tell
from bot.slots import following
from bot.wording import when
from bot.work import Workplace
from flows.errors import PersonNeeded

# A page or an answer under way is waited for, never longer than a person would.
POLL_SECONDS = 0.5


class NotStoppedError(DropferryError):
    """The service was asked to end and has not ended yet."""


def serve(home: Home, config: Config) -> None:
    """Run the service until Ctrl-C, SIGTERM or `dropferry stop`. Raises AlreadyRunning."""
    with run_lock(home), logs.kept(home, _line), database_of(home, config) as database, stopping() as stopped:
        _request(home).unlink(missing_ok=True)
        watcher = threading.Thread(target=_watch, args=(_request(home), stopped), name="stop", daemon=True)
        watcher.start()
        pulse = Pulse()
        place = Workplace(home, config, database, logs.say, stopped=_noticed(pulse.office, stopped))
        browsing = Workplace(home, config, database, logs.say, stopped=_noticed(pulse.browser, stopped))
        _greet(home, config)
        _say_who_waits(config, database)
        tell("READY=1")
        Service(place, browsing, stopped, lambda: _ping(config.heartbeat.url), pulse=pulse).run()
        _request(home).unlink(missing_ok=True)
        logs.say(_("stopped"))


def _noticed(step: Callable[[], None], stopped: threading.Event) -> Callable[[], bool]:
    """Every job asks at each of its steps whether it is to end, and so it is seen to move."""

    def ask() -> bool:
        step()
        return stopped.is_set()

    return ask


def stop_serving(home: Home, wait: float) -> None:
    """Ask the running service to end, and wait for it. Raises NotStoppedError."""
    if not is_running(home):
        output.say(_("dropferry is not running here"))
        return
    running = owner(home.locks / "run.lock") or {}
    write_private(_request(home), datetime.now(UTC).isoformat())
    until = time.monotonic() + wait
    while is_running(home):
        if time.monotonic() >= until:
            raise NotStoppedError(
                _("process {pid} is still finishing its step after {seconds:.0f} seconds").format(
                    pid=running.get("pid"), seconds=wait
                ),
                _("wait a little and look again: dropferry stop"),
            )
        threading.Event().wait(POLL_SECONDS)
    output.say(_("stopped"))


def _request(home: Home) -> Path:
    return home.locks / "run.stop"


def _watch(request: Path, stopped: threading.Event) -> None:
    while not stopped.wait(POLL_SECONDS):
        if request.exists():
            stopped.set()
    tell("STOPPING=1")


def _greet(home: Home, config: Config) -> None:
    pushing = [name for name, shop in config.shops.items() if shop.live_push]
    silent = [name for name in config.shops if name not in pushing]
    logs.say(_("dropferry works from {folder}").format(folder=home.path))
    if pushing:
        logs.say(_("tracking numbers go to ShopBase for: {shops}").format(shops=", ".join(pushing)))
    if silent:
        told = _("nothing is told to ShopBase for: {shops} (live_push is off)")
        logs.say(told.format(shops=", ".join(silent)))
    soon = following(config.sync.times, datetime.now(UTC))
    logs.say(_("AliExpress is read next at {when} by this clock").format(when=when(soon)))


def _say_who_waits(config: Config, database: Database) -> None:
    """A service that starts says whose accounts it leaves alone, and why; while it runs that is told once."""
    for account in config.accounts:
        try:
            account_states.check_not_paused(database, account, datetime.now(UTC))
        except PersonNeeded as need:
            logs.say("; ".join(part for part in output.told(need) if part))


def _line(text: str) -> None:
    output.say(f"{datetime.now().astimezone():%H:%M:%S}  {text}")
    tell(f"STATUS={text}")


def _ping(url: str) -> None:
    """Tell the heartbeat service that a run went well; its silence is what raises the alarm."""
    if not url:
        return
    from bot.fetching import NotFetched, ping

    try:
        ping(url)
    except NotFetched as error:
        logs.say(_("the heartbeat could not be told: {problem}").format(problem=error))
