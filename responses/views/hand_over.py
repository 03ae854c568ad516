"""“Not the right person?”: the owner passes the task on, shares it and takes it back; others give it back.

Nothing here happens by a plain button: what to do is typed or chosen first, and no choice is made beforehand, so a
mail scanner that follows every link and presses every button hands nothing over and takes nothing back.
"""

from collections.abc import Collection
from contextlib import suppress
from http import HTTPStatus

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from barometer.problems import sentence
from responses import links
from responses.actions import hand_over as actions
from responses.actions.case import CaseClosed
from responses.hand_over_forms import KEEP, HandOverForm, give_back_form, take_back_form
from responses.models import HandOver, LinkHolder
from responses.problem_texts import TEXTS
from responses.statistics.eligibility import ENDED
from responses.views.respondent import FOR_GOOD, address, for_holder, go, show
from surveys.models import AddressKind

Role = LinkHolder.Role


@for_holder()
def not_me(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """What to do when somebody else should answer; who has been given a link already."""
    if _over(holder):
        return go("answer", holder)
    owner = holder.role == Role.OWNER
    given = _given(holder) if owner else []
    context = {
        "owner": owner,
        "given": given,
        "given_by": "" if owner else HandOver.objects.get(holder=holder).given_by,
        "any_current": any(each.holder.standing in LinkHolder.CURRENT for each in given),
        "may_transfer": not any(
            each.holder.role == Role.DELEGATE and each.holder.standing in LinkHolder.CURRENT for each in given
        ),
        "pass_on_url": address("pass-on", holder),
        "share_url": address("share", holder),
        "take_back_url": address("take-back", holder),
        "give_back_url": address("give-back", holder),
        "first_page_url": address("answer-page", holder, 1),
    }
    return show(request, "not_me", holder, context)


@for_holder()
def pass_on(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Transfer the task: somebody else gets a link, and the owner's shows only how far it has come."""
    return _hand_over(request, holder, Role.DELEGATE)


@for_holder()
def share(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """Share the task: a colleague gets a link too."""
    return _hand_over(request, holder, Role.SHARED)


@for_holder(watching=True)
def take_back(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """End what the owner has handed over, from the questionnaire or the page of its status."""
    return _take_back(request, holder, links.ANSWER)


@for_holder(links.TAKE_BACK, watching=True)
def take_back_by_mail(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """The same, by the link of the mail that told the owner."""
    return _take_back(request, holder, links.TAKE_BACK)


@for_holder()
def give_back(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """A delegate gives the task back, a colleague gives up the link."""
    return _give_back(request, holder, links.ANSWER)


@for_holder(links.GIVE_BACK)
def give_back_by_mail(request: HttpRequest, holder: LinkHolder) -> HttpResponse:
    """The same, by the link of the mail that brought the task."""
    return _give_back(request, holder, links.GIVE_BACK)


def _hand_over(request: HttpRequest, holder: LinkHolder, role: LinkHolder.Role) -> HttpResponse:
    """Ask to whom; show it once more, since a slip in an address reaches a stranger; do it."""
    if holder.role != Role.OWNER:
        return go("not-me", holder)
    if _over(holder):
        return go("answer", holder)
    own_name = holder.name if holder.address_kind == AddressKind.PERSON else ""
    form = HandOverForm(request.POST or None, initial={"given_by": own_name})
    context = {"form": form, "transfer": role == Role.DELEGATE, "back_url": address("not-me", holder)}
    if request.method != "POST" or not form.is_valid() or "change" in request.POST:
        shown_again = form.is_bound and "change" not in request.POST
        status = HTTPStatus.UNPROCESSABLE_ENTITY if shown_again else HTTPStatus.OK
        return show(request, "hand_over", holder, context, status=status)
    now, wish = timezone.now(), actions.Wish(role=role, **form.cleaned_data)
    try:
        at_once = actions.check(owner=holder, wish=wish, at=now)
        if "confirm" in request.POST:
            actions.hand_over(owner=holder, wish=wish, at=now)
            return go("answer" if role == Role.DELEGATE and at_once else "not-me", holder)
    except CaseClosed:
        return go("answer", holder)
    except actions.HandOverRefused as refused:
        form.add_error(None, sentence(refused.problem, TEXTS))
        return show(request, "hand_over", holder, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return show(request, "hand_over_check", holder, {**context, "wish": wish, "at_once": at_once})


def _take_back(request: HttpRequest, holder: LinkHolder, purpose: str) -> HttpResponse:
    if holder.role != Role.OWNER or _over(holder, FOR_GOOD):
        return go("answer", holder)
    name, current = _page("take-back", purpose), _current(holder)
    form = take_back_form(request, current, address(name, holder, purpose=purpose))
    if form.decided == KEEP:
        return go("answer", holder)
    if form.decided:
        with suppress(CaseClosed, actions.HandOverEnded):  # then the page shows how it stands
            actions.take_back(owner=holder, holder_pk=int(form.decided), at=timezone.now())
        return go(name, holder, purpose=purpose)
    transferred = any(each.holder.role == Role.DELEGATE for each in current)
    context = {"form": form, "current": current, "transferred": transferred}
    return show(request, "take_back", holder, context, status=_status(form, current))


def _give_back(request: HttpRequest, holder: LinkHolder, purpose: str) -> HttpResponse:
    if holder.role == Role.OWNER:
        return go("not-me", holder)
    if _over(holder, FOR_GOOD):
        return go("answer", holder)
    name, given = _page("give-back", purpose), HandOver.objects.select_related("holder").get(holder=holder)
    form = give_back_form(request, given, address(name, holder, purpose=purpose))
    if form.decided == KEEP:
        return go("answer", holder)
    if form.decided:
        with suppress(CaseClosed, actions.HandOverEnded):
            actions.give_back(holder=holder, at=timezone.now())
        return go(name, holder, purpose=purpose)
    return show(request, "give_back", holder, {"form": form, "given_by": given.given_by}, status=_status(form))


def _status(form: Form, asked: object = True) -> int:
    """Return 422 for a post in which nothing was chosen, though there was something to choose."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and asked else HTTPStatus.OK


def _over(holder: LinkHolder, ended: Collection[str] = ENDED) -> bool:
    case = holder.case
    return case.disposition in ended or case.round.status != case.round.Status.OPEN


def _page(name: str, purpose: str) -> str:
    return name if purpose == links.ANSWER else f"{name}-by-mail"


def _given(owner: LinkHolder) -> list[HandOver]:
    """Return what the owner has handed over or wanted to, but for what has ended; one query."""
    of_case = HandOver.objects.filter(holder__case=owner.case_id).exclude(holder__standing=LinkHolder.Standing.ENDED)
    return list(of_case.select_related("holder").order_by("pk"))


def _current(owner: LinkHolder) -> list[HandOver]:
    """Return what can be taken back, a task passed on before links shared."""
    current = [given for given in _given(owner) if given.holder.standing in LinkHolder.CURRENT]
    return sorted(current, key=lambda given: given.holder.role != Role.DELEGATE)
