"""A SELECT that is put together once per process, for the few that run with every page of a respondent.

For a SELECT over seven tables Django takes a millisecond to put the SQL together, ten times as long as PostgreSQL takes
to answer it. See docs/decisions/0008-prepared-queries.md.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import query

POPULATORS: Any = (
    query.get_related_populators
)  # not documented, and other in Django 6: the tests of this module hold it
Row = TypeVar("Row", bound=models.Model)


class Prepared(Generic[Row]):
    """A queryset of models, to be asked again and again with other values.

    Args:
        queryset: makes the queryset for some values, which may only end up as parameters of the SQL.
            ``select_related`` and ``select_for_update`` work; annotations, prefetches and deferred fields do not.
        examples: values to put the SQL together with; none may equal another parameter of the query.
    """

    def __init__(self, queryset: Callable[..., models.QuerySet[Row, Any]], *examples: Any) -> None:
        self._queryset = queryset
        self._examples = examples
        self._compiled: tuple[str, Sequence[Any], Any] | None = None

    def first(self, *values: Any) -> Row | None:
        """Return the first instance, or None; one query, which should not have more to return.

        Raises: TransactionManagementError when rows are to be locked outside a transaction.
        """
        compiler, rows = self._run(values)
        return next(self._instances(compiler, rows[:1]), None)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a ``values_list`` of texts and numbers, which need no conversion; one query."""
        return self._run(values)[1]

    def _run(self, values: Sequence[Any]) -> tuple[Any, list[tuple[Any, ...]]]:
        sql, parameters, compiler = self._compiled or self._compile()
        if compiler.query.select_for_update and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows are locked inside a transaction only")
        given = dict(zip(self._examples, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(parameter, parameter) for parameter in parameters])
            return compiler, cursor.fetchall()

    def _compile(self) -> tuple[str, Sequence[Any], Any]:
        compiler = self._queryset(*self._examples).query.get_compiler(using=connection.alias)
        sql, parameters = compiler.as_sql()
        if missing := [example for example in self._examples if parameters.count(example) != 1]:
            raise ValueError(f"not one parameter of the query each: {missing}")
        self._compiled = sql, parameters, compiler
        return self._compiled

    def _instances(self, compiler: Any, rows: Sequence[Sequence[object]]) -> Iterator[Row]:
        """As ``django.db.models.query.ModelIterable`` does it."""
        own = compiler.klass_info["select_fields"]
        start, end = own[0], own[-1] + 1
        names = [column.target.attname for column, *_ in compiler.select[start:end]]
        populators = POPULATORS(compiler.klass_info, compiler.select, connection.alias)
        for row in compiler.results_iter(results=[rows]):
            instance: Row = compiler.klass_info["model"].from_db(connection.alias, names, row[start:end])
            for populator in populators:
                populator.populate(row, instance)
            yield instance
