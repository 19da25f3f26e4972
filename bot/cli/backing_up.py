"""The commands `backup` and `restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import output
from bot.cli.opening import open_config, open_home, someone_is_there
from bot.errors import ConfigError, DoneInPart
from bot.home import POSIX, Home
from bot.language import _, counted

if TYPE_CHECKING:
    from bot.archive import Manifest
    from bot.config import Config
    from bot.restore import Checked


def backup(
    file: Annotated[Path, typer.Argument(help="the file to write, or a folder for a file named by the time")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON for a program to read")] = False,
) -> None:
    """Keep a copy of all that dropferry knows.

    Configuration, database and recordings as they are at this moment, also while dropferry runs. Browser profiles and
    secrets are not in it. Your buyers' names and addresses are: keep the file to yourself.
    """
    from bot.backup import back_up

    home, config = open_config()
    done = back_up(home, config, file, f"dropferry {output.version()}")
    if as_json:
        output.print_json({"file": str(done.file), **done.manifest.model_dump(), "left_out": done.left_out})
    else:
        output.say(_("Written: {file} ({holds})").format(file=done.file, holds=_size(done.manifest)))
        output.say(_("Not in it: browser profiles and secrets. Buyers' addresses are, so keep it to yourself."))
    if POSIX and done.file.stat().st_mode & 0o077:
        output.note(_("{file}: this disk knows no rights, so others may read it").format(file=done.file))
    if done.left_out:
        raise DoneInPart(
            _("not in it: {names}").format(names=", ".join(done.left_out[:5])),
            _("give these recordings names of plain letters"),
        )
    if config.database != "sqlite":
        raise DoneInPart(
            _("the orders are not in it: they are in PostgreSQL"),
            _("keep them as well: pg_dump --format=custom --file={copy} '{database}'").format(
                copy=done.file.with_suffix(".pgdump").name, database=config.database
            ),
        )


def restore(
    file: Annotated[Path, typer.Argument(help="a file that dropferry backup has written")],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask first")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only check the file and say what is in it")] = False,
) -> None:
    """Put a copy back, after checking it.

    What it replaces is kept in the home folder. Nothing is bought afterwards before you have run dropferry reconcile,
    because what was ordered since is not in the copy.
    """
    from bot.restore import checked, put_back

    home = open_home()
    with checked(home, file) as found:
        _describe(found)
        if dry_run:
            output.say(_("Nothing is changed. The file is sound and can be put back here."))
            return
        if not yes:
            _ask(home)
        kept = put_back(home, found)
        output.say(_("The backup is put back."))
        if kept is not None:
            output.say(_("What was here before is kept in {folder}").format(folder=kept))
        _tell_what_is_left(home, found.config, found.manifest)


def _describe(found: "Checked") -> None:
    output.say(
        _("{file} was made at {at} UTC by {program} ({holds})").format(
            file=found.file,
            at=found.manifest.made_at[:16].replace("T", " "),
            program=found.manifest.made_by,
            holds=_size(found.manifest),
        )
    )
    output.say(_("Shops in it: {names}").format(names=", ".join(found.config.shops)))


def _size(manifest: "Manifest") -> str:
    size = sum(kept.bytes for kept in manifest.files)
    files = counted("{count} file", "{count} files", len(manifest.files))
    return _("{files}, {size} MB").format(files=files, size=f"{size / 10**6:.1f}")


def _ask(home: Home) -> None:
    if not home.config_file.exists():
        return
    if not someone_is_there():
        raise ConfigError(
            _("nobody is there to ask whether {home} may be replaced").format(home=home.path), _("add --yes")
        )
    typer.confirm(_("Replace what is in {home}? It is kept there in a folder.").format(home=home.path), abort=True)


def _tell_what_is_left(home: Home, config: "Config", manifest: "Manifest") -> None:
    from bot.secrets import Secrets, wanted

    if manifest.database == "postgresql":
        output.say(_("The orders are in PostgreSQL. If they are to be put back as well, use pg_restore."))
    secrets = Secrets(home, config.is_sandbox)
    for name, needed in wanted(config).items():
        if needed and secrets.place_of(name) is None:
            output.say(_("The secret {name} is missing: dropferry secret set {name}").format(name=name))
    for account in config.accounts:
        if not home.profile(account, config.is_sandbox).is_dir():
            output.say(_("Account {name} is to be signed in: dropferry login {name}").format(name=account))
        output.say(
            _("Nothing is bought by account {name} before: dropferry reconcile --account {name} --since DATE").format(
                name=account
            )
        )
