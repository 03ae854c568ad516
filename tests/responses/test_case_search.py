"""A case is found by what somebody says on the telephone, and lists stand in Danish order."""

import re
from importlib import import_module
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from responses import case_filters, case_search
from responses.case_filters import IN_WAVE, Filters
from responses.case_search import folded, name_key
from responses.models import Case, CaseSearch, ContactAttempt, Mail, Wave
from responses.references import reference
from responses.statistics.dispositions import EventKind
from responses.work_lists import LISTS
from surveys.models import Round
from tests.factories import NOON, make_case, make_holder, make_open_round, make_stratum
from tests.people import audrey, browser_of, finn

pytestmark = pytest.mark.django_db


def found(round_: Round, *, with_addresses: bool = True, **asked: str) -> list[str]:
    cases = case_filters.find(round_, Filters.of(asked), timezone.now(), with_addresses=with_addresses).cases
    return [case.sample_unit.workplace.name for case in cases]


def shown(round_: Round, page: str = "1", **asked: str) -> list[str]:
    cases = case_filters.find(round_, Filters.of(asked), timezone.now(), with_addresses=True)
    return [line.name for line in cases.page(page, 50)]


@pytest.fixture
def round_() -> Round:
    round_ = make_open_round()
    make_case(round_, name="Elmeskolen", authority="Århus Kommune", authority_code="751")
    make_case(round_, name="Børnehaven Ærtebjerg", authority="Kolding Kommune", authority_code="621", level="region")
    make_case(round_, name="100% Café “Ø’en”", authority="Kolding Kommune", authority_code="621", language="en")
    return round_


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("elme", ["Elmeskolen"]),
        ("SKOLE", ["Elmeskolen"]),  # a part of a compound
        ("skolen aarhus", ["Elmeskolen"]),
        ("Århus", ["Elmeskolen"]),
        ("aertebjerg boerne", ["Børnehaven Ærtebjerg"]),
        ("kolding", ["Børnehaven Ærtebjerg", "100% Café “Ø’en”"]),
        ("cafe", ["100% Café “Ø’en”"]),
        ("100%", ["100% Café “Ø’en”"]),
        ("elme kolding", []),
    ],
)
def test_every_typed_word_is_found_anywhere_in_name_or_authority_however_it_is_spelled(
    round_: Round, words: str, names: list[str]
) -> None:
    assert sorted(found(round_, q=words)) == sorted(names)


@pytest.mark.parametrize("pattern", ["%", "_", "\\", "*", "'", '"', "%%", "e_me", "el%en", "\\%", "\0", "[a-z]", ".*"])
def test_a_pattern_is_plain_text(round_: Round, pattern: str) -> None:
    assert found(round_, q=f"x{pattern}x") == []
    assert "Elmeskolen" not in found(round_, q=f"elme{pattern}skolen kolding")
    page = browser_of(finn()).get(reverse("cases", args=[round_.slug]) + f"?q={quote(pattern)}")
    assert page.status_code == 200


def test_a_search_of_a_megabyte_and_one_of_a_thousand_words_are_answered_at_once(round_: Round) -> None:
    for words in ("a" * 1_000_000, "ø " * 500_000):
        assert browser_of(finn()).get(reverse("cases", args=[round_.slug]), {"q": words}).status_code == 200
    assert len(Filters.of({"q": "ab " * 1000}).q) <= case_search.MOST_TYPED


def test_a_case_is_found_by_the_reference_that_is_read_out_and_a_slip_finds_nothing(round_: Round) -> None:
    case = make_case(round_, name="Read out")
    said = reference(case.pk)
    assert found(round_, q=said) == ["Read out"]
    assert found(round_, q=said.replace(" ", "")) == ["Read out"]
    assert found(round_, q=said[:-1] + str((int(said[-1]) + 1) % 10)) == []


def test_a_reference_of_another_round_is_not_found_here(round_: Round) -> None:
    assert found(round_, q=reference(make_case().pk)) == []


def test_a_case_is_found_by_register_number_and_production_unit(round_: Round) -> None:
    make_case(round_, name="Numbered", register_id="9000000042", p_number="1022334455")
    assert found(round_, q="9000000042") == found(round_, q="1022334455") == ["Numbered"]


