"""How much an import may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Upper bounds of one file; whatever exceeds one is refused with the bound and the way out."""

    bytes: int = 20 * 1024 * 1024
    rows: int = 20_000
    columns: int = 1_000
    cell: int = 100_000
    """Characters in one cell; the body of a GitHub issue holds up to 65,536."""
    unpacked_bytes: int = 100 * 1024 * 1024
    """All parts of a workbook together, unpacked."""
    packed_ratio: int = 200
    """Unpacked size of a part of a workbook over its packed size."""
    parts: int = 2_000
    """Files inside a workbook."""
    depth: int = 6
    """Nesting of JSON objects."""
