"""Parquet, for data frames in any language: typed columns, and the codebook in the file's metadata.

It needs pyarrow, the extra ``parquet`` (docs/operators.md). Rows are written in groups, while they are read.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from responses.exports.table import Part, Table, columns_of
from responses.variables import Cell, Kind, Variable

if TYPE_CHECKING:
    import pyarrow

ROWS_PER_GROUP = 10_000
Codes: TypeAlias = dict[Cell, int]


def write_parquet(table: Table, path: Path) -> None:
    """Codes are dictionaries of texts, marks small integers (−2: asked, not answered), times without a zone."""
    import pyarrow  # noqa: PLC0415 (heavy, and not everywhere installed)
    import pyarrow.parquet  # noqa: PLC0415

    variables = table.variables
    fields = [pyarrow.field(variable.name, _type(variable, pyarrow)) for variable in variables]
    schema = pyarrow.schema(fields)
    codes: list[Codes] = [{code: place for place, code in enumerate(variable.numbers)} for variable in variables]

    def values(part: Part, place: int) -> list[object]:
        end = place + len(part.cells)
        return list(map(_value, part.cells, variables[place:end], codes[place:end]))

    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        rows = table.made(values)
        while group := list(islice(rows, ROWS_PER_GROUP)):
            arrays = [_array(*given, pyarrow) for given in zip(columns_of(group), variables, codes, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
        about, codebook = table.described()
        metadata = {"about": about, "codebook": codebook, "content_sha256": table.digest}
        said = {name: value if isinstance(value, str) else _json(value) for name, value in metadata.items()}
        writer.add_key_value_metadata(said)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _type(variable: Variable, pa: "pyarrow") -> "pyarrow.DataType":
    match variable.kind:
        case Kind.MARK:
            return pa.int8()
        case Kind.INTEGER:
            return pa.int64()
        case Kind.NUMBER:
            return pa.float64()
        case Kind.TIME:
            return pa.timestamp("ms")
        case Kind.CODE if variable.values:
            return pa.dictionary(pa.int32(), pa.string())
    return pa.string()


def _value(cell: Cell, variable: Variable, codes: Codes) -> object:
    """Return what stands for a cell; of a code its place among ``codes``, where a new one comes last."""
    if cell is None:
        return None
    match variable.kind:
        case Kind.MARK:
            return variable.numbers.get(cell, cell)
        case Kind.TIME:
            return datetime.fromisoformat(str(cell))
        case Kind.CODE if variable.values:
            return codes.setdefault(str(cell), len(codes))
    return cell


def _array(values: Sequence[object], variable: Variable, codes: Codes, pa: "pyarrow") -> "pyarrow.Array":
    if variable.kind is Kind.CODE and variable.values:
        return pa.DictionaryArray.from_arrays(pa.array(values, pa.int32()), pa.array(list(codes), pa.string()))
    return pa.array(values, _type(variable, pa))
