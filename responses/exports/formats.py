"""Every format that there is, by its name: how the file is called, what it is for, and who writes it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from responses.exports.codebook import write_codebook_page, write_codebook_pdf
from responses.exports.ddi import write_ddi
from responses.exports.parquet_file import write_parquet
from responses.exports.statistics_files import write_spss, write_stata
from responses.exports.table import Table
from responses.exports.text_files import write_csv, write_csv_for_people, write_json_lines
from responses.exports.workbook import write_workbook


@dataclass(frozen=True, slots=True)
class Format:
    """``write`` reads the table once and leaves the file at the path; ``needs`` is a library that may not be there."""

    ending: str
    media_type: str
    label: Promise
    write: Callable[[Table, Path], None]
    needs: str = ""

    @property
    def available(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None


FORMATS: dict[str, Format] = {
    "csv": Format("csv", "text/csv; charset=utf-8", _("CSV for programs (codes)"), write_csv),
    "csv-people": Format("csv", "text/csv; charset=utf-8", _("CSV for a spreadsheet (labels)"), write_csv_for_people),
    "xlsx": Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _("Excel: codes, labels and codebook"),
        write_workbook,
    ),
    "sav": Format("sav", "application/x-spss-sav", _("SPSS"), write_spss),
    "dta": Format("dta", "application/x-stata-dta", _("Stata"), write_stata),
    "jsonl": Format("jsonl", "application/jsonl; charset=utf-8", _("JSON Lines"), write_json_lines),
    "parquet": Format("parquet", "application/vnd.apache.parquet", _("Parquet"), write_parquet, needs="pyarrow"),
    "ddi": Format("xml", "application/xml; charset=utf-8", _("Codebook for archives (DDI-Codebook 2.5)"), write_ddi),
    "codebook-html": Format("html", "text/html; charset=utf-8", _("Codebook as a web page"), write_codebook_page),
    "codebook-pdf": Format("pdf", "application/pdf", _("Codebook as PDF"), write_codebook_pdf),
}
