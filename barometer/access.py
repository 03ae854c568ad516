"""Who may see a staff page: each view is marked with the rights that it needs, and what is not marked is refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from barometer.models import User
from barometer.roles import ALL, Right, rights_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ROLES = "surveys.RoundRole"  # a name, as in settings: the model stands above this module
# What ``pk`` is under the first part of an address, and the way from there to the round.
ROUND_BEHIND = {
    "cases": ("responses.Case", "round"),
    "mails": ("responses.Mail", "round"),
    "waves": ("responses.Wave", "step__round"),
    "letters": ("responses.Wave", "step__round"),
    "hand-overs": ("responses.LinkHolder", "case__round"),
    "corrections": ("responses.ContactCorrection", "case__round"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a view needs: ``read`` for a look (None: any role there), one of ``write`` for everything else."""

    read: Right | None
    write: tuple[Right, ...]
    write_everywhere: bool = False  # what it changes is not the round's alone


OPEN = "open"  # whoever has the address
STAFF = "staff"  # whatever their roles
OWN = "own"  # the pages of the login, and of one's own account: they look after themselves
ADMINISTRATION = "administration"  # barometer/administration.py looks after them


class Access:
    """The rights of one person; one query."""

    def __init__(self, person: User) -> None:
        self.is_superuser = person.is_superuser
        self.by_round: dict[int | None, frozenset[Right]] = {}
        self.slugs: dict[str, int] = {}
        if person.is_superuser or not person.is_staff:
            return
        rows = apps.get_model(ROLES)._default_manager.filter(user=person)
        for role, pk, slug in rows.values_list("role", "round", "round__slug"):
            self.by_round[pk] = self.by_round.get(pk, frozenset()) | rights_of(role)
            if slug:
                self.slugs[slug] = pk

    @property
    def everywhere(self) -> frozenset[Right]:
        """Rights in all rounds, and about what is no round's."""
        return ALL if self.is_superuser else self.by_round.get(None, frozenset())

    def in_round(self, pk: int | None) -> frozenset[Right]:
        return self.everywhere | (self.by_round.get(pk, frozenset()) if pk else frozenset())

    def rounds(self, right: Right) -> list[int] | None:
        """Return the keys of the rounds in which this person has the right; None for all."""
        if right in self.everywhere:
            return None
        return [pk for pk, rights in self.by_round.items() if pk and right in rights]

    def behind(self, path: str, arguments: Mapping[str, Any]) -> tuple[frozenset[Right], bool]:
        """Return the rights where an address leads, and whether that is a round; at most one query.

        No query for whoever has roles in all rounds alone.
        """
        model = ROUND_BEHIND.get(path.split("/")[1]) if "pk" in arguments else None
        if "slug" not in arguments and model is None:
            return self.everywhere, False
        if not self.slugs:
            return self.everywhere, True
        if model is None:
            return self.in_round(self.slugs.get(arguments["slug"])), True
        name, way = model
        rows = apps.get_model(name)._default_manager.filter(pk=arguments["pk"]).order_by()
        return self.in_round(rows.values_list(way, flat=True).first()), True


def needs(
    read: Right | None, *, write: Right | tuple[Right, ...] = (), write_everywhere: bool = False
) -> Callable[[View[P]], View[P]]:
    """Ask for a login and a right; ``write`` (or one of them) for what is no GET, where that is another one.

    The round is that of the slug or of what stands behind ``pk``; without either the right is needed in all rounds.
    Whoever has no role there is told 404, as if it did not exist; whoever has one, but not this right, 403.
    """
    to_write = (write,) if isinstance(write, Right) else write or ((read,) if read else ())
    mark = Mark(read, to_write, write_everywhere)

    def decorate(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            _check(request, mark, kwargs)
            return view(request, *args, **kwargs)

        vars(checked)["mark"] = mark
        return cast("View[P]", checked)

    return decorate


def for_staff(view: View[P]) -> View[P]:
    """Ask for a login of staff, with or without a role: the front page."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not staff(request).is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    vars(checked)["mark"] = STAFF
    return cast("View[P]", checked)


def _check(request: HttpRequest, mark: Mark, arguments: Mapping[str, Any]) -> None:
    if not staff(request).is_staff:
        raise PermissionDenied
    access = access_of(request)
    rights, in_round = access.behind(request.path_info, arguments)
    if in_round and not rights:
        raise Http404
    request.rights = rights  # type: ignore[attr-defined]  # for ``may`` and the templates
    to_write = access.everywhere if mark.write_everywhere else rights
    request.only_reads = bool(mark.write) and to_write.isdisjoint(mark.write)  # type: ignore[attr-defined]
    if request.method in SAFE_METHODS:
        allowed = bool(rights) if mark.read is None else mark.read in rights
    else:
        allowed = bool(to_write) if not mark.write else not request.only_reads  # type: ignore[attr-defined]
    if not allowed:
        raise PermissionDenied


def access_of(request: HttpRequest) -> Access:
    """Return the rights of who is logged in; read once for a request."""
    found: Access | None = getattr(request, "_access", None)
    if found is None:
        found = request._access = Access(staff(request))  # type: ignore[attr-defined]
    return found


def may(request: HttpRequest, right: Right) -> bool:
    """Whether who is logged in has this right where the page stands; only in a view that is marked."""
    return right in cast("frozenset[Right]", request.rights)  # type: ignore[attr-defined]


def staff(request: HttpRequest) -> User:
    """Return who is logged in; only in a view that is marked."""
    return cast(User, request.user)


class May:
    """``{% if "edit_plan" in may %}``: nothing is read before a template asks."""

    def __init__(self, request: HttpRequest, *, everywhere: bool) -> None:
        self.request, self.only_everywhere = request, everywhere

    def __contains__(self, right: str) -> bool:
        if not self.request.user.is_authenticated:
            return False
        here: frozenset[Right] | None = getattr(self.request, "rights", None)
        if here is None or self.only_everywhere:
            return right in access_of(self.request).everywhere
        return right in here


class MayOpen:
    """``{% if "cases" in may_open %}``: whether they may look at the page of that name, of the round at hand."""

    def __init__(self, may: May) -> None:
        self.may = may

    def __contains__(self, name: str) -> bool:
        mark = _marks(get_resolver())[name]
        return mark.read is None or mark.read in self.may


def context(request: HttpRequest) -> dict[str, object]:
    """For templates: ``may`` has the rights where the page stands, ``may_everywhere`` those in all rounds."""
    return {
        "may": May(request, everywhere=False),
        "may_open": MayOpen(May(request, everywhere=False)),
        "may_everywhere": May(request, everywhere=True),
        "only_reads": getattr(request, "only_reads", False),
    }


def marked(mark: str, routes: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Mark the views of routes that are not ours to decorate, or that everybody may see."""
    found = list(routes)
    for route in found:
        if isinstance(route, URLResolver):
            marked(mark, route.url_patterns)
        else:
            vars(route.callback).setdefault("mark", mark)
    return found


@cache
def _marks(resolver: URLResolver) -> dict[str, Mark]:
    """Return what the pages need that are marked with a right, by their names."""
    pairs = ((route.name or "", mark_of(route.callback)) for route in _routes(resolver.url_patterns))
    return {name: mark for name, mark in pairs if isinstance(mark, Mark)}


def _routes(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns)
        else:
            yield pattern


def mark_of(view: object) -> Mark | str | None:
    """Return how a view is marked; None when it has been forgotten, and is refused."""
    found: Mark | str | None = getattr(view, "mark", None)
    return found
