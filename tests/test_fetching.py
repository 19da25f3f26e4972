"""Opening an address: only hosts that are allowed, redirects inside them, and never more than was asked for."""

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.fetching import NotFetched, fetch, ping
from tests.serving import serve

asked: list[str] = []


def plain(request: Request) -> Response:
    asked.append(request.headers.get("accept-encoding", ""))
    return PlainTextResponse("alive")


def far(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"])


def around(_: Request) -> Response:
    return RedirectResponse("/round")


def large(_: Request) -> Response:
    return PlainTextResponse("x" * 3_000_000)


def slow(_: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await anyio.sleep(0.02)

    return StreamingResponse(drops())


def broken(_: Request) -> Response:
    return PlainTextResponse("secret words of a page", status_code=500)


PAGES = {"/plain": plain, "/far": far, "/round": around, "/large": large, "/slow": slow, "/broken": broken}


@pytest.fixture(name="here", scope="module")
def here_fixture() -> Iterator[str]:
    """A server on this machine, which a person may name for a service of their own."""
    with serve(Starlette(routes=[Route(path, page) for path, page in PAGES.items()])) as url:
        yield url


def refused(url: str, **bounds: float) -> str:
    with pytest.raises(NotFetched) as caught:
        ping(url, **bounds)  # type: ignore[arg-type]
    return caught.value.what


class TestFetch:
    """An address that a page shows."""

    def test_an_answer(self, here: str) -> None:
        """What is answered comes back, also after a redirect inside the list; it is asked for unpacked."""
        asked.clear()
        assert b"alive" == fetch(f"{here}/plain", [], origins=[here])
        assert b"alive" == fetch(f"{here}/far?to=/plain", [], origins=[here])
        assert ["identity"] * 2 == asked

    def test_no_address_that_is_not_allowed(self, here: str) -> None:
        """Nothing is opened outside the list, this machine least of all; a path, which may be a key, is not told."""
        asked.clear()
        tricks = [
            "https://evil.example/key",
            "http://pictures.example/key",
            "https://127.0.0.1/key",
            f"{here}/plain?key",
        ]
        for url in [*tricks, "x", "https://[key", "file:///key"]:
            with pytest.raises(NotFetched, match="is not opened") as caught:
                fetch(url, ["pictures.example"])
            assert "key" not in caught.value.what
        assert [] == asked

    def test_no_redirect_leads_away(self, here: str) -> None:
        """A redirect out of the list is not followed, wherever it leads."""
        for other in ("http://127.0.0.1:9/x", "https://evil.example/x", "http://localhost/x", "file:///etc/passwd"):
            with pytest.raises(NotFetched, match="is not opened"):
                fetch(f"{here}/far?to={other}", ["pictures.example"], origins=[here])


class TestPing:
    """An address that a person has set."""

    def test_here(self, here: str) -> None:
        """A service of one's own may run on this machine; a redirect stays on its host."""
        asked.clear()
        ping(f"{here}/far?to=/plain")
        assert 1 == len(asked)
        for other in ("http://127.0.0.1:9/x", "http://localhost/x"):
            assert "it sends to another host" in refused(f"{here}/far?to={other}")
        assert "it sends from one address to the next without end" in refused(f"{here}/round")

    def test_elsewhere(self) -> None:
        """Elsewhere it has to be https, with a host that has a name."""
        assert "hc.example is not opened: it does not begin with https://" == refused("http://hc.example/key")
        assert "10.0.0.1 is not opened: its host is not a name" == refused("https://10.0.0.1/key")

    def test_bounds(self, here: str) -> None:
        """An answer that is too large, too slow or an error is refused by the host's name."""
        assert "127.0.0.1: its answer is larger than 1000 bytes" == refused(f"{here}/large", at_most=1000)
        assert "127.0.0.1: its answer takes too long" == refused(f"{here}/slow", seconds=0.2)
        assert "127.0.0.1: it answers 500" == refused(f"{here}/broken")
        assert "127.0.0.1: no answer (ConnectError)" == refused("http://127.0.0.1:9/x")
