"""The selectors: the package's own and the merchant's, whether a person has accepted these, and what is changing."""

from sqlmodel import Session

from bot.checkup.finding import Finding, bad, look, trouble, well
from bot.cli.output import PERSON_NEEDED
from bot.config import Config
from bot.errors import ConfigError
from bot.language import _
from bot.overrides import Override, Standing, files_in, in_use, unknown_in
from bot.selector_health import changing
from bot.wording import when
from flows.selector_files import SelectorFileError, load, pages, read_anew


def selectors(config: Config, session: Session | None) -> list[Finding]:
    """All selector files can be read; overrides are safe and accepted; no first choice has ceased to fit."""
    read_anew()
    try:
        files_in(config.site.selectors)
        for page in pages():
            load(page, config.site.selectors)
    except ConfigError as error:
        return [trouble("overrides", error)]
    except SelectorFileError as error:
        fix = _("mend that line; dropferry check says whether it fits; or delete the file")
        return [bad("selectors", _("selectors: {why}").format(why=error), fix)]
    told = _("selectors: those of {count} pages, all can be read").format(count=len(pages()))
    found = [well("selectors", told), *_misnamed(config)]
    if session is not None:
        found += [_override(config, each) for each in in_use(session, config.site.selectors)]
        found += _changing(session)
    return found


def _misnamed(config: Config) -> list[Finding]:
    return [
        look(
            "overrides",
            _("overrides: {file} has the name of no page, so nothing is read with it").format(file=file),
            _("the names are {names}").format(names=", ".join(f"{page}.toml" for page in pages())),
        )
        for file in unknown_in(config.site.selectors)
    ]


def _override(config: Config, each: Override) -> Finding:
    name = f"override {each.file.name}"
    accept = _("look at it, then: dropferry check --live --accept-override")
    if each.standing is Standing.CHANGED and each.accepted_at is not None:
        told = _("override {file}: it has been changed since you accepted it ({when}), so nothing is read with it")
        text = told.format(file=each.file, when=when(each.accepted_at))
        return bad(name, text, accept)
    if each.standing is Standing.NEW:
        told = _("override {file}: nobody has accepted it, so nothing is placed unattended").format(file=each.file)
        return bad(name, told, accept, PERSON_NEEDED) if config.live else look(name, told, accept)
    told = _("override {file}: as it was accepted {when}")
    return well(name, told.format(file=each.file, when=when(each.accepted_at) if each.accepted_at else "-"))


def _changing(session: Session) -> list[Finding]:
    rows = changing(session)
    if not rows:
        return []
    names = ", ".join(sorted(f"{row.page} {row.element}" for row in rows)[:5])
    since = min(row.first_seen for row in rows)
    told = _(
        "pages: AliExpress has changed {names} since {when}; the robot reads it by its next way, which is its last"
    )
    if all(_has_more(row.page, row.element, row.entry) for row in rows):
        told = _("pages: AliExpress has changed {names} since {when}; the robot reads it by its next way")
    return [
        look(
            "pages",
            told.format(names=names, when=when(since)),
            _("update dropferry soon; what is found how, says: dropferry check --live"),
        )
    ]


def _has_more(page: str, element: str, entry: int) -> bool:
    return entry + 1 < len(load(page).entries.get(element, ()))
