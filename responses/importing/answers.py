"""The cells of one respondent, turned into answers, and held against the route that they lead along (PURE)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from responses.importing.columns import Columns, Place
from responses.importing.table import Findings, short, whole
from surveys.questionnaire.definition import Answers, Question, Questionnaire, Register
from surveys.questionnaire.routing import Item, Route, route

MARKS = {"1": True, "0": False}
NOTHING = ("", "not-answered")  # the second in our own files: asked, and not answered


@dataclass(slots=True)
class AnswerReader:
    """Reads the answers of a file, row by row.

    Attributes:
        drop: leave answers out that the route does not lead to, instead of refusing them.
        dropped: how many were left out, by column.
    """

    questionnaire: Questionnaire
    columns: Columns
    file: str
    findings: Findings
    drop: bool
    dropped: dict[str, int] = field(default_factory=dict)
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _unreadable: bool = False  # something in the row that is being read

    def __post_init__(self) -> None:
        """A file may hold an option's code, or the number that stands for it."""
        for question, _ in self.columns.answers:
            codes = {option.code: option.code for option in question.options_on}
            numbers = {str(option.value): option.code for option in question.options_on if option.value is not None}
            self._codes[question.code] = numbers | codes

    def read(self, row: int, record: Sequence[str]) -> Answers:
        """Return the answers in a row, as they are stored; a cell that cannot be read is a problem, and no answer."""
        answers: dict[str, object] = {}
        self._unreadable = False
        for question, places in self.columns.answers:
            answer = self._answer(question, places, row, record)
            if answer:
                answers[question.code] = answer
        return answers

    def held(self, row: int, register: Register, answers: Answers) -> Route:
        """Return the route of a respondent; what does not fit it, and what it lacks, are problems.

        Not in a row with a cell that could not be read: where it leads is not known.
        """
        taken = route(self.questionnaire, register, answers)
        if self._unreadable:
            return taken
        for question, places in self.columns.answers:
            code = question.code
            if code in answers and answers[code] != taken.answers.get(code):
                self._misfit(row, question, places, taken, answers[code])
        for item in taken.items:
            question = item.question
            if question.required and question.closed and not item.complete(taken.answers.get(item.code)):
                self._incomplete(row, item, taken.answers.get(item.code), answers)
        return taken

    def _answer(self, question: Question, places: Sequence[Place], row: int, record: Sequence[str]) -> object:
        cells = [(place, cell) for place in places if (cell := record[place.position].strip()) not in NOTHING]
        if not cells:
            return None
        match question.type:
            case "single":
                return self._code(question, *cells[0], row)
            case "multi":
                return [place.option for place, cell in cells if self._mark(place, cell, row)]
            case "grid":
                codes = {place.row: self._code(question, place, cell, row) for place, cell in cells}
                return {line: code for line, code in codes.items() if code}
        marks: dict[str, list[str]] = {}
        for place, cell in cells:
            if self._mark(place, cell, row):
                marks.setdefault(place.row, []).append(place.option)
        return marks

    def _code(self, question: Question, place: Place, cell: str, row: int) -> str | None:
        codes = self._codes[question.code]
        code = codes.get(cell) or codes.get(whole(cell))
        if code is None:
            accepted = ", ".join(option.code for option in question.options_on)
            self._say("import_unknown_code", row, place.name, value=short(cell), accepted=accepted)
            self._unreadable = True
        return code

    def _mark(self, place: Place, cell: str, row: int) -> bool:
        mark = MARKS.get(whole(cell))
        if mark is None:
            self._say("import_not_a_mark", row, place.name, value=short(cell))
            self._unreadable = True
        return mark is True

    def _misfit(self, row: int, question: Question, places: Sequence[Place], taken: Route, answer: object) -> None:
        item = taken.item(question.code)
        name = _name(question, places, answer, item)
        if item is not None and _contradicts(item, answer):
            self._say("import_contradicting_marks", row, name, most=question.max_marks or "–")
        elif self.drop:
            self.dropped[question.code] = self.dropped.get(question.code, 0) + 1
        else:
            self._say("import_off_route", row, name)

    def _incomplete(self, row: int, item: Item, kept: object, given: Answers) -> None:
        question = item.question
        if _contradicts(item, given.get(item.code)):
            return  # that has been said
        answered = kept if isinstance(kept, dict) else {}
        lines = [code for code in item.row_codes if code not in answered] if question.has_rows else [""]
        for line in lines:
            name = f"{item.code}__{line}" if line else item.code
            self._say("import_answer_missing", row, f"{name}__…" if question.many_marks else name)

    def _say(self, code: str, row: int, column: str, **params: object) -> None:
        self.findings.say(code, file=self.file, row=row, column=column, **params)


def _contradicts(item: Item, answer: object) -> bool:
    """Return whether marks that are all offered cannot stand together."""
    found = answer.values() if isinstance(answer, dict) else [answer]
    for marks in found:
        if isinstance(marks, list) and marks and set(marks) <= set(item.option_codes):
            alone = len(marks) > 1 and not item.exclusive_codes.isdisjoint(marks)
            if alone or len(marks) > (item.question.max_marks or len(marks)):
                return True
    return False


def _name(question: Question, places: Sequence[Place], answer: object, item: Item | None) -> str:
    """Return the first column with something in it that the route does not ask."""
    rows = item.row_codes if item else ()
    options = item.option_codes if item else ()
    for place in places:
        cell = answer.get(place.row) if isinstance(answer, dict) else answer
        given = place.option in cell if isinstance(cell, list) else cell is not None
        offered = (not question.has_rows or place.row in rows) and (not place.option or place.option in options)
        if given and not (item and offered):
            return place.name
    return question.code
