from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from headway.engine.errors import Invalid
from headway.engine.rules.wsjf import SCALE, Wsjf


def test_wsjf_is_cost_of_delay_per_job_size() -> None:
    feature = Wsjf(user_value=8, time_criticality=5, risk_opportunity=3, job_size=5)
    assert (feature.cost_of_delay, feature.score, feature.missing) == (16, Decimal("3.200"), ())


def test_a_feature_that_is_not_scored_has_no_wsjf_and_says_what_is_missing() -> None:
    feature = Wsjf(user_value=8, job_size=5)
    assert (feature.cost_of_delay, feature.score) == (None, None)
    assert feature.missing == ("time_criticality", "risk_opportunity")
    unsized = Wsjf(user_value=1, time_criticality=1, risk_opportunity=1)
    assert (unsized.cost_of_delay, unsized.score) == (3, None)


@pytest.mark.parametrize("value", [0, 4, 21, -1, True, 2.0])
@pytest.mark.parametrize("part", ["user_value", "time_criticality", "risk_opportunity", "job_size"])
def test_a_score_off_the_scale_is_refused(part: str, value: object) -> None:
    with pytest.raises(Invalid, match="choose one of 1, 2, 3, 5, 8, 13, 20") as refused:
        Wsjf(**{part: value})
    assert refused.value.data == {"field": part, "value": value}


def test_rounding_never_ties_or_turns_two_features() -> None:
    exact: dict[Fraction, set[Decimal | None]] = {}
    for value, time, risk, size in product(SCALE, repeat=4):
        told = Wsjf(user_value=value, time_criticality=time, risk_opportunity=risk, job_size=size)
        exact.setdefault(Fraction(value + time + risk, size), set()).add(told.score)
    scores = [score for _, (score,) in sorted(exact.items())]
    assert scores == sorted(set(scores))
