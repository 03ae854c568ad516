"""Several numbers of a round by one query, for the pages that tell many."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from surveys.models import Round

NUMBER = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"


def counted(round_: Round, querysets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Return the number of rows of each queryset by its name; one query, none without a queryset."""
    if not querysets:
        return {}
    rows = [each.order_by().values("pk") for each in querysets.values()]
    numbers = [Subquery(each, output_field=IntegerField(), template=NUMBER) for each in rows]
    found = Round.objects.filter(pk=round_.pk).order_by().values_list(*numbers).get()
    return {name: number or 0 for name, number in zip(querysets, found, strict=True)}
