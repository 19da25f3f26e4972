"""Pictures of products for the bar, fetched beside everything else: one that is not there in time is left out."""

from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor

from bot import hosts
from bot.fetching import NotFetched, fetch

LARGEST = 400_000
SECONDS = 5.0
KINDS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
RIFF, FTYP = (b"RIFF", b"WEBP"), (b"ftyp", b"avi")


class Pictures:
    """Fetches each address once, from the sites' own hosts or the sandbox's `origins`; use `close` at the end."""

    def __init__(self, origins: Collection[str] = ()) -> None:
        self._origins = origins
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="pictures")
        self._asked: dict[str, Future[bytes | None]] = {}

    def ask(self, url: str | None) -> None:
        """A picture will be wanted."""
        if url and url not in self._asked:
            self._asked[url] = self._workers.submit(_picture, url, self._origins)

    def get(self, url: str | None) -> bytes | None:
        """The picture, if it has come by now."""
        asked = self._asked.get(url or "")
        return asked.result() if asked is not None and asked.done() else None

    def close(self) -> None:
        """Wait for nothing any more."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._asked.clear()


def _picture(url: str, origins: Collection[str]) -> bytes | None:
    address = f"https:{url}" if url.startswith("//") else url
    try:
        content = fetch(address, hosts.PICTURES, origins=origins, at_most=LARGEST, seconds=SECONDS)
    except NotFetched:
        return None
    return content if _is_picture(content) else None


def _is_picture(content: bytes) -> bool:
    """Whether the bytes are of a kind that is drawn and cannot run anything."""
    if content.startswith(KINDS):
        return True
    head, kind, brand = content[:4], content[4:8], content[8:12]
    return (head, brand) == RIFF or (kind == FTYP[0] and brand[:3] == FTYP[1])
