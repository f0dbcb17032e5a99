"""Reading strategic themes: their weight against where the points go."""

from dataclasses import dataclass

from django.db.models import Count, Sum

from headway.kit.access import Actor, Permission, require
from headway.store.models import Feature, Story, Theme


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """A theme (None: work without one): its weight, and the points of its stories, both also as a share in per cent.

    ``share`` is of all points; ``weight_share`` is of the sum of all weights, so that weights need not add to 100.
    """

    theme: Theme | None
    features: int
    points: float
    share: float
    weight_share: float

    @property
    def gap(self) -> float:
        """How many percentage points more (or less) it gets than it should."""
        return self.share - self.weight_share


def allocation(actor: Actor, pi_id: int | None = None) -> list[Allocation]:
    """Every theme with its weight against the points of its features' stories, in one PI or in all."""
    require(actor, Permission.VIEW_TRAIN)
    themes = list(Theme.objects.filter(train_id=actor.train_id))
    stories = Story.objects.filter(train_id=actor.train_id)
    features = Feature.objects.filter(train_id=actor.train_id)
    if pi_id is not None:
        stories, features = stories.filter(pi_id=pi_id), features.filter(targets__pi_id=pi_id)
    by_theme = stories.order_by().values_list("feature__theme_id").annotate(total=Sum("points"))
    points = {theme: total or 0 for theme, total in by_theme}
    counts = dict(features.order_by().values_list("theme_id").annotate(count=Count("pk")))
    everything = sum(points.values())
    weights = sum(theme.weight for theme in themes)
    lines = [
        Allocation(
            theme=theme,
            features=counts.get(theme.pk if theme else None, 0),
            points=(own := points.get(theme.pk if theme else None, 0)),
            share=100 * own / everything if everything else 0,
            weight_share=100 * theme.weight / weights if theme and weights else 0,
        )
        for theme in [*themes, None]
    ]
    return [line for line in lines if line.theme or line.features or line.points]
