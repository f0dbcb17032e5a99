"""The engine's answers in terms of the train's work."""

from decimal import Decimal

from headway.engine.network.cuts import Cost
from headway.features.network.queries import moves
from headway.features.network.questions.circles import circles_told
from headway.features.network.questions.slips import choices, harmful, slip_told
from headway.features.network.questions.strings import by_health, chain_told, lines
from headway.features.network.questions.teams import densities, density_of_pis, matrix
from headway.store.models import Increment, Story, Train
from tests.builders import build_dependency, build_feature, iteration
from tests.cast import Cast
from tests.features.network.stage import between, placed, room_for, scope, seen, tied


def key(story: Story) -> str:
    return f"s{story.number}"


def test_lines_stand_the_worst_first_and_say_the_room_in_words(cast: Cast, train: Train) -> None:
    told = {
        name: between(train, *places)
        for name, places in {"wide": (1, 4), "ok": (1, 2), "loose": (2, None), "far": (5, 2), "tight": (3, 3)}.items()
    }
    looked = scope(cast.vera, pi=1)
    assert [(line.strand.number, line.verdict, line.spare) for line in lines(looked, looked.shown)] == [
        (told["far"].number, "4 iterations missing", -4),
        (told["tight"].number, "1 iteration missing", -1),
        (told["loose"].number, "who needs it is not planned yet", None),
        (told["ok"].number, "no iteration to spare", 0),
        (told["wide"].number, "2 iterations to spare", 2),
    ]
    assert by_health(looked.shown) == {"ok": 2, "tight": 1, "conflict": 1, "unplanned": 1}


def test_a_provider_that_is_not_planned_and_one_that_has_delivered_say_so(cast: Cast, train: Train) -> None:
    between(train, None, 2)
    between(train, 4, 2, state="delivered")
    looked = scope(cast.vera, pi=1, arrived=True)
    assert [line.verdict for line in lines(looked, looked.shown)] == ["its provider is not planned", "there"]


def test_the_critical_chain_is_told_step_by_step_with_its_dependencies(cast: Cast, train: Train) -> None:
    first, second, third = placed(train, "merlin", 1), placed(train, "kestrel", 2), placed(train, "merlin", 3)
    steps = [tied(train, first, second), tied(train, second, third)]
    between(train, 1, 5)
    looked = scope(cast.vera, pi=1)
    told = chain_told(looked)
    assert [(step.piece.key, step.team, step.at) for step in told.steps] == [
        (key(first), "Merlin", "I1"),
        (key(second), "Kestrel", "I2"),
        (key(third), "Merlin", "I3"),
    ]
    assert [[strand.number for strand in step.strands] for step in told.steps] == [*([row.number] for row in steps), []]
    assert told.iterations == 3
    assert {line.strand.number for line in lines(looked, looked.shown) if line.on_chain} == {
        row.number for row in steps
    }


def test_without_open_work_there_is_no_chain(cast: Cast, train: Train) -> None:
    between(train, 1, 2, state="accepted")
    assert chain_told(scope(cast.vera, pi=1, arrived=True)).steps == ()


def test_the_matrix_counts_every_dependency_in_its_cell(cast: Cast, train: Train) -> None:
    between(train, 1, 2)
    between(train, 2, 2)
    tied(train, placed(train, "kestrel", 1), placed(train, "merlin", 3))
    tied(train, placed(train, "kestrel", 1), placed(train, "kestrel", 3))
    build_dependency(train, provider="nordlicht", needed_by=iteration(train, 1, 4))
    told = matrix(scope(cast.vera, pi=1))
    assert [row.team.slug for row in told.rows] == ["kestrel", "merlin", "nordlicht"]
    assert [[cell.strings for cell in row.cells] for row in told.rows] == [[1, 1, 0], [2, 0, 0], [1, 0, 0]]
    assert [[cell.heat for cell in row.cells] for row in told.rows] == [[0, 2, 0], [5, 0, 0], [2, 0, 0]]
    assert [row.strings for row in told.rows] == [1, 2, 1]
    assert (told.needs, told.strings) == ((3, 1, 0), 4)
    assert [(cell.provider.slug, cell.consumer.slug, cell.strings, cell.short) for cell in told.pairs] == [
        ("merlin", "kestrel", 2, 1),
        ("kestrel", "merlin", 1, 0),
        ("nordlicht", "kestrel", 1, 0),
    ]


