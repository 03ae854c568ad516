"""An XLSForm to a questionnaire, and a list of everything that could not be taken over: docs/xlsform.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from barometer.problems import Problem
from surveys.questionnaire.definition import Choice, Derived, Label, Page, Question, Questionnaire, completed
from surveys.questionnaire.expression import Expression, ExpressionError, parse
from surveys.xlsform.expressions import Target, Written, joined, number, written
from surveys.xlsform.grids import grid_of
from surveys.xlsform.lists import OTHER, Lists, other_option
from surveys.xlsform.marks import Marks, marks_of
from surveys.xlsform.names import Names
from surveys.xlsform.pages import split
from surveys.xlsform.structure import Entry, tree
from surveys.xlsform.texts import Texts
from surveys.xlsform.workbook import SHEETS, Workbook, read_workbook
from surveys.xlsform.xpath import Unsupported
from surveys.xlsform.xpath import parse as parse_xpath

TRUE, FALSE = ("yes", "true", "true()", "1"), ("", "no", "false", "false()", "0")


@dataclass(frozen=True, slots=True)
class Header:
    """What an XLSForm does not know of itself."""

    code: str
    version: int
    country: str
    reference_start: date
    reference_end: date
    language: str  # of texts that name none


@dataclass(frozen=True, slots=True)
class Imported:
    """A questionnaire that may have errors, and the remarks; no questionnaire when the file cannot be read at all."""

    questionnaire: Questionnaire | None
    remarks: Sequence[Problem]


def read_xlsform(data: bytes, header: Header) -> Imported:
    workbook, problems = read_workbook(data)
    if workbook is None:
        return Imported(None, problems)
    top, problems = tree(workbook.survey)
    if problems:
        return Imported(None, problems)
    return _Form(workbook, header).imported(top)


@dataclass(slots=True)
class _Asked:
    """A question on its way: its condition can be written when all names are known."""

    question: Question
    entry: Entry
    conditions: list[str]  # XPath, of the groups around it and its own
    rows: list[tuple[str, Entry]]  # of a grid: code and line


class _Form:
    def __init__(self, workbook: Workbook, header: Header) -> None:
        self.workbook, self.header = workbook, header
        self.texts = Texts(workbook, header.language)
        self.remarks: list[Problem] = [Problem("xls_sheet", "", {"sheet": sheet}) for sheet in workbook.other_sheets]
        self.names, self.page_names = Names("q"), Names("page")
        self.lists = Lists(workbook.choices, self.texts, self.remarks)
        self.targets: dict[str, Target] = {}
        self.pages: list[tuple[Page, list[_Asked]]] = []
        self.calculated: list[tuple[str, Entry]] = []

    def imported(self, top: Sequence[Entry]) -> Imported:
        loose: list[Entry] = []
        for entry in top:
            if entry.kind in ("group", "repeat"):
                self.loose_page(loose)
                loose = []
                self.page(entry)
            else:
                loose.append(entry)
        self.loose_page(loose)
        derived = tuple(self.derived())
        asked = [(page, [self.finished(one) for one in questions]) for page, questions in self.pages]
        scales = self.lists.scales()
        pages, questions = split(asked, derived, self.page_names, self.remarks)
        for row in self.workbook.settings:
            self.remarks += self.texts.lost(row)
        title = self.workbook.settings[0].get("form_title") if self.workbook.settings else ""
        questionnaire = Questionnaire(
            code=self.header.code,
            version=self.header.version,
            country=self.header.country,
            reference_start=self.header.reference_start,
            reference_end=self.header.reference_end,
            languages=self.texts.languages,
            title=Label({self.texts.default: title} if title else {}),
            texts={},
            register=(),
            scales=scales,
            derived=derived,
            pages=tuple(pages),
            questions=completed(tuple(questions), scales),
        )
        return Imported(questionnaire, sorted([*self.texts.problems, *self.remarks], key=_place))

    def renamed(self, entry: Entry, name: str, code: str) -> str:
        if name and code != name:
            self.remarks.append(Problem("xls_renamed", entry.row.where, {"name": name, "code": code}))
        return code

    # ---- pages

    def loose_page(self, entries: Sequence[Entry]) -> None:
        """Questions outside all groups stand together on a page that is called like the form."""
        if entries:
            title = self.workbook.settings[0].get("form_title") if self.workbook.settings else ""
            label = Label({self.texts.default: title} if title else {})
            questions = [asked for entry in entries for asked in self.asked(entry, [])]
            if questions:
                self.pages.append((Page(self.page_names.new("page"), label, ()), questions))

    def page(self, group: Entry) -> None:
        code = self.renamed(group, group.name, self.page_names.code(group.name))
        label = self.texts.label(group.row) or Label({})
        questions = list(self.asked_in(group, []))
        if questions:
            self.pages.append((Page(code, label, ()), questions))

    def asked_in(self, group: Entry, around: list[str]) -> Iterator[_Asked]:
        """The questions of a group; a table of questions becomes one grid."""
        self.remarks += self.texts.lost(group.row)
        if group.kind == "repeat":
            self.remarks.append(Problem("xls_repeat", group.row.where, {"name": group.name}))
        around = [*around, *_condition(group)]
        grid = grid_of(group)
        if grid is not None:
            yield self.grid(group, grid, around)
            return
        for appearance in sorted(group.appearances - {"field-list"}):
            self.lose("appearance", appearance, group)
        for child in group.children:
            yield from self.asked(child, around)

    def asked(self, entry: Entry, around: list[str]) -> Iterator[_Asked]:
        """What one line comes to; nothing for what is computed or only recorded."""
        match entry.kind:
            case "group" | "repeat":
                label = self.texts.label(entry.row) if grid_of(entry) is None else None
                if label is not None:
                    yield self.display(entry, label, [*around, *_condition(entry)])
                yield from self.asked_in(entry, around)
            case "calculate":
                self.remarks += self.texts.lost(entry.row)
                self.calculated.append((self.renamed(entry, entry.name, self.names.code(entry.name)), entry))
                self.targets[entry.name] = self.calculation(entry)
            case "metadata":
                self.remarks.append(Problem("xls_left_out", entry.row.where, {"type": entry.type, "name": entry.name}))
            case "note":
                self.remarks += self.texts.lost(entry.row)
                yield self.display(entry, self.texts.label(entry.row) or Label({}), [*around, *_condition(entry)])
            case _:
                yield self.question(entry, [*around, *_condition(entry)])

    # ---- questions

    def display(self, entry: Entry, label: Label, conditions: list[str]) -> _Asked:
        code = self.renamed(entry, entry.name, self.names.new(entry.name or "text"))
        hint = self.texts.label(entry.row, "hint") if entry.kind == "note" else None
        question = Question(code, "display", label, hint=hint, required=False, enabled=not self.disabled(entry))
        return _Asked(question, entry, conditions, [])

    def question(self, entry: Entry, conditions: list[str]) -> _Asked:
        self.remarks += self.texts.lost(entry.row)
        code = self.renamed(entry, entry.name, self.names.code(entry.name or "question"))
        for appearance in sorted(entry.appearances - ({"multiline"} if entry.kind == "open" else set())):
            self.lose("appearance", appearance, entry)
        if entry.kind == "other":
            self.remarks.append(Problem("xls_type", entry.row.where, {"type": entry.type}))
        kind = entry.kind if entry.kind in ("single", "multi") else "open"
        required = self.required(entry)
        question = Question(
            code=code,
            type=kind,  # type: ignore[arg-type]  # one of three of them
            label=self.texts.label(entry.row) or Label({}),
            hint=self.texts.label(entry.row, "hint"),
            required=required,
            enabled=not self.disabled(entry),
        )
        if kind == "open":
            self.lose("constraint", entry.row.get("constraint"), entry)
            options: dict[str, str] = {}
        else:
            question, options = self.with_options(question, entry)
        sure = required and not conditions and question.enabled
        self.targets[entry.name] = Target(kind, code, options=options, sure=sure)  # type: ignore[arg-type]
        return _Asked(question, entry, conditions, [])

    def with_options(self, question: Question, entry: Entry) -> tuple[Question, dict[str, str]]:
        options = self.lists.options(entry)
        marks = self.marks(entry, self.lists.codes(entry.list_name)) if question.type == "multi" else Marks()
        if question.type == "single":
            self.lose("constraint", entry.row.get("constraint"), entry)
        if entry.or_other or marks.alone:
            choices = tuple(replace(option, exclusive=option.code in marks.alone) for option in options)
            choices += (other_option(choices, self.texts.languages),) if entry.or_other else ()
            question = replace(question, options=choices, max_marks=marks.most)
        else:
            question = replace(question, scale=self.lists.use(entry.list_name), max_marks=marks.most)
        codes = self.lists.codes(entry.list_name)
        return question, codes | ({OTHER: OTHER} if entry.or_other else {})

    def grid(self, group: Entry, rows: Sequence[Entry], around: list[str]) -> _Asked:
        """One question for a table of selects; each of them is a row."""
        kind = "grid" if rows[0].kind == "single" else "grid_multi"
        code = self.renamed(group, group.name, self.names.code(group.name or "table"))
        row_names = Names("r")
        required = [self.required(row) for row in rows]
        if len(set(required)) > 1:
            self.remarks.append(Problem("xls_mixed_required", group.row.where, {"name": group.name}))
        marks = (
            {self.marks(row, self.lists.codes(row.list_name)) for row in rows} if kind == "grid_multi" else {Marks()}
        )
        if len(marks) > 1 or any(mark.alone for mark in marks):
            self.lose("constraint", rows[0].row.get("constraint"), rows[0])
        found = []
        for row in rows:
            name = self.renamed(row, row.name, row_names.code(row.name))
            found.append((name, row))
            whole = all(required) and not row.row.get("relevant")
            self.targets[row.name] = Target(
                "row" if kind == "grid" else "row_multi",
                code,
                row=name,
                options=self.lists.codes(row.list_name),
                sure=whole and not around,
                whole=whole,
            )
        label, hint = self.grid_texts(group, rows)
        question = Question(
            code,
            kind,  # type: ignore[arg-type]  # one of two of them
            label,
            hint=hint,
            required=all(required),
            max_marks=next(iter(marks)).most if len(marks) == 1 else None,
            scale=self.lists.use(rows[0].list_name),
            rows=tuple(self.grid_row(name, row) for name, row in found),
        )
        return _Asked(question, group, around, found)

    def grid_row(self, name: str, row: Entry) -> Choice:
        self.remarks += self.texts.lost(row.row)
        for appearance in sorted(row.appearances - {"list-nolabel"}):
            self.lose("appearance", appearance, row)
        label = self.texts.label(row.row) or Label({})
        return Choice(name, None, label, hint=self.texts.label(row.row, "hint"), enabled=not self.disabled(row))

    def grid_texts(self, group: Entry, rows: Sequence[Entry]) -> tuple[Label, Label | None]:
        """Those of the group; else those of the line above the rows that only shows the options."""
        lines = [group, *(child for child in group.children if not any(child is row for row in rows))]
        labels = [found for line in lines if (found := self.texts.label(line.row)) is not None]
        hints = [found for line in lines if (found := self.texts.label(line.row, "hint")) is not None]
        for lost in (*labels[1:], *hints[1:]):
            self.lose("label", " / ".join(str(text) for text in lost.texts.values()), group)
        for line in lines[1:]:
            self.remarks += self.texts.lost(line.row)
        return (labels[0] if labels else Label({})), (hints[0] if hints else None)

    def marks(self, entry: Entry, codes: dict[str, str]) -> Marks:
        try:
            return marks_of(entry.row.get("constraint"), codes)
        except Unsupported as error:
            self.lose("constraint", entry.row.get("constraint"), entry, error.part)
            return Marks()

    def required(self, entry: Entry) -> bool:
        text = entry.row.get("required").lower()
        if text not in (*TRUE, *FALSE):
            self.lose("required", entry.row.get("required"), entry)
        return text in TRUE

    def disabled(self, entry: Entry) -> bool:
        return entry.row.get("disabled").lower() in TRUE

    def lose(self, column: str, text: str, entry: Entry, part: str = "") -> None:
        if text:
            params = {"column": column, "text": text[:500], "part": part or text[:100]}
            self.remarks.append(Problem("xls_expression", entry.row.where, params))

    # ---- conditions

    def calculation(self, entry: Entry) -> Target:
        try:
            node = parse_xpath(entry.row.get("calculation"))
        except Unsupported as error:
            self.lose("calculation", entry.row.get("calculation") or "–", entry, error.part)
            return Target("gone", entry.name)
        return Target("derived", self.names.code(entry.name), node=node)

    def derived(self) -> Iterator[Derived]:
        for code, entry in self.calculated:
            target = self.targets[entry.name]
            self.lose("relevant", entry.row.get("relevant"), entry)
            if target.node is None:
                continue
            label = self.texts.label(entry.row) or Label(dict.fromkeys(self.texts.languages, entry.name))
            try:
                text = number(target.node, self.targets) or written(target.node, self.targets)
                if isinstance(text, bool):
                    raise Unsupported(entry.row.get("calculation"))
                yield Derived(code, parse(text), label)
            except (Unsupported, ExpressionError) as error:
                self.lose("calculation", entry.row.get("calculation"), entry, error.part)
                self.targets[entry.name] = replace(target, kind="gone")

    def finished(self, asked: _Asked) -> Question:
        lines = dict(asked.rows)
        rows = (
            replace(row, ask_if=self.ask_if(lines[row.code], _condition(lines[row.code])))
            for row in asked.question.rows
        )
        return replace(asked.question, ask_if=self.ask_if(asked.entry, asked.conditions), rows=tuple(rows))

    def ask_if(self, entry: Entry, conditions: Sequence[str]) -> Expression | None:
        """The conditions together; one that cannot be said here is a remark, and the question is asked without it."""
        parts: list[Written] = []
        for text in conditions:
            try:
                part = written(parse_xpath(text), self.targets)
                if part is False:
                    raise Unsupported(text)
                parts.append(part)
            except Unsupported as error:
                self.lose("relevant", text, entry, error.part)
        both = joined(parts, both=True)
        return None if isinstance(both, bool) else parse(both)


def _place(problem: Problem) -> tuple[int, int]:
    """Where a remark stands: in the order of the file, what concerns all of it at the end."""
    sheet, _, number = problem.where.partition(":")
    return (SHEETS.index(sheet), int(number)) if sheet in SHEETS else (len(SHEETS), 0)


def _condition(entry: Entry) -> list[str]:
    text = entry.row.get("relevant")
    return [text] if text else []
