"""Numbers at the edge of what the two databases can hold."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from headway.store.models import Train
from tests.builders import build_dependency, build_feature, build_story

As = Callable[[str], Client]
API = "/api/v1/trains/orion"
EDGES = (32_767, 32_768, 40_000, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 10**30)


@pytest.mark.parametrize("number", EDGES)
def test_no_number_is_too_large_for_a_sentence(number: int, as_: As, train: Train) -> None:
    build_feature(train)
    build_story(train)
    build_dependency(train)
    tried: list[tuple[str, str, str, dict[str, Any]]] = [
        ("rosa", "post", "pis", {"starts_on": "2028-01-03", "number": number}),
        ("rosa", "post", "pis", {"starts_on": "2028-01-03", "iterations": number, "ip_weeks": number}),
        ("rosa", "patch", "pis/1", {"buffer_percent": number}),
        ("rosa", "patch", "", {"iteration_weeks": number, "points_per_person": number}),
        ("tess", "patch", "stories/2", {"points": number, "seen": number}),
        ("tess", "patch", "stories/2", {"rank": number, "feature": number}),
        ("tess", "post", "stories/2/move", {"pi": number, "iteration": number}),
        ("paul", "patch", "features/1", {"user_value": number, "size": number}),
        ("paul", "post", "features/1/rank", {"above": number}),
        ("paul", "patch", "features", {"numbers": [number], "pi": number}),
        ("paul", "put", f"features/1/targets/{number}", {}),
        ("paul", "delete", f"features/1/targets/{number}", {}),
        ("paul", "delete", f"features/1?seen={number}", {}),
        ("paul", "post", "themes", {"name": "x", "weight": number}),
        ("tess", "put", f"capacity/kestrel/{number}", {"points": number, "note": "x"}),
        ("tess", "put", f"capacity/kestrel/{number}", {"points": 1, "note": "x"}),
        ("tess", "post", "teams/kestrel/members", {"person": number}),
        ("tess", "post", "teams/kestrel/members", {"person": 1, "share": number}),
        ("tess", "get", f"people/{number}", {}),
        ("tess", "get", f"people?page={number}", {}),
        ("tess", "get", f"board?pi={number}", {}),
        ("tess", "get", f"capacity?pi={number}", {}),
        ("tess", "get", f"journal?before={number}&limit=500", {}),
        ("tess", "get", f"stories?team={number}&pi={number}&offset={number}", {}),
        ("tess", "get", f"dependencies?owner={number}", {}),
        ("tess", "patch", "dependencies/3", {"owner": number, "needed_by": number}),
        ("tess", "post", "dependencies/3/request", {"needed_by": number}),
    ]
    clients = {name: as_(name) for name in ("rosa", "paul", "tess")}
    broken = []
    for name, method, path, body in tried:
        sent = {} if method == "get" else {"data": body, "content_type": "application/json"}
        answer = getattr(clients[name], method)(f"{API}/{path}".rstrip("/"), **sent)
        if answer.status_code >= 500 or (answer.status_code >= 400 and not answer.json()["detail"]):
            broken.append((method, path, answer.status_code))
    assert broken == []