def test_an_address_finds_whoever_has_it_now_for_those_who_may_see_addresses(round_: Round) -> None:
    case = make_case(round_, name="Written to", contact={"email": "Lea@Skole.example"})
    make_holder(case, email="dorte@skole.example")
    assert found(round_, q="lea@skole.EXAMPLE") == found(round_, q="dorte@skole.example") == ["Written to"]
    assert found(round_, q="lea@skole.example", with_addresses=False) == []
    path = reverse("cases", args=[round_.slug])
    assert b"Written to" in browser_of(finn()).get(path, {"q": "lea@skole.example"}).content
    assert b"Written to" not in browser_of(audrey()).get(path, {"q": "lea@skole.example"}).content


def test_names_stand_in_danish_order() -> None:
    round_ = make_open_round()
    names = ["Aa", "Bakken", "bakken 2", "Zoo", "Ærø", "Østerbro", "Ålborg"]
    for name in reversed(names):
        make_case(round_, name=name)
    assert found(round_) == names
    assert shown(round_) == shown(round_, q="kommune") == shown(round_, q="kommune", language="da") == names
    assert name_key("Ærø") < name_key("Østerbro") < name_key("Ålborg")
    assert name_key("x" * 500).isdecimal()
    assert folded("Ærø, Ås & O'Neill-Süß  №1") == "aeroe aas o neill suss no1"


def test_more_cases_than_can_be_read_are_cut_off_and_that_is_said(
    round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_search, "MOST_FOUND", 1)
    text = browser_of(finn()).get(reverse("cases", args=[round_.slug]), {"q": "kolding"}).content.decode()
    assert "more match: say more of the name" in text
    assert found(round_, q="kolding") == ["100% Café “Ø’en”"]


def test_words_together_with_a_filter_find_all_that_fulfil_both(round_: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_search, "MOST_FOUND", 1)
    assert found(round_, q="kolding", language="en") == ["100% Café “Ø’en”"]


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"q": "oak", "language": "da"}, range(0, 60, 2)),
        ({"q": "oak", "language": "en"}, range(1, 60, 2)),
        ({"q": "oak", "level": "region"}, range(2, 60, 3)),
        ({"q": "oak", "authority": "101", "level": "region", "language": "en"}, range(5, 60, 6)),
        ({"authority": "101"}, range(60)),
        ({"authority": "101", "language": "en"}, range(1, 60, 2)),
        ({"disposition": "started"}, range(0, 60, 20)),
        ({"q": "oak", "disposition": "declined"}, range(0)),
    ],
)
def test_few_and_many_are_counted_and_shown_page_by_page_alike(
    round_: Round, asked: dict[str, str], places: range, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_search, "FEW", few)
    for place in reversed(range(60)):
        language, level = ("da", "en")[place % 2], ("municipality", "state", "region")[place % 3]
        events = [] if place % 20 else [EventKind.STARTED]
        make_case(round_, name=f"Oak {place:02}", language=language, level=level, authority_code="101", events=events)
    names = [f"Oak {place:02}" for place in places]
    assert case_filters.find(round_, Filters.of(asked), timezone.now(), with_addresses=True).number == len(names)
    assert [shown(round_, page, **asked) for page in ("1", "2")] == [names[:50], names[50:] or names[:50]]
    assert found(round_, with_addresses=True, **asked) == names


def test_what_never_changes_is_asked_of_the_search_rows_alone_in_one_query(round_: Round) -> None:
    for asked in ({"q": "skole"}, {"q": "skole", "level": "region"}, {"authority": "621"}, {"level": "region"}):
        with CaptureQueriesContext(connection) as queries:
            case_filters.find(round_, Filters.of(asked), timezone.now(), with_addresses=True)
        [asked_for] = [query["sql"] for query in queries]
        assert "JOIN" not in asked_for


def test_the_form_shows_what_was_asked_for_also_after_somebody_asked_for_something_else(round_: Round) -> None:
    other = make_case(round_, stratum=make_stratum(round_, code="other")).sample_unit.stratum_id
    browser, path = browser_of(finn()), reverse("cases", args=[round_.slug])
    for asked in ({"disposition": "started"}, {"work": "paused"}, {"level": "state"}, {"stratum": f"{other}"}, {}):
        text = browser.get(path, asked).content.decode()
        chosen = re.findall(r'<option value="(\w+)" selected>', text)
        assert chosen == list(asked.values())


