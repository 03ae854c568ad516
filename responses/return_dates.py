"""When somebody who is out of the office is back, as an automatic reply in Danish, Swedish or English says it.

Better no date than a wrong one: None for a day without a word that says so, for two different days, for a weekday that
does not fit, for 3/2 in English, and for a day that is not in the time to come.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar january januari jan",
            "februar february februari feb",
            "marts march mars mar",
            "april apr",
            "maj may",
            "juni june jun",
            "juli july jul",
            "august augusti aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "mandag monday måndag",
            "tirsdag tuesday tisdag",
            "onsdag wednesday",
            "torsdag thursday",
            "fredag friday",
            "lørdag saturday lördag",
            "søndag sunday söndag",
        )
    )
    for name in names.split()
}
_LAST_DAY_AWAY = r"til og med|t\.?o\.?m\.?|till och med|to and including|up to and including|sidste feriedag"
_BACK = (
    r"tilbage(?: igen| på kontoret| på arbejde| på pinden)?|retur|igen|at træffe|træffes|indtil|frem til|"
    r"tillbaka|åter|fram till|"
    r"back|return|returning|returns|until|available again"
)
_ENGLISH = re.compile(r"\b(?:back|return|returning|returns|until|available again)\b")
_CUE = re.compile(rf"(?<!\w)(?:(?P<last>{_LAST_DAY_AWAY})|(?P<back>{_BACK}))(?!\w)")
_BETWEEN = (
    r"[\s:,]*(?:(?:i|på|in|to|the|office|kontoret|arbejde|work|again|igen|fra|from|den|d\.|on|om|at|after|efter|er|jeg|"
    r"i am|vil|kl\.?)[\s:,]+){0,6}"
)
_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(_WEEKDAYS)})[\s,]*)?(?:(?:den|d\.|the)\s*)?"
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = (
    rf"(?:(?P<d1>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:of\s+)?(?P<m1>{_NAMES})\b\.?,?(?:\s+(?P<y1>20\d\d))?"
    rf"|(?P<m2>{_NAMES})\b\.?\s+(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b,?(?:\s+(?P<y2>20\d\d))?"
    r"|(?P<y3>20\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d)"
    r"|(?P<d4>\d{1,2})(?P<sign>[./-])\s?(?P<m4>\d{1,2})(?:[./-]\s?(?P<y4>20\d\d|\d\d))?)(?![\w/-]|\.\d)"
)
_AFTER_CUE = re.compile(_BETWEEN + _WEEKDAY + _DAY)
_LONGEST = 4000  # characters that are looked at
_FURTHEST = timedelta(days=366)
_FURTHEST_WITHOUT_YEAR = timedelta(days=200)  # "back on 2 January" on 20 January is a reply that was forgotten


def return_date(text: str, written_on: date) -> date | None:
    """Return the first day back; ``written_on`` is the day of the reply."""
    plain = " ".join(text[:_LONGEST].casefold().split())
    found = set(_days(plain, written_on))
    return found.pop() if len(found) == 1 else None


def _days(text: str, written_on: date) -> Iterator[date | None]:
    """Yield the day after each word that tells of coming back; None for one that cannot be right."""
    for cue in _CUE.finditer(text):
        match = _AFTER_CUE.match(text, cue.end())
        if match is None:
            continue
        english = cue["back"] is not None and _ENGLISH.match(cue["back"]) is not None
        day = _day(match, written_on, english)
        yield day + timedelta(days=1) if day and cue["last"] else day


def _day(match: re.Match[str], written_on: date, english: bool) -> date | None:
    number = int(match["d1"] or match["d2"] or match["d3"] or match["d4"])
    name = match["m1"] or match["m2"]
    month = _MONTHS[name] if name else int(match["m3"] or match["m4"])
    if english and match["sign"] == "/" and number <= 12 and number != month:
        return None
    year = match["y1"] or match["y2"] or match["y3"] or match["y4"]
    years = [int(year) + 2000 * (len(year) == 2)] if year else [written_on.year, written_on.year + 1]
    for candidate in years:
        try:
            day = date(candidate, month, number)
        except ValueError:
            return None
        if written_on <= day <= written_on + (_FURTHEST if year else _FURTHEST_WITHOUT_YEAR):
            return day if match["weekday"] is None or _WEEKDAYS[match["weekday"]] == day.weekday() else None
    return None
