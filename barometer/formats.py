"""Numbers and dates in the active language; a mail and a page write them alike."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, get_language_info, gettext

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """Return a number with its thousands apart: 14.297 in Danish, 14,297 in English; a dash for None."""
    if value is None:
        return "–"
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(str(value)).quantize(step, ROUND_HALF_UP)
    return number_format(rounded, decimals, use_l10n=True, force_grouping=True)


def percent(share: float | Decimal | None, decimals: int = 0) -> str:
    """Return a share (0–1) in per cent: 59 % in Danish, 59% in English; a dash for None."""
    if share is None:
        return "–"
    space = "" if (get_language() or "").startswith("en") else NO_BREAK_SPACE
    return f"{number(Decimal(str(share)) * 100, decimals)}{space}%"


def points(share: float | None, decimals: int = 1) -> str:
    """Return a difference of shares (0–1) in percentage points, without a unit; a dash for None."""
    return number(None if share is None else Decimal(str(share)) * 100, decimals)


def weekday_date(value: date | None) -> str:
    """Return a day with its weekday, as mails and pages for respondents print it; "" for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "l \\d\\e\\n j. F Y" if _danish() else "l j F Y")


def day(value: date) -> str:
    """Return a day without its weekday, as staff pages print it."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "j. F Y" if _danish() else "j F Y")


def short_day(value: date) -> str:
    """Return a day without its year, as charts print it."""
    return date_format(value, "j. b" if _danish() else "j M")


def moment(value: datetime) -> str:
    """Return a day and the time of day in Denmark, as staff pages print them."""
    return date_format(timezone.localtime(value), "j. F Y \\k\\l. H.i" if _danish() else "j F Y H:i")


def short_moment(value: datetime | None) -> str:
    """Return the same as narrow as tables need it; "" for none."""
    if value is None:
        return ""
    return date_format(timezone.localtime(value), "d.m.Y \\k\\l. H.i" if _danish() else "d M Y H:i")


def _danish() -> bool:
    return (get_language() or "").startswith("da")


def language_name(code: str) -> str:
    """Return a language's name in the active language; its code when Django does not know it."""
    if code == "nb":  # Django spells it in two ways, so that its own name is never translated
        return gettext("Norwegian (bokmål)")
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
