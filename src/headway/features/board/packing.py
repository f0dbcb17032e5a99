"""A page whose largest part is compressed once for everybody.

The table of a large board is most of its page and the same for all viewers; compressing it anew for each of 300
people who open the board at once would cost more than everything else. A gzip body may be put together from
pieces that each end on a byte boundary (RFC 1951, an empty stored block after a full flush).
"""

import struct
import zlib
from dataclasses import dataclass

LEVEL = 6
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a body: as it is, and compressed so that other parts can follow."""

    plain: bytes
    packed: bytes


def piece(plain: bytes) -> Piece:
    """Compress a part that will stand in the middle."""
    return Piece(plain, _deflated(plain, zlib.Z_FULL_FLUSH))


def gzipped(before: bytes, middle: Piece, after: bytes) -> bytes:
    """One gzip body of three parts, of which only the outer two are compressed now."""
    check = zlib.crc32(after, zlib.crc32(middle.plain, zlib.crc32(before)))
    length = len(before) + len(middle.plain) + len(after)
    return b"".join(
        [
            _HEAD,
            _deflated(before, zlib.Z_FULL_FLUSH),
            middle.packed,
            _deflated(after, zlib.Z_FINISH),
            struct.pack("<II", check, length & 0xFFFFFFFF),
        ]
    )


def _deflated(plain: bytes, ending: int) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush(ending)
