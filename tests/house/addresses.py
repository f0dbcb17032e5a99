"""Every address of the house, found by walking the resolver, so that no page can forget to be tested."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation

from headway.api.root import api

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_SAMPLES = {"int": "1", "slug": "kestrel", "uuid": str(UUID(int=7)), "str": "1", "path": "x"}
_OF_A_REGEX = {
    r"^confirm-email/(?P<key>[-:\w]+)/$": "confirm-email/abc/",
    r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-abc/",
}


@dataclass(frozen=True, kw_only=True)
class Address:
    """One address as it is declared; ``route`` is like ``trains/<slug:slug>/board``."""

    route: str
    name: str | None

    @property
    def in_a_train(self) -> bool:
        """Whether it belongs to a train, as a page or in the API."""
        return "trains/<" in self.route

    @property
    def in_the_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def of_the_house(self) -> bool:
        """Whether we wrote it, rather than the accounts library."""
        return not self.route.startswith("accounts/")

    def path(self, slug: str = "orion", **values: str) -> str:
        """A concrete path in the train ``slug``; parameters that ``values`` does not name get something that fits."""

        def fill(match: re.Match[str]) -> str:
            kind, name = match.group(1) or "str", match.group(2)
            return slug if name == "slug" else values.get(name, _SAMPLES[kind])

        filled = self.route
        for regex, sample in _OF_A_REGEX.items():
            filled = filled.replace(regex, sample)
        return "/" + _PARAMETER.sub(fill, filled)

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters but the train's."""
        return [name for _, name in _PARAMETER.findall(self.route) if name != "slug"]


@cache
def addresses() -> tuple[Address, ...]:
    """Every address, each once."""
    found = {Address(route=route, name=name) for route, name in _walk(get_resolver(), "")}
    once = {each.route: each for each in sorted(found, key=lambda each: str(each.name))}
    return tuple(once[route] for route in sorted(once))


def operations() -> list[tuple[str, str, Operation]]:
    """Every operation of the API as (method, route, operation)."""
    addresses()  # only when its addresses are loaded does an operation learn how its callers sign in
    return [
        (method, "api/v1" + router.prefix + route, operation)
        for router in api._get_bound_routers()
        for route, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def filled(route: str, slug: str = "orion") -> str:
    """An API route such as ``/trains/{slug}/stories/{int:number}`` as a concrete path."""
    return Address(route=route.replace("{", "<").replace("}", ">"), name=None).path(slug)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str | None]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each, prefix + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield prefix + str(each.pattern), each.name
