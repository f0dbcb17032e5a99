"""Which encoding a text file is in, and its text."""

import codecs
import re

from headway.engine.errors import Invalid

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> str:
    """The text of `data`: UTF-8 or UTF-16 (with or without mark), else Windows-1252.

    Raises `Invalid` when it is no text at all.
    """
    text = _decoded(data, _encoding(data))
    found = _CONTROL.search(text)
    if found:
        raise Invalid(
            f"The file does not look like text: it holds the control character U+{ord(found.group()):04X} "
            f"at position {found.start():,}. Save it as CSV in UTF-8 and try again.",
            code="import.not_text",
        )
    return text


def _encoding(data: bytes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    sample = data[:2000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd + even > 1 and not (odd and even):
        return "utf-16-le" if odd else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(
            f"The file is not readable as text: byte {error.start:,} fits neither UTF-8, UTF-16 nor "
            "Windows-1252. Save it as CSV in UTF-8 and try again.",
            code="import.wrong_encoding",
        ) from error
