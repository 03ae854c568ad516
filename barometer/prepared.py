"""SQL that is put together once per process, for the few statements that run with every page of a respondent.

For a SELECT over seven tables Django takes a millisecond to put the SQL together, ten times as long as PostgreSQL takes
to answer it. See docs/decisions/0011-prepared-queries.md.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connection, models, transaction
from django.db.models import query

POPULATORS: Any = (
    query.get_related_populators
)  # not documented, and other in Django 6: the tests of this module hold it
Row = TypeVar("Row", bound=models.Model)


class Compiled:
    """The SQL of a queryset, and how a row becomes an instance, as ``django.db.models.query.ModelIterable`` does it."""

    def __init__(self, queryset: models.QuerySet[Any, Any]) -> None:
        self.compiler: Any = queryset.query.get_compiler(using=connection.alias)
        self.sql, self.parameters = self.compiler.as_sql()
        self.locks = queryset.query.select_for_update
        self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
        if info := self.compiler.klass_info:  # none for a values_list
            self.model = info["model"]
            self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
            self.names = [column.target.attname for column, *_ in self.compiler.select[self.start : self.end]]
            self.populators = POPULATORS(info, self.compiler.select, connection.alias)

    def instance(self, row: Sequence[Any]) -> Any:
        [values] = self.compiler.apply_converters([row], self.converters)
        instance = self.model.from_db(connection.alias, self.names, values[self.start : self.end])
        for populator in self.populators:
            populator.populate(values, instance)
        return instance


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
        self._compiled: Compiled | None = None

    def first(self, *values: Any) -> Row | None:
        """Return the first instance, or None; one query, which should not have more to return.

        Raises: TransactionManagementError when rows are to be locked outside a transaction.
        """
        compiled, rows = self._run(values)
        instance: Row | None = compiled.instance(rows[0]) if rows else None
        return instance

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a ``values_list`` of texts and numbers, which need no conversion; one query."""
        return self._run(values)[1]

    def _run(self, values: Sequence[Any]) -> tuple[Compiled, list[tuple[Any, ...]]]:
        compiled = self._compiled or self._compile()
        if compiled.locks and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows are locked inside a transaction only")
        given = dict(zip(self._examples, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, [given.get(parameter, parameter) for parameter in compiled.parameters])
            return compiled, cursor.fetchall()

    def _compile(self) -> Compiled:
        compiled = Compiled(self._queryset(*self._examples))
        if missing := [example for example in self._examples if compiled.parameters.count(example) != 1]:
            raise ValueError(f"not one parameter of the query each: {missing}")
        self._compiled = compiled
        return compiled


class PreparedSave(Generic[Row]):
    """What ``save(update_fields=…)`` does to a row that is there.

    For fields that are saved as they are (no ``auto_now``), of models without signals or a ``save`` of their own.
    """

    def __init__(self, model: type[Row], *fields: str) -> None:
        self._fields: list[Any] = [model._meta.get_field(name) for name in fields]
        names = [model._meta.db_table, *(field.column for field in self._fields), model._meta.pk.attname]
        table, *columns, key = map(connection.ops.quote_name, names)
        self._sql = f"UPDATE {table} SET {', '.join(f'{column} = %s' for column in columns)} WHERE {key} = %s"

    def save(self, row: Row) -> None:
        """One query; ``DatabaseError`` when the row is there no more."""
        values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [*values, row.pk])
            if cursor.rowcount != 1:
                raise DatabaseError(f"{row._meta.label} {row.pk} is not there to be saved")
