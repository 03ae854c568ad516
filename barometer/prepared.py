"""SQL that is put together once per process, for the few statements that run with every page of a respondent or mail.

For a SELECT over seven tables Django takes a millisecond to put the SQL together, ten times as long as PostgreSQL takes
to answer it. See docs/decisions/0011-prepared-queries.md.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models, transaction
from django.db.models.base import ModelState
from django.db.models.sql import UpdateQuery
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=models.Model)


class Part:
    """One of the models in a row: which columns are its own, and which models are joined to it.

    ``info`` is the compiler's ``klass_info``, which is not documented: the tests of this module hold it.
    """

    def __init__(self, info: Mapping[str, Any], select: Sequence[Any]) -> None:
        self.model: Any = info["model"]
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.names = [column.target.attname for column, *_ in select[self.start : self.end]]
        self.key = self.names.index(self.model._meta.pk.attname)
        self.joined = [
            (Part(each, select), each["local_setter"], each["remote_setter"])
            for each in info.get("related_klass_infos", ())
        ]

    def instance(self, values: Sequence[Any]) -> Any:
        """Return the instance with those joined to it, or None when the row has none.

        As ``Model.from_db`` makes it, without the signals and the test of every value for being deferred: seven
        models are made for each page.
        """
        columns = values[self.start : self.end]
        if columns[self.key] is None:
            return None
        instance = self.model.__new__(self.model)
        state = instance._state = ModelState()
        state.db, state.adding = DEFAULT_DB_ALIAS, False
        instance.__dict__.update(zip(self.names, columns, strict=True))
        for part, set_here, set_there in self.joined:
            other = part.instance(values)
            set_here(instance, other)
            if other is not None:
                set_there(other, instance)
        return instance


class Compiled:
    """The SQL of a queryset, and how a row becomes an instance, as ``django.db.models.query.ModelIterable`` does it."""

    def __init__(self, queryset: models.QuerySet[Any, Any]) -> None:
        self.compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.parameters = self.compiler.as_sql()
        self.locks = queryset.query.select_for_update
        self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])

    @cached_property
    def part(self) -> Part:
        """Not of a ``values_list``, which makes no instances."""
        return Part(self.compiler.klass_info, self.compiler.select)

    def instance(self, row: Sequence[Any]) -> Any:
        [values] = self.compiler.apply_converters([row], self.converters)
        return self.part.instance(values)


class Prepared(Generic[Row]):
    """A queryset of models, to be asked again and again with other values.

    Args:
        queryset: makes the queryset for some values, which may only end up as parameters of the SQL.
            ``select_related`` and ``select_for_update`` work; annotations and prefetches do not, nor do models with
            signals or an ``__init__`` of their own.
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
        parameters = [given.get(parameter, parameter) for parameter in compiled.parameters]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, parameters)
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
        if _write(self._sql, [*values, row.pk]) != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is not there to be saved")


class PreparedInsert(Generic[Row]):
    """What ``save()`` and ``bulk_create()`` do to new rows of a model without signals or a ``save`` of its own."""

    def __init__(self, model: type[Row]) -> None:
        self._key: Any = model._meta.pk
        self._fields: list[Any] = [field for field in model._meta.concrete_fields if field is not self._key]
        self._table = model._meta.db_table

    @cached_property
    def _into(self) -> str:
        table, *columns = map(connection.ops.quote_name, (self._table, *(field.column for field in self._fields)))
        return f"INSERT INTO {table} ({', '.join(columns)}) VALUES "

    def insert(self, row: Row) -> Row:
        """Return the row with its key; one query."""
        ops: Any = connection.ops
        returning, _ = ops.return_insert_columns([self._key])
        row.pk = _write(f"{self._into}{self._places} {returning}", self._values(row), returning=True)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return row

    def insert_all(self, rows: Sequence[Row]) -> None:
        """Leaves their keys unset; one query, or none. For some tens of rows at most (``bulk.copy_rows``)."""
        if rows:
            values = [value for row in rows for value in self._values(row)]
            _write(self._into + ", ".join([self._places] * len(rows)), values)

    @property
    def _places(self) -> str:
        return f"({', '.join(['%s'] * len(self._fields))})"

    def _values(self, row: Row) -> list[Any]:
        return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in self._fields]


class Given(models.Value):
    """A value in a ``PreparedUpdate`` that is told when it runs, and converted as ``field`` does."""

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(name, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class PreparedUpdate:
    """What ``update()`` does to a queryset of one table: one conditional statement.

    Args:
        rows: makes the queryset.
        values: by field. There and in the conditions, ``Given`` stands for what is told at each call.
    """

    def __init__(self, rows: Callable[[], models.QuerySet[Any, Any]], **values: Any) -> None:
        self._rows = rows
        self._set = values

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[Any]]:
        query: Any = self._rows().query.chain(UpdateQuery)
        query.add_update_values(self._set)
        query.annotations = {}
        sql, parameters = query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql()
        return sql, parameters

    def run(self, **given: Any) -> int:
        """Return how many rows were changed."""
        sql, parameters = self._compiled
        return _write(sql, [_told(parameter, given) for parameter in parameters])


def _told(parameter: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(parameter, Given):
        return parameter.output_field.get_db_prep_save(given[parameter.value], connection)
    return parameter


def _write(sql: str, parameters: Sequence[Any], *, returning: bool = False) -> int:
    """Return how many rows were changed, or the key of the new one; after an error nothing around it is committed."""
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        answer: int = cursor.fetchone()[0] if returning else cursor.rowcount
        return answer
