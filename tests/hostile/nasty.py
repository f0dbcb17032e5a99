"""Values that people of bad will, and programs with bugs, send; drawn from a seeded generator."""

import random
from typing import Any

HUGE = (2**31, 2**53 + 1, 2**63, 2**64, 10**30, -1, 0, -(2**63) - 1)
NUMBERS: tuple[Any, ...] = (*HUGE, 1, 2, 3, 40_000, 0.5, 1e308, -0.0, "1", "", "NaN", "1e999", True, None, [], {})
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "x\udfffy",
    "\u202ereversed",
    "\u0000\u200b",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(1)",
    "' OR 1=1 --",
    "%00%s%(x)s{0}",
    "../../etc/passwd",
    "__class__",
    "-__class__",
    "a" * 300,
    "ﬀ" * 41,
    "🚂" * 130,
    "\r\nSet-Cookie: a=b",
    "9" * 5000,
    "todo",
    "closed",
    "rte",
    "kestrel",
)
DAYS = ("2026-09-07", "9999-12-31", "0001-01-01", "2026-02-30", "10000-01-01", "1e9", "", "-2026-01-01", "2026-09-20")
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{",
    b"[" * 50_000,
    b'{"a":' * 5_000,
    b'{"title": NaN}',
    b'{"title": "\\ud800"}',
    b'{"points": 1e999, "share": 1e999}',
    b"\xff\xfe\x00",
    b'{"__proto__": {}, "train_id": 1, "version": 9, "id": 1}',
)
UUIDS = ("7d444840-9dc0-11d1-b245-5ffdce74fad2", "", "not-a-uuid", "0" * 32, None)


class Nasty:
    """Draws values; ``ids`` are real ones, of this train and of others."""

    def __init__(self, seed: str, ids: list[int]) -> None:
        self._random = random.Random(seed)
        self.ids = ids

    def one_of(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def often(self, share: float) -> bool:
        return self._random.random() < share

    def number(self) -> Any:
        """Mostly somebody's id or number, else something that is none."""
        return self.one_of(*self.ids) if self.often(0.6) else self.one_of(*NUMBERS)

    def text(self) -> str:
        return str(self.one_of(*TEXTS))

    def for_address(self) -> str:
        """Something to stand in a path or a query."""
        return str(self.number() if self.often(0.7) else self.text())

    def of(self, schema: dict[str, Any], known: dict[str, Any]) -> Any:
        """A value for a JSON schema: of the right kind, but nasty; now and then of the wrong one."""
        if self.often(0.08):
            return self.one_of(*NUMBERS, *TEXTS[:6])
        if "$ref" in schema:
            return self.of(known[schema["$ref"].rsplit("/", 1)[1]], known)
        if "anyOf" in schema:
            return self.of(self.one_of(*schema["anyOf"]), known)
        if "allOf" in schema:
            return self.of(schema["allOf"][0], known)
        if "enum" in schema:
            return self.one_of(*schema["enum"])
        return self._plain(schema, known)

    def _plain(self, schema: dict[str, Any], known: dict[str, Any]) -> Any:
        match schema.get("type"), schema.get("format"):
            case "object", _:
                return {name: self.of(each, known) for name, each in schema.get("properties", {}).items()}
            case "array", _:
                return [self.of(schema.get("items", {}), known) for _ in range(self.one_of(0, 1, 3))]
            case "string", "date":
                return self.one_of(*DAYS)
            case "string", "uuid":
                return self.one_of(*UUIDS)
            case "string", _:
                return schema.get("default") or self.text() if self.often(0.5) else self.text()
            case (("integer" | "number"), _):
                return self.number()
            case "boolean", _:
                return self.one_of(True, False)
            case _:
                return None
