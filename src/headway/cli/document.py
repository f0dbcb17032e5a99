"""Documents of the engine on the command line: read from a file or standard input, written to a file or shown."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import click

from headway.engine.errors import Invalid

T = TypeVar("T")

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
OUT = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


class Bar(Protocol):
    """Where progress is shown."""

    def show(self, done: float) -> None:
        """Set the bar to this part (0 to 1) of the way."""


def read(kind: type[T], file: Path) -> T:
    """The value of this kind in a file, or on standard input for “-”. Raises Invalid, naming the file."""
    from headway.engine import documents

    try:
        text = sys.stdin.read().encode() if str(file) == "-" else file.read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise Invalid(f"Cannot read {file}: {why}.", code="unreadable") from None
    try:
        return documents.read(kind, text)
    except Invalid as error:
        raise Invalid(f"{file}: {error}", code=error.code, **error.data) from None


def write(text: str, output: Path, force: bool) -> None:
    """Write a document to a file, or to standard output for “-”. Raises Invalid when it cannot be written."""
    if str(output) == "-":
        click.echo(text)
        return
    if output.exists() and not force:
        raise Invalid(f"{output} exists already; choose another name, or replace it with --force.", code="exists")
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Invalid(f"Cannot write {output}: {error.strerror}.", code="unwritable") from None
    click.echo(f"Wrote {output}.", err=True)


class _Shown:
    def __init__(self, bar: "click._termui_impl.ProgressBar[int]") -> None:
        self._bar = bar

    def show(self, done: float) -> None:
        steps = int(min(1.0, done) * 1000) - self._bar.pos
        if steps > 0:
            self._bar.update(steps)


class _Silent:
    def show(self, done: float) -> None:
        """Nothing: nobody is looking."""


@contextmanager
def progress(label: str) -> Iterator[Bar]:
    """A bar on standard error while a person is looking at it."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr, show_eta=False) as bar:
        yield _Shown(bar)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Columns of text; the first ``left`` are flush left, numbers in the others flush right."""
    every = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[at]) for row in every) for at in range(len(headings))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in every
    )


def percent(part: float) -> str:
    """A part of one in whole per cent."""
    return f"{part * 100:.0f} %"
