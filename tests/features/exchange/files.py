"""Small files as people export them, and where the real ones are."""

import os
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("HEADWAY_TEST_DATA") or ROOT.parent / "shared" / "data")


def real(name: str) -> bytes:
    """The bytes of a real export; skips loudly when the data is not there."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real data {path} is missing; set HEADWAY_TEST_DATA to the folder that holds it")
    return path.read_bytes()


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def workbook_of(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part added or replaced."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target.getvalue()
