"""The tutorial of the engines does what it says: its blocks run, one after the other, and print what stands there."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "tutorial" / "engines.md"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def test_every_block_prints_what_stands_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    blocks = list(BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    for block in blocks:
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile(block["code"], str(PAGE), "exec"), names)  # noqa: S102
        assert printed.getvalue() == (block["printed"] or ""), block["code"]
    assert len(blocks) == 10