def test_filters_stand_in_the_address_and_what_is_none_of_them_is_passed_over(round_: Round) -> None:
    started = make_case(round_, name="Begun", events=[EventKind.STARTED], stratum=make_stratum(round_, code="other"))
    stratum = str(started.sample_unit.stratum_id)
    assert found(round_, disposition="started") == found(round_, stratum=stratum) == ["Begun"]
    assert found(round_, level="region") == ["Børnehaven Ærtebjerg"]
    assert found(round_, language="en") == ["100% Café “Ø’en”"]
    assert len(found(round_, authority="621")) == 2
    for wrong in ({"disposition": "x"}, {"stratum": "9" * 30}, {"stratum": "-1"}, {"level": "\0"}, {"work": "x"}):
        assert Filters.of(wrong).query == ""
    assert Filters.of({"disposition": "asks-to-correct"}) == Filters(work="asks-to-correct")
    assert Filters.of({"q": "a b", "stratum": "7", "page": "2"}).query == "q=a+b&stratum=7"


def test_cases_are_found_by_what_became_of_their_mail_in_a_wave(round_: Round) -> None:
    step = round_.contact_steps.get(mail_name="invitation")
    wave = Wave.objects.create(step=step, number=1, scheduled_for=NOON, forecast=1, prepared_at=NOON)
    case = Case.objects.get(sample_unit__workplace__name="Elmeskolen")
    times = {"handed_over_at": NOON, "ended_at": NOON, "scheduled_for": NOON}
    mail = Mail.objects.create(
        round=round_,
        step=step,
        wave=wave,
        name="invitation",
        address="a@b.example",
        language="da",
        status="sent",
        **times,
    )
    line = ContactAttempt.objects.create(case=case, step=step, wave=wave, mail=mail, holder=case.holders.get())
    in_wave = {state: found(round_, wave=str(wave.pk), state=state) for state in IN_WAVE}
    assert [state for state, names in in_wave.items() if names == ["Elmeskolen"]] == ["sent"]
    assert len(in_wave["none"]) == 2
    mail.bounced_at = NOON
    mail.save()
    assert found(round_, state="bounced") == ["Elmeskolen"]
    ContactAttempt.objects.filter(pk=line.pk).update(left_out="declined")
    assert found(round_, wave=str(wave.pk), state="left-out") == ["Elmeskolen"]


@pytest.mark.parametrize("query", [{}, {"q": "skole"}, {"q": "1234 5678"}, {"q": "a@b.example"}, {"state": "none"}])
def test_a_list_takes_few_queries(round_: Round, query: dict[str, str]) -> None:
    browser = browser_of(finn())
    with CaptureQueriesContext(connection) as asked:
        browser.get(reverse("cases", args=[round_.slug]), query)
    assert len(asked) <= 15


@pytest.mark.parametrize("work", LISTS)
def test_every_work_list_can_be_shown_as_cases(round_: Round, work: str) -> None:
    assert found(round_, work=work) == []


def test_the_list_and_the_notes_are_taken_out_without_formulas_and_the_audit_log_says_so(round_: Round) -> None:
    case = make_case(round_, name="=1+1 <b>", authority="@SUM(A1)")
    case.notes.create(text="+cmd|calc", at=NOON, by=finn())
    for what, cells in (("cases", ["'=1+1 <b>", "'@SUM(A1)"]), ("notes", ["'+cmd|calc", "'=1+1 <b>"])):
        response = browser_of(finn()).post(reverse("cases-export", args=[round_.slug, what]))
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert all(cell in text for cell in cells)
        assert "-rehearsal-" in response["Content-Disposition"]
    assert browser_of(finn()).post(reverse("cases-export", args=[round_.slug, "answers"])).status_code == 404
    one = browser_of(finn()).post(reverse("cases-export", args=[round_.slug, "cases"]) + "?q=elme")
    assert b"".join(one.streaming_content).count(b"\r\n") == 2  # type: ignore[attr-defined]


def test_the_rows_by_which_cases_are_found_follow_the_case(round_: Round) -> None:
    assert CaseSearch.objects.filter(round=round_).count() == Case.objects.filter(round=round_).count()


def test_rows_of_earlier_versions_are_given_the_level_and_authority_of_their_workplaces(round_: Round) -> None:
    CaseSearch.objects.update(level="", authority_code="")
    import_module("responses.migrations.0031_fill_search_by_register").fill(apps, connection.schema_editor())
    assert found(round_, level="region") == ["Børnehaven Ærtebjerg"]
    assert found(round_, authority="751") == ["Elmeskolen"]


@pytest.mark.postgresql
def test_parts_of_words_have_an_index_wherever_the_server_has_the_extension_for_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
        available = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'casesearch_by_parts_of_words'")
        assert cursor.fetchone() == available
