"""Parquet, for data frames in any language: typed columns, and the codebook in the file's metadata.

It needs pyarrow, the extra ``parquet`` (docs/operators.md). Rows are written in groups, while they are read.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from responses.exports.table import Table
from responses.variables import Cell, Kind, Variable

if TYPE_CHECKING:
    import pyarrow

ROWS_PER_GROUP = 10_000


def write_parquet(table: Table, path: Path) -> None:
    """Codes are dictionaries of texts, marks small integers (−2: asked, not answered), times without a zone."""
    import pyarrow  # noqa: PLC0415 (heavy, and not everywhere installed)
    import pyarrow.parquet  # noqa: PLC0415

    fields = [pyarrow.field(variable.name, _type(variable, pyarrow)) for variable in table.variables]
    schema = pyarrow.schema(fields)
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        rows = table.rows()
        while group := list(islice(rows, ROWS_PER_GROUP)):
            columns = zip(*group, strict=True)
            arrays = [_array(v, column, pyarrow) for v, column in zip(table.variables, columns, strict=True)]
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


def _array(variable: Variable, column: Sequence[Cell], pa: "pyarrow") -> "pyarrow.Array":
    type_ = _type(variable, pa)
    match variable.kind:
        case Kind.MARK:
            return pa.array([variable.numbers.get(cell, cell) for cell in column], type_)
        case Kind.TIME:
            return pa.array([None if cell is None else datetime.fromisoformat(str(cell)) for cell in column], type_)
        case Kind.CODE if variable.values:
            codes = dict.fromkeys([value.code for value in variable.values])
            codes |= dict.fromkeys(str(cell) for cell in column if cell is not None)
            places: dict[Cell, int] = {code: place for place, code in enumerate(codes)}
            indices = pa.array([places.get(cell) for cell in column], pa.int32())
            return pa.DictionaryArray.from_arrays(indices, pa.array(list(codes), pa.string()))
    return pa.array(column, type_)
