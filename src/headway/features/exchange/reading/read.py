"""Which reader a file needs, told by its content rather than its name."""

from headway.engine.errors import Invalid

from .csv_table import read_csv
from .document import read_json
from .limits import Limits
from .table import Table

_ZIP = b"PK\x03\x04"
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old .xls or a locked workbook", "Save it as .xlsx without a password."),
    (b"%PDF", "a PDF", "Export the list itself as CSV or Excel."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and import the file inside."),
    (b"PK\x05\x06", "an empty ZIP archive", "Export the list as CSV or Excel."),
)


def read_table(file_name: str, data: bytes, limits: Limits | None = None) -> Table:
    """The table in a CSV, Excel or JSON file. Raises `Invalid` with the reason and the way out."""
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise Invalid(
            f"The file has {len(data):,} bytes; Headway reads up to {limits.bytes:,}. "
            "Export fewer columns, or split it.",
            code="import.too_large",
            field="file",
            value=len(data),
        )
    if not data.strip():
        raise Invalid("The file is empty. Export it again and make sure it holds rows.", code="import.empty")
    for mark, what, way_out in _FOREIGN:
        if data.startswith(mark):
            raise Invalid(f"The file is {what}. {way_out}", code="import.unknown_format")
    if data.startswith(_ZIP):
        from .workbook import read_workbook  # with its library come arrays, which no web process needs to hold

        return read_workbook(file_name, data, limits)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return read_json(file_name, data, limits)
    return read_csv(file_name, data, limits)