def test_density_is_told_for_features_and_pis(cast: Cast, train: Train) -> None:
    feature = build_feature(train, "Reading history")
    tied(train, placed(train, "merlin", 1, feature=feature), placed(train, "kestrel", 2, feature=feature))
    tied(train, placed(train, "merlin", 1, feature=feature), placed(train, "kestrel", 2))
    looked = seen(cast.vera, pi=1)
    whole, features = densities(looked.scope)
    assert (whole.strings, whole.across, whole.linked_pairs, whole.possible_pairs) == (2, 2, 1, 1)
    (told,) = features
    assert (told.number, told.title, told.items, told.strings, told.across, told.outside, told.teams) == (
        feature.number,
        "Reading history",
        3,
        2,
        2,
        1,
        2,
    )
    by_pi = density_of_pis(looked.scope, [(pi.id, pi.name) for pi in looked.pis])
    assert [(name, each.strings) for name, each in by_pi] == [("PI 1", 2)]


def scored(train: Train, title: str, points: int) -> object:
    return build_feature(train, title, user_value=points, time_criticality=1, risk_opportunity=1)


def test_a_slip_tells_what_moves_which_features_are_late_and_what_that_is_worth(cast: Cast, train: Train) -> None:
    small, large = scored(train, "Small", 1), scored(train, "Large", 13)
    first = placed(train, "merlin", 1, feature=small, points=2)
    last = placed(train, "kestrel", 6, feature=large, points=5)
    middle = placed(train, "kestrel", 2, points=3)
    tied(train, first, middle)
    tied(train, middle, placed(train, "merlin", 6))
    tied(train, placed(train, "merlin", 5, title="Late provider"), last)
    looked = scope(cast.vera, pi=1)
    told = slip_told(looked, key(first), 1)
    assert [(each.piece.key, each.team, each.at, each.then, each.by) for each in told.moved] == [
        (key(middle), "Kestrel", "I2", "I3", 1)
    ]
    assert (told.stories, told.points, told.teams) == (1, Decimal(3), ("Kestrel",))
    assert [(each.title, each.by, each.value, each.falls_out) for each in told.late] == [("Small", 1, 3, False)]
    assert (told.value, told.falls_out_value) == (3, 0)


def test_what_then_ends_after_the_pi_falls_out_of_it(cast: Cast, train: Train) -> None:
    large = scored(train, "Large", 13)
    provider = placed(train, "merlin", 5)
    tied(train, provider, placed(train, "kestrel", 6, feature=large))
    looked = scope(cast.vera, pi=1)
    told = slip_told(looked, key(provider), 1)
    assert [(each.title, each.falls_out) for each in told.late] == [("Large", True)]
    assert (told.falls_out_value, told.moved[0].then) == (15, "after the last PI")
    assert [each.source.key for each in harmful(looked)] == [key(provider)]
    assert [(team, [piece.key for piece in pieces]) for team, pieces in choices(looked)] == [
        ("Merlin", [key(provider)])
    ]


def test_a_circle_is_told_with_its_cheapest_cut(cast: Cast, train: Train) -> None:
    a, b = placed(train, "merlin", 1, points=8), placed(train, "kestrel", 2, points=3)
    cheap, dear = tied(train, a, b), tied(train, b, a)
    looked = scope(cast.vera, pi=1)
    told = circles_told(looked, Cost.POINTS)
    (circle,) = told.circles
    assert [step.piece.key for step in circle.steps] == [key(a), key(b)]
    assert [[strand.number for strand in step.strands] for step in circle.steps] == [[cheap.number], [dear.number]]
    assert (circle.cut.provider.key, circle.cut.consumer.key, circle.cut.cost) == (key(a), key(b), 3)
    assert [[strand.number for strand in cut.strands] for cut in told.together] == [[cheap.number]]
    assert (told.cost, told.complete, told.proven) == (3, True, True)
    assert [line.in_circle for line in lines(looked, looked.shown)] == [True, True]


