"""Measured figures, and how they are shown."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value; ``aim`` is the most it should be, where there is an aim."""

    name: str
    value: float
    unit: str
    aim: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the aim was met."""
        if self.aim is None:
            return ""
        return "ok" if self.value <= self.aim else "MISSED"


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def p50_p99(
    name: str, seconds: Sequence[float], *, aim: float | None = None, aim_p50: float | None = None
) -> list[Figure]:
    """Median and 99th percentile in milliseconds."""
    return [
        Figure(name=f"{name}, p50", value=quantile(seconds, 0.5) * 1000, unit="ms", aim=aim_p50),
        Figure(name=f"{name}, p99", value=quantile(seconds, 0.99) * 1000, unit="ms", aim=aim),
    ]


def table(figures: Sequence[Figure]) -> str:
    """The figures as text."""
    width = max((len(each.name) for each in figures), default=0)
    lines = []
    for each in figures:
        aim = f"aim ≤ {each.aim:g}" if each.aim is not None else ""
        lines.append(f"{each.name:<{width}}  {each.value:>12,.2f} {each.unit:<8} {aim:<14} {each.verdict}".rstrip())
    return "\n".join(lines)


def save(figures: Sequence[Figure]) -> Path:
    """Write the figures with what they were measured on to ``bench-results/``."""
    at = datetime.now(UTC)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = {
        "at": at.isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "machine": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
        "load": Path("/proc/loadavg").read_text().split()[:3],
        "figures": [asdict(each) for each in figures],
    }
    folder = ROOT / "bench-results"
    folder.mkdir(exist_ok=True)
    path = folder / f"{at:%Y-%m-%d-%H%M}.json"
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return path
