"""How fast a tracker's export comes in, the first time and again."""

import json
import os
from pathlib import Path

from tests.live.installation import ROOT, Installation
from tests.speed.figures import Figure

ROWS = 2000
SCRIPT = """
import json, sys, time, django
django.setup()
from pathlib import Path
from headway.features.exchange.actions import run_import
from headway.features.exchange.queries import plan_import
from headway.features.exchange.reading.read import read_table
from headway.store.actors import actor_for
from headway.store.models import Entry, User

actor = actor_for(User.objects.get(email="rosa@example.org"), "orion")
data = Path(sys.argv[1]).read_bytes()
turns = []
for turn in range(2):
    before, began = Entry.objects.count(), time.perf_counter()
    plan = plan_import(actor, read_table(Path(sys.argv[1]).name, data))
    run_import(actor, plan=plan, file_name="bench.csv", digest="bench")
    turns.append({
        "seconds": time.perf_counter() - began, "rows": plan.rows, "entries": Entry.objects.count() - before,
    })
print(json.dumps(turns))
"""


def measure(installation: Installation) -> list[Figure]:
    """Rows a second of a generated Azure DevOps export, and of the real release plan where it is at hand."""
    generated = installation.folder / "work.csv"
    generated.write_text("\n".join(_rows()) + "\n")
    figures = _import(installation, generated, f"import of {ROWS:,} stories")
    data = Path(os.environ.get("HEADWAY_TEST_DATA", ROOT.parent / "shared" / "data"))
    real = data / "plans" / "k8s_kep_release_plan.csv"
    if real.exists():
        figures += _import(installation, real, "import of the Kubernetes release plan")
    return figures


def _rows() -> list[str]:
    teams, features = 12, 100
    rows = ["ID,Work Item Type,Title,State,Story Points,Parent,Area Path,Iteration Path,Predecessors"]
    rows += [
        rf"{each + 1},Feature,Feature {each},New,,,D\Teams\Team {each % teams},D\PI 7," for each in range(features)
    ]
    rows += [
        rf"{features + each + 1},User Story,Story {each},New,{each % 8 + 1},{each % features + 1},"
        rf"D\Teams\Team {each % features % teams},D\PI 7\Iteration {each % 5 + 1},"
        f"{features + each if each % 5 == 4 else ''}"
        for each in range(ROWS)
    ]
    return rows


def _import(installation: Installation, path: Path, name: str) -> list[Figure]:
    first, again = json.loads(installation.python(SCRIPT, str(path)))
    return [
        Figure(name=f"{name}, rows", value=first["rows"], unit="rows"),
        Figure(name=f"{name}, journal entries", value=first["entries"], unit="entries"),
        Figure(name=f"{name}, rows a second", value=first["rows"] / first["seconds"], unit="1/s"),
        Figure(name=f"{name}, the same file again", value=again["rows"] / again["seconds"], unit="1/s"),
        Figure(name=f"{name}, entries the second time", value=again["entries"], unit="entries", aim=0),
    ]
