"""Write ``headway/engine/forecast/published.py`` anew: ``python -m tests.engine.forecast.relearn``.

Learns the scores from the public data of HEADWAY_TEST_DATA (see ``boards``); only the scores are written, never
a row of the data.
"""

import os
import subprocess
import sys
from pathlib import Path

from headway.engine.forecast.calibration import Calibration, learn
from tests.engine.forecast.boards import real_boards

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = ROOT / "src" / "headway" / "engine" / "forecast" / "published.py"


def source(calibration: Calibration) -> str:
    """The module that holds this calibration."""
    rows = "".join(f"        {row!r},\n" for row in calibration.scores)
    boards, count = calibration.boards, calibration.observations
    return f'''"""The scores Headway ships with: written by ``python -m tests.engine.forecast.relearn``, do not edit.

Learned by ``calibration.learn`` from {boards} boards of open-source projects with points delivered in at least
half of their sprints and 11 sprints or more; {count} forecasts five sprints ahead. The data are those of the study
of sprints in IEEE Transactions on Software Engineering 2017, doi 10.1109/TSE.2017.2693989. How well the scores
hold on boards they were not learned from is in docs/concepts/forecast.md.
"""

from headway.engine.forecast.calibration import Calibration

PUBLISHED = Calibration(
    usual_spread={calibration.usual_spread!r},
    horizons={calibration.horizons!r},
    levels={calibration.levels!r},
    scores=(
{rows}    ),
    boards={calibration.boards},
    observations={calibration.observations},
)
"""What forecasts of real teams turned out to need."""
'''


def main() -> int:
    """Learn, write, format."""
    data = Path(os.environ.get("HEADWAY_TEST_DATA", ROOT.parent / "shared" / "data"))
    PUBLISHED.write_text(source(learn(real_boards(data))), encoding="utf-8")
    return subprocess.run(["ruff", "format", "--quiet", str(PUBLISHED)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
