"""For load balancers and watchdogs: does the server answer, does its database, and does anybody do long work?"""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from headway import __version__
from headway.live.hub import hub
from headway.store.workers import worker_lives


def health(request: HttpRequest) -> JsonResponse:
    """200 with the version when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "version": __version__, "viewers": hub.viewers, "worker": worker_lives()})
