"""The drawing: every piece once, in its team's row and its iteration's column, and none on top of another."""

import random
from itertools import combinations

import pytest

from headway.features.network.picture import BOX_HEIGHT, BOX_WIDTH, HEAD, MOST_STRANDS, draw
from headway.features.network.questions.scope import Scope
from headway.features.network.strands import IterationRow, Piece, Strand, TeamRow, Web

TEAMS = tuple(
    TeamRow(at, f"team{at}", f"Team number {at}" if at < 3 else f"A party with a very long name indeed {at}", at > 3)
    for at in range(1, 6)
)
ITERATIONS = tuple(
    IterationRow(at + 1, at // 6 + 1, at // 6 + 1, f"PI {at // 6 + 1}", f"I{at % 6 + 1}", at % 6 == 5)
    for at in range(12)
)


def piece(number: int, team: int | None = 1, at: int | None = 0) -> Piece:
    pis = frozenset() if at is None else frozenset({at // 6 + 1})
    return Piece(key=f"s{number}", kind="story", number=number, title=f"Piece {number}", team_id=team, at=at, pis=pis)


def strand(number: int, provider: Piece, consumer: Piece, state: str = "requested") -> Strand:
    return Strand(number=number, needs="x", type="feature", state=state, provider=provider, consumer=consumer)


def web(*strands: Strand) -> Web:
    pieces = {end.key: end for each in strands for end in (each.provider, each.consumer)}
    return Web(teams=TEAMS, iterations=ITERATIONS, pieces=pieces, strands=strands)


def tangle(count: int, seed: int) -> Web:
    chance = random.Random(seed)
    pieces = [
        piece(at, chance.choice([1, 2, 3, 4, 5, None]), chance.choice([None, *range(12)])) for at in range(count // 2)
    ]
    return web(*(strand(at, *chance.sample(pieces, 2)) for at in range(count)))


@pytest.mark.parametrize("pi_id", [None, 1])
@pytest.mark.parametrize("seed", range(3))
def test_every_piece_stands_once_in_its_row_and_column_and_on_no_other(pi_id: int | None, seed: int) -> None:
    scope = Scope(web=tangle(150, seed), pi_id=pi_id)
    drawing = draw(scope)
    ends = {end.key for each in scope.shown for end in (each.provider, each.consumer)}
    assert sorted(box.piece.key for box in drawing.boxes) == sorted(ends)
    overlapping = [
        (one.piece.key, other.piece.key)
        for one, other in combinations(drawing.boxes, 2)
        if abs(one.x - other.x) < BOX_WIDTH and abs(one.y - other.y) < BOX_HEIGHT
    ]
    assert overlapping == []
    for box in drawing.boxes:
        columns = [each for each in drawing.columns if each.x <= box.x and box.x + BOX_WIDTH <= each.x + each.width]
        bands = [each for each in drawing.bands if each.y < box.y and box.y + BOX_HEIGHT < each.y + each.height]
        assert (len(columns), len(bands)) == (1, 1)
        outside = {None: "Not planned"}.get(box.piece.at, scope.where(box.piece.at))
        assert columns[0].name == (outside if pi_id is None or box.piece.at is None or box.piece.at < 6 else "After")
    assert {(curve.provider, curve.consumer) for curve in drawing.curves} == {each.pair for each in scope.shown}


def test_two_dependencies_between_the_same_pieces_are_one_curve_of_the_worse_health() -> None:
    a, b = piece(1, 1, 2), piece(2, 2, 2)
    drawing = draw(Scope(web=web(strand(7, a, b), strand(8, a, b, "delivered")), arrived=True))
    assert [(curve.health, curve.numbers) for curve in drawing.curves] == [("tight", "D7, D8 (2 dependencies)")]


def test_the_critical_chain_is_drawn_as_one_unless_a_team_hides_the_others() -> None:
    a, b, c = piece(1, 1, 0), piece(2, 2, 1), piece(3, 3, 2)
    made = web(strand(1, a, b), strand(2, b, c), strand(3, piece(4, 4, 0), piece(5, 5, 3)))
    drawing = draw(Scope(web=made))
    assert [curve.numbers for curve in drawing.curves if curve.on_chain] == ["D1", "D2"]
    assert [box.piece.key for box in drawing.boxes if box.on_chain] == ["s1", "s2", "s3"]
    assert [box for box in draw(Scope(web=made, team=TEAMS[0])).boxes if box.on_chain] == []


def test_a_circle_is_marked_and_said_at_its_pieces() -> None:
    a, b = piece(1, 1, 0), piece(2, 2, 1)
    drawing = draw(Scope(web=web(strand(1, a, b), strand(2, b, a))))
    assert [curve.in_circle for curve in drawing.curves] == [True, True]
    assert [box.said for box in drawing.boxes] == [
        "S1 Piece 1, Team number 1, PI 1 I1, needs 1, provides to 1",
        "S2 Piece 2, Team number 2, PI 1 I2, needs 1, provides to 1",
    ]


def test_long_names_of_parties_take_two_lines() -> None:
    drawing = draw(Scope(web=web(strand(1, piece(1, 4, 0), piece(2, 1, 1)))))
    assert [band.names for band in drawing.bands] == [("Team number 1",), ("A party with a", "very long name…")]


def test_of_too_many_the_worst_are_drawn_and_the_rest_is_counted() -> None:
    fine = [strand(at, piece(2 * at, 1, 0), piece(2 * at + 1, 2, 3)) for at in range(MOST_STRANDS)]
    late = strand(9_999, piece(50_000, 1, 4), piece(50_001, 2, 1))
    drawing = draw(Scope(web=web(*fine, late)))
    assert (len(drawing.curves), drawing.left_out) == (MOST_STRANDS, 1)
    assert [curve.numbers for curve in drawing.curves if curve.health == "conflict"] == ["D9999"]


def test_a_crowded_cell_opens_lanes_beside_each_other_and_stays_low() -> None:
    crowd = [strand(at, piece(2 * at, 1, 0), piece(2 * at + 1, 2, at % 6)) for at in range(20)]
    drawing = draw(Scope(web=web(*crowd), pi_id=1))
    assert len({box.x for box in drawing.boxes if box.piece.team_id == 1}) == 3
    assert max(band.height for band in drawing.bands) < 8 * (BOX_HEIGHT + 8) + 20


def test_nothing_is_an_empty_drawing() -> None:
    drawing = draw(Scope(web=web()))
    assert (drawing.boxes, drawing.curves, drawing.height) == ((), (), HEAD)