def test_circles_of_a_team_are_those_it_takes_part_in(cast: Cast, train: Train) -> None:
    a, b = placed(train, "merlin", 1), placed(train, "kestrel", 2)
    tied(train, a, b)
    tied(train, b, a)
    assert len(circles_told(scope(cast.vera, pi=1, team="merlin"), Cost.LINKS).circles) == 1
    assert circles_told(scope(cast.vera, pi=1, team="nordlicht"), Cost.LINKS).circles == ()


def test_a_feature_that_waits_for_what_waits_for_its_own_story_is_a_circle(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    part, other = placed(train, "merlin", 1, feature=feature), placed(train, "kestrel", 2)
    build_dependency(train, provider="merlin", provider_feature=feature, consumer_story=other)
    needed = tied(train, other, part)
    (circle,) = circles_told(scope(cast.vera, pi=1), Cost.LINKS).circles
    assert {step.piece.key for step in circle.steps} == {key(part), f"f{feature.number}", key(other)}
    assert needed.number in {strand.number for step in circle.steps for strand in step.strands}


def test_a_move_is_told_with_before_and_after_when_the_taker_has_the_room(cast: Cast, train: Train) -> None:
    feature = build_feature(train, "Reading history")
    given = placed(train, "merlin", 1, points=5, feature=feature)
    for number in (1, 2):
        tied(train, given, placed(train, "kestrel", number, points=2))
    room_for(train, "kestrel", 1, 20)
    for number in (1, 2):
        room_for(train, "merlin", number, 0)
    told = moves(cast.vera, seen(cast.vera, pi=1))
    (one,) = told.fitting
    assert (one.feature, one.title, one.from_whom, one.taker, one.stories) == (
        feature.number,
        "Reading history",
        "Merlin",
        "Kestrel",
        1,
    )
    assert (one.move.strings_before, one.move.strings_after) == (2, 0)
    assert (one.move.short_before, one.move.short_after) == (1, 0)
    assert (one.move.room_before, one.move.room_after) == (14, 9)


def test_a_move_that_does_not_fit_tells_what_is_lacking(cast: Cast, train: Train) -> None:
    given = placed(train, "merlin", 1, points=5)
    tied(train, given, placed(train, "kestrel", 2, points=8))
    room_for(train, "kestrel", 1, 5)
    room_for(train, "merlin", 2, 0)
    told = moves(cast.vera, seen(cast.vera, pi=1))
    assert told.fitting == ()
    lacking = {(each.taker, each.title): (each.lacking, each.lacking_at) for each in told.beyond}
    assert lacking["Kestrel", "Merlin in 1"] == (1, "I1")


def test_work_of_others_and_bare_ends_are_not_given_away(cast: Cast, train: Train) -> None:
    build_dependency(train, provider="nordlicht", needed_by=iteration(train, 1, 4), committed_by=iteration(train, 1, 2))
    build_dependency(train, provider="merlin", needed_by=iteration(train, 1, 4))
    for number in range(1, 6):
        room_for(train, "kestrel", number, 40)
    told = moves(cast.vera, seen(cast.vera, pi=1))
    assert (told.fitting, told.beyond) == ((), ())


def test_of_a_team_only_moves_in_which_it_gives_or_takes_are_told(cast: Cast, train: Train) -> None:
    tied(train, placed(train, "merlin", 1, points=2), placed(train, "kestrel", 2, points=2))
    room_for(train, "kestrel", 1, 40)
    room_for(train, "merlin", 2, 0)
    assert [each.taker for each in moves(cast.vera, seen(cast.vera, pi=1, team="merlin")).fitting] == ["Kestrel"]
    assert moves(cast.vera, seen(cast.vera, pi=1, team="nordlicht")).fitting == ()


def test_in_a_closed_pi_nothing_could_move_any_more(cast: Cast, train: Train) -> None:
    between(train, 1, 2)
    room_for(train, "kestrel", 1, 40)
    Increment.objects.filter(train=train).update(state="closed")
    told = moves(cast.vera, seen(cast.vera, pi=1))
    assert (told.fitting, told.beyond) == ((), ())
