"""Writes ``docs/reference/`` from the code: ``python -m tests.house.reference``. A test keeps the two equal."""

import json
import os
from collections.abc import Iterable
from functools import cache
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headway.site.settings")

REFERENCE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference"
MADE = "<!-- Made from the code by `make docs`; a test keeps it equal. -->\n"


@cache
def pages() -> dict[str, str]:
    """Every page of the reference by its file's name. Django has to be set up."""
    return {
        "permissions.md": permissions(),
        "settings.md": settings(),
        "journal.md": journal(),
        "cli.md": cli(),
        "api.md": api(),
        "api.json": json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n",
        "documents.md": documents(),
        **{f"schema-{name}.json": text for name, text in document_schemas().items()},
    }


def documents() -> str:
    """Every kind of document of the engine, and its schema."""
    from headway.engine.documents import FORMATS, schemas

    rows = [
        (f"`headway/{name}`", schemas()[name]["title"], f"[schema-{name}.json](schema-{name}.json)") for name in FORMATS
    ]
    return _page(
        "Documents",
        "What `headway plan`, `headway forecast` and `headway network` read and write is JSON. A document may say what "
        "it is in `format` and `version` (1). Names that are not known are refused, and so is everything else that is "
        "wrong, with its path, its value and the way out. Iterations are named by their index from 0 or by their name, "
        "which has to stand in `iterations`. A document has at most 64 MiB and 100,000 entries in any list.",
        _table(("Format", "What", "JSON schema"), rows),
    )


def document_schemas() -> dict[str, str]:
    """The JSON schemas of the documents, by the name of the kind."""
    from headway.engine.documents import schemas

    return {name: json.dumps(each, indent=1, ensure_ascii=False) + "\n" for name, each in schemas().items()}


def permissions() -> str:
    """Who may do what, and why."""
    from headway.kit.access import TABLE

    rows = [(rule.title, rule.holders(), f"`{rule.scope}`", rule.reason) for rule in TABLE.values()]
    return _page(
        "Permissions",
        "Who may do what. Pages, API and command line all ask this one table, and everybody on a train can read it "
        "there under *Train → Permissions*. A personal token may do at most what its scopes say, and never more than "
        "its owner.",
        _table(("What", "Who", "Scope", "Why"), rows),
    )


def settings() -> str:
    """Every setting of an installation."""
    from headway.kit.settings import Settings

    rows = [
        (f"`HEADWAY_{name.upper()}`", _type(field.annotation), _default(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return _page(
        "Settings",
        "An installation is set up by variables of its environment, or by a file `headway.toml` in the folder it is "
        "started from, which names them in lower case and without `HEADWAY_` (`port = 8080`). The environment wins. "
        "All settings are checked at start; Headway tells every mistake at once and does not start with one.",
        _table(("Variable", "Value", "Default", "Meaning"), rows),
    )


def journal() -> str:
    """Every verb of the journal."""
    from headway.store.verbs import VERBS

    rows = [
        (f"`{name}`", verb.reads, f"`{verb.permission}`", "yes" if verb.undoable else "no")
        for name, verb in sorted(VERBS.items())
    ]
    return _page(
        "Journal",
        "Every change of a train is an entry of its journal: a number without gaps, who, when, a verb, the thing, its "
        "changed columns before, and the whole thing after. Entries are never changed or removed. An entry about a "
        "thing that was made has no *before*, one about a thing that was removed no *after*.",
        _table(("Verb", "Reads as", "Permission", "Can be undone"), rows),
    )


def cli() -> str:
    """Every command with its options."""
    import click

    from headway.cli import headway as group

    parts = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if command is not None:
            parts += list(_command(command, f"headway {name}"))
    return _page(
        "Command line",
        "Exit codes: 0 done, 1 refused with a sentence on standard error, 2 wrong usage.",
        "\n".join(parts).rstrip() + "\n",
    )


def api() -> str:
    """Every operation of the API, a line each."""
    described = schema()
    parts = []
    for tag in sorted({tag for _, _, operation in _operations(described) for tag in operation.get("tags", ["other"])}):
        rows = [
            (f"`{method.upper()} {path}`", operation.get("summary", ""), _first_line(operation.get("description", "")))
            for path, method, operation in _operations(described)
            if tag in operation.get("tags", ["other"])
        ]
        parts += [f"## {tag.capitalize()}\n", _table(("Call", "What", "Note"), rows)]
    return _page(
        "REST API",
        "Send a personal token as `Authorization: Bearer hw_…`, or, from a browser, the session cookie and the header "
        "`X-CSRFToken`. Errors are problem details (RFC 9457) whose `detail` is a sentence for people and whose `code` "
        "is for programs. A change may carry `command_id` (a UUID), which makes sending it again harmless, and `seen`, "
        "the version it was decided on: the answer is 409 with the `present` state when somebody else has changed the "
        "same fields since. The full description in OpenAPI is [api.json](api.json); an installation serves it at "
        "`/api/v1/openapi.json`.",
        "\n".join(parts),
    )


def schema() -> dict[str, Any]:
    """The OpenAPI description; the version is left out, since it changes with every release."""
    from headway.api.root import api as root

    described: dict[str, Any] = json.loads(json.dumps(root.get_openapi_schema()))
    described["info"]["version"] = "1"
    return described


def _operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in described["paths"].items() for method, each in methods.items()]


def _command(command: Any, name: str) -> Iterable[str]:
    import click

    context = click.Context(command, info_name=name)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            if found is not None:
                yield from _command(found, f"{name} {each}")
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## {name}\n"
    yield f"    {name} {usage}\n".replace(" \n", "\n")
    yield from (_paragraph(each) + "\n" for each in cleandoc(command.help or "").split("\n\n"))
    rows = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and "--help" not in record[0]:
            rows.append((f"`{record[0]}`", record[1]))
    if rows:
        yield _table(("Option", "Meaning"), rows)


def _paragraph(text: str) -> str:
    """A paragraph of help; click keeps the lines of one that begins with a backspace, as of examples."""
    if not text.startswith("\b"):
        return " ".join(text.split())
    first, *lines = text.removeprefix("\b").strip().split("\n")
    return "\n".join([first, "", *(f"    {line.strip()}" for line in lines)])


def _page(title: str, lead: str, body: str) -> str:
    return f"{MADE}# {title}\n\n{lead}\n\n{body}"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    lines += [f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _type(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{each}`" for each in get_args(annotation))
    if isinstance(annotation, UnionType) or get_origin(annotation) is not None:
        inner = get_args(annotation)[0]
        return "list" if get_origin(annotation) is list or get_origin(inner) is list else _type(inner)
    return {"str": "text", "int": "whole number", "bool": "true or false", "Path": "folder"}.get(
        annotation.__name__, annotation.__name__
    )


def _default(value: Any) -> str:
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if str(value) else "empty"


def _first_line(text: str) -> str:
    return text.strip().split("\n\n")[0]


def main() -> None:
    """Write every page."""
    import django

    django.setup()
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
