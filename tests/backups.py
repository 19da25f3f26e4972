"""A home of which a backup was made, and backups that were changed on the way."""

import hashlib
import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.backup import back_up
from bot.buying_home import note_reconciled
from bot.config import Config, load
from bot.db import Database
from bot.home import Home, write_private
from bot.models import JobRun
from bot.restore import checked, put_back

SHOP = "https://a.onshopbase.com"
CONFIG = f'[shops.main]\nurl = "{SHOP}"\naccount = "main"\n[accounts.main]\n'
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
Change = Callable[[dict[str, bytes]], None]


def made(folder: Path, migrated: Path, text: str = CONFIG) -> Home:
    """A home whose database is of this version."""
    home = Home(folder)
    home.ensure()
    write_private(home.config_file, text)
    write_private(home.path / "secrets.toml", "")
    shutil.copy(migrated, home.database_file)
    load(home)
    return home


def worked_in(folder: Path, migrated: Path) -> Home:
    """A home in which one run of a job is known, and which may buy."""
    home = made(folder, migrated)
    write_private(home.path / "recordings" / "order_list" / "empty" / "page.html", "<p>first</p>")
    database = Database(f"sqlite:///{home.database_file}")
    with database.write() as session:
        session.add(JobRun(name="sync:main", slot=NOW, started_at=NOW))
        note_reconciled(session, home, "main", NOW, datetime.now(UTC))
    database.close()
    return home


def backed_up(home: Home, file: Path) -> Path:
    """A backup of the home in `file`."""
    back_up(home, Config.model_validate(tables()), file, "dropferry 1")
    return file


def tables(url: str = SHOP) -> dict[str, Any]:
    return {"shops": {"main": {"url": url, "account": "main"}}, "accounts": {"main": {}}}


def runs(home: Home) -> list[str]:
    with closing(sqlite3.connect(home.database_file)) as reading:
        return [name for (name,) in reading.execute("SELECT name FROM job_run ORDER BY name")]


def restore(home: Home, file: Path) -> Path | None:
    with checked(home, file) as found:
        return put_back(home, found)


def changed(file: Path, change: Change) -> Path:
    """The backup with its members changed, and its list made to agree with them."""
    with zipfile.ZipFile(file) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    listed = json.loads(members.pop("manifest.json"))
    change(members)
    listed["files"] = [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    ]
    return packed_as(file, {"manifest.json": json.dumps(listed).encode(), **members})


def packed_as(file: Path, members: dict[str, bytes], kind: int = stat.S_IFREG) -> Path:
    other = file.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as packing:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = ((stat.S_IFREG if name == "manifest.json" else kind) | 0o777) << 16
            packing.writestr(member, content, zipfile.ZIP_DEFLATED)
    return other


def members_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def everything(home: Home) -> dict[str, bytes]:
    """All files of a home but its locks."""
    found = [each for each in home.path.rglob("*") if each.is_file() and "locks" not in each.parts]
    return {each.relative_to(home.path).as_posix(): each.read_bytes() for each in found}


def with_sql(folder: Path, statement: str) -> Change:
    """A change of the database in a backup."""

    def change(members: dict[str, bytes]) -> None:
        file = folder / "changed.db"
        file.write_bytes(members["dropferry.db"])
        with closing(sqlite3.connect(file)) as writing:
            writing.execute(statement)
            writing.commit()
        members["dropferry.db"] = file.read_bytes()
        file.unlink()

    return change
