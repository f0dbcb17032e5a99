"""Who may import whom, and what a module may be called."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

import headway

SOURCE = Path(headway.__file__).parent
ROOT = SOURCE.parent.parent
DOORS = {"urls", "api", "views", "jobs", "forms", "schemas", "fragments"}
JUNK_DRAWERS = {"common", "helper", "helpers", "manager", "managers", "misc", "service", "services", "util", "utils"}
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("headway", cache_dir=None)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def short(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_the_import_contracts_are_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nobody_enters_through_another_features_doors() -> None:
    intruders = [
        f"{importer} imports {imported}"
        for imported in graph().find_descendants("headway.features")
        if len(name := imported.split(".")) > 3 and name[3] in DOORS
        for importer in graph().find_modules_that_directly_import(imported)
        if importer.startswith("headway.features.") and importer.split(".")[2] != name[2]
    ]
    assert intruders == []


@pytest.mark.parametrize("blocked", [("django",), ("pydantic", "ninja"), ("psycopg", "sqlite3"), ("uvicorn", "click")])
def test_the_engine_can_be_used_without(blocked: tuple[str, ...]) -> None:
    script = (
        "import sys, pkgutil, importlib\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        "import headway.engine\n"
        "for each in pkgutil.walk_packages(headway.engine.__path__, 'headway.engine.'):\n"
        "    importlib.import_module(each.name)\n"
        "print(sum(name.startswith('headway.engine') for name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) == sum(1 for _ in (SOURCE / "engine").rglob("*.py"))


def test_the_server_loads_no_solver_and_no_arrays() -> None:
    """They cost a hundred megabytes; what needs them is done by a worker."""
    script = (
        "import sys, django\n"
        "django.setup()\n"
        "from django.urls import get_resolver\n"
        "import headway.site.asgi\n"
        "get_resolver().url_patterns\n"
        "print(sorted({'numpy', 'scipy', 'ortools', 'pandas', 'highspy'} & set(sys.modules)))\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "headway.site.settings", "HEADWAY_DEBUG": "true"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


STOPWATCH = SOURCE / "engine" / "planner" / "stop.py"
"""The one place of the engine that looks at a watch: a search may be given a time limit."""


def test_the_engine_asks_neither_clock_nor_chance() -> None:
    """Chance comes from generators made with a seed; those keep their own name, such as ``self._random``."""
    asked = [
        f"{short(path)}:{node.lineno} {ast.unparse(node.func)}"
        for path in MODULES
        if "engine" in path.relative_to(SOURCE).parts[:1] and path != STOPWATCH
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and asks_clock_or_chance(node, path)
    ]
    assert asked == []


def asks_clock_or_chance(call: ast.Call, path: Path) -> bool:
    """Whether it asks the machine's clock, the module-wide generator, or makes a generator without a seed."""
    asked = ast.unparse(call.func)
    owner, _, name = asked.rpartition(".")
    if name in {"Random", "default_rng", "Generator", "PCG64", "SFC64", "Philox", "SeedSequence"}:
        return not call.args and not call.keywords
    if owner == "random":
        # Elsewhere a seeded generator may go by that name.
        return any(isinstance(each, ast.Import) and each.names[0].name == "random" for each in parsed(path).body)
    if owner in {"numpy.random", "np.random"}:
        return True
    return name in CLOCKS and owner in {"", "time", "datetime", "date"}


CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}


def test_only_the_clock_knows_what_time_it_is() -> None:
    asked = [
        f"{short(path)}:{node.lineno} {ast.unparse(node.func)}"
        for path in MODULES
        if path != SOURCE / "kit" / "clock.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func)
        in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time"}
    ]
    assert asked == []


def imported_names(path: Path, module: str) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (alias.name for alias in node.names)


WRITERS = {
    "features/exchange/founding.py": "a train that comes back from its export is written whole, journal and all",
    "demo/sample.py": "makes the sample accounts; the sample train itself is told through actions",
    "features/accounts": "accounts, tokens and preferences belong to no train and have no journal",
    "web/middleware.py": "notes when a token was last used",
}
"""Who else may write, and why."""


def is_writer(path: Path) -> bool:
    return "actions" in (path.stem, path.parent.name) or any(short(path).startswith(each) for each in WRITERS)


def test_only_actions_open_a_write_frame() -> None:
    openers = [
        short(path)
        for path in MODULES
        if "change" in imported_names(path, "headway.store.change") and not is_writer(path)
    ]
    assert openers == []


def test_nothing_but_actions_and_the_store_writes_rows() -> None:
    """A write by the manager escapes the journal; these words give it away."""
    words = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    found = [
        f"{short(path)}:{node.lineno} .{node.func.attr}()"
        for path in MODULES
        if path.relative_to(SOURCE).parts[0] in ("features", "api", "web", "live", "demo") and not is_writer(path)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in words or ast.unparse(node.func).endswith("objects.create"))
    ]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    tree = parsed(path)
    assert not tree.body or ast.get_docstring(tree), f"{short(path)} has no docstring"


def test_no_module_is_a_junk_drawer() -> None:
    assert [short(path) for path in SOURCE.rglob("*") if path.stem in JUNK_DRAWERS] == []


CATCHES_EVERYTHING = {
    "live/fragments.py": "an entry that cannot be drawn must not end everybody's stream",
    "store/jobs.py": "a job that fails must tell whoever asked, whatever went wrong",
}


def test_only_the_stream_and_the_jobs_catch_everything() -> None:
    catching = [
        f"{short(path)}:{node.lineno}"
        for path in MODULES
        if short(path) not in CATCHES_EVERYTHING
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]
    assert catching == []


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring left out."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    return lines - (ast.get_docstring(function) or "").count("\n") - 1


def test_every_function_fits_on_a_screen() -> None:
    long = [
        f"{short(path)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > 60
    ]
    assert long == []
