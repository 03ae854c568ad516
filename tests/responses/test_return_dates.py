"""When somebody who is out of the office is back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.return_dates import return_date

WRITTEN = date(2020, 1, 20)
THIRD = date(2020, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Jeg er tilbage den 3. februar.",
        "Jeg holder ferie.\nRetur 03.02.2020.",
        "Tilbage på kontoret mandag d. 3. februar 2020 kl. 8.00",
        "Jeg er tilbage d. 3/2",
        "tilbage igen den 3/2-2020",
        "Jeg kan træffes igen fra den 3. feb.",
        "Jeg er på ferie til og med den 2. februar.",
        "Jeg er væk t.o.m. 2.2.2020",
        "I am back on 3 February",
        "back in the office on Monday, February 3rd, 2020",
        "I will be out of the office until February 3.",
        "I return on 2020-02-03",
        "I'll be away, returning the 3rd of February.",
        "Åter den 3 februari",
        "Jeg er tilbage den 3. februar. I am back on 3 February.",
        "TILBAGE DEN 3. FEBRUAR",
    ],
)
def test_a_date_after_a_word_of_coming_back_is_read(text: str) -> None:
    assert return_date(text, WRITTEN) == THIRD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Jeg er på ferie.",
        "Ring til mig den 3. februar.",
        "Jeg er væk fra den 20. januar til den 3. februar.",
        "Jeg er tilbage mandag.",
        "Tilbage tirsdag den 3. februar.",  # that is a Monday
        "Tilbage den 31. februar.",
        "I return on 3/2.",  # or is it the second of March?
        "Tilbage den 3. februar 2019.",
        "Tilbage den 2. januar.",  # a reply that was forgotten
        "Tilbage den 3. februar. Back on 4 February.",
        "Version 3.2.2020 is back 12.34.56",
    ],
)
def test_no_date_is_better_than_a_wrong_one(text: str) -> None:
    assert return_date(text, WRITTEN) is None


def test_the_year_is_the_one_to_come() -> None:
    assert return_date("Jeg er tilbage den 2. januar.", date(2019, 12, 23)) == date(2020, 1, 2)


@given(st.text(alphabet="tilbageden 0123456789./-februar", max_size=200), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_any_text_has_a_date_in_the_time_to_come_or_none(text: str, written: date) -> None:
    found = return_date(text, written)
    assert found is None or written <= found <= written + timedelta(days=367)
