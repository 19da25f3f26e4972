"""What makes a shop page heavy: pictures, a font, and the pixel by which visitors are counted. All of it is made up."""

import random
import struct
import zlib
from functools import lru_cache

_WIDTH, _HEIGHT = 160, 120
# One transparent pixel.
PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


@lru_cache(maxsize=64)
def picture(name: str) -> bytes:
    """A PNG of noise, about 58 kB, always the same for the same name."""
    noise = random.Random(name)  # noqa: S311 - a picture, not a secret
    rows = b"".join(b"\0" + noise.randbytes(3 * _WIDTH) for _ in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@lru_cache(maxsize=1)
def font() -> bytes:
    """A TrueType font whose only letter is a blank, with noise in a table of its own that makes it weigh 40 kB."""
    tables = {
        b"OS/2": struct.pack(
            ">HhHHHhhhhhhhhhhh10sIIII4sHHHhhhHHIIhhHHH",
            *(4, 500, 400, 5, 0, 650, 700, 0, 140, 650, 700, 0, 480, 50, 250, 0),
            *(bytes(10), 1, 0, 0, 0, b"NONE", 64, 32, 32, 800, -200, 90, 1000, 200, 1, 0, 500, 700, 0, 32, 1),
        ),
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 1, 12)
        + struct.pack(">HHHHHHHHHHHHhhHH", 4, 32, 0, 4, 4, 1, 0, 32, 0xFFFF, 0, 32, 0xFFFF, -31, 1, 0, 0),
        b"glyf": struct.pack(">hhhhhHHBBhhhBBB", 1, 0, 0, 1, 1, 2, 0, 1, 1, 0, 1, 0, 1, 1, 0) + bytes(1),
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 500, 700, 0, 8, 2, 0, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 90, 500, 0, 0, 500, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", 500, 0, 500, 0),
        b"loca": struct.pack(">HHH", 0, 0, 0),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 3, 1, 0, 0, 1, 0, 0, 0, 0, 64, 0, 0, 0),
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 1, 0, 0, 0, 0),
        b"zzzz": random.Random("font").randbytes(40_000),  # noqa: S311 - weight, not a secret
    }
    place = 12 + 16 * len(tables)
    directory, bodies = b"", b""
    for tag, body in sorted(tables.items()):
        padded = body + bytes(-len(body) % 4)
        words = struct.unpack(f">{len(padded) // 4}I", padded)
        directory += struct.pack(">4sIII", tag, sum(words) & 0xFFFFFFFF, place + len(bodies), len(body))
        bodies += padded
    return struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128) + directory + bodies
