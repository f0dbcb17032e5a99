"""The command palette's search."""

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from headway.features.search import queries
from headway.kit.http import TrainRequest


@require_GET
def search(request: TrainRequest, slug: str) -> JsonResponse:
    """``?q=`` → ``{"results": [{label, hint, icon, url}]}``."""
    return JsonResponse({"results": queries.find(request.actor, request.GET.get("q", ""))})
