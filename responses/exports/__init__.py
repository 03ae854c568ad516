"""The files of a round: tables from one variable list, written in many formats (docs/export-format.md)."""
