"""Conditions of an XLSForm in our own expression language, saying the same of every route.

In an XLSForm an unanswered question is an empty text, so that ``${a} != 'c'`` is true of it; here it is unknown. So
"not" is moved inwards to the single questions, and those that may be left out get "or not answered(…)" beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from surveys.xlsform.xpath import Compare, Count, Joined, Name, Node, Not, Selected, Text, Truth, Unsupported

TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!=", "!=": "="}
MOST_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Target:
    """What a name of the form has become.

    Attributes:
        kind: "gone" for what could not be taken over.
        options: codes by the names of the form.
        sure: asked of everybody and required, so never unanswered further down.
        whole: a row's grid must be answered completely.
        node: of a derived variable, what it says.
    """

    kind: Literal["single", "multi", "row", "row_multi", "open", "derived", "gone"]
    code: str
    row: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    sure: bool = False
    whole: bool = True
    node: Node | None = None


Targets: TypeAlias = Mapping[str, Target]
Written: TypeAlias = str | bool  # an expression, or what always holds or never does


def written(node: Node, targets: Targets) -> Written:
    """Raises: Unsupported, with the piece that cannot be said here."""
    return _Writer(targets).write(node, negated=False, depth=0)


def number(node: Node, targets: Targets) -> str | None:
    """The expression of a derived variable that is a number of marks; None for any other."""
    return f"count({_Writer(targets).marks(node.name)})" if isinstance(node, Count) else None


class _Writer:
    def __init__(self, targets: Targets) -> None:
        self.targets = targets

    def write(self, node: Node, *, negated: bool, depth: int) -> Written:
        if depth > MOST_DEPTH:
            raise Unsupported("…")
        match node:
            case Joined(word=word, parts=parts):
                found = [self.write(part, negated=negated, depth=depth + 1) for part in parts]
                return joined(found, both=(word == "and") is not negated)
            case Not(part=part):
                return self.write(part, negated=not negated, depth=depth + 1)
            case Truth(value=value):
                return value is not negated
            case Selected(name=name, code=code):
                return self.chosen(name, code, negated=negated)
            case Name():
                return self.derived(node, negated=negated, depth=depth)
            case Compare(left=left, sign=sign, right=right):
                return self.compare(left, sign, right, negated=negated, depth=depth)
        raise Unsupported(_said(node))

    def target(self, name: Name) -> Target:
        target = self.targets.get(name.name)
        if target is None or target.kind == "gone":
            raise Unsupported(_said(name))
        return target

    def derived(self, name: Name, *, negated: bool, depth: int) -> Written:
        target = self.target(name)
        if target.kind != "derived" or target.node is None or isinstance(target.node, Count):
            raise Unsupported(_said(name))
        return self.write(target.node, negated=True, depth=depth + 1) if negated else target.code

    def compare(self, left: Node, sign: str, right: Node, *, negated: bool, depth: int) -> Written:
        if isinstance(left, Text | Truth):
            left, sign, right = right, TURNED[sign], left
        if isinstance(left, Count) or self.is_number(left):
            return self.count(left, OPPOSITE[sign] if negated else sign, right)
        if sign not in ("=", "!=") or not isinstance(left, Name):
            raise Unsupported(sign)
        negated = negated is not (sign == "!=")
        if isinstance(right, Text) and right.value == "":
            return self.answered(left, negated=not negated)
        if self.target(left).kind == "derived":
            truth = (
                right.value if isinstance(right, Truth) else _TRUTHS.get(right.value if isinstance(right, Text) else "")
            )
            if truth is None:
                raise Unsupported(_said(right))
            return self.derived(left, negated=negated is truth, depth=depth)
        if not isinstance(right, Text) or self.target(left).kind in ("multi", "row_multi", "open"):
            raise Unsupported(f"{_said(left)} {sign} {_said(right)}")
        return self.chosen(left, right.value, negated=negated)

    def answered(self, name: Name, *, negated: bool) -> str:
        target = self.target(name)
        if target.kind not in ("single", "multi", "open"):
            raise Unsupported(f"{_said(name)} = ''")
        return f"not answered({target.code})" if negated else f"answered({target.code})"

    def chosen(self, name: Name, option: str, *, negated: bool) -> str:
        """One option of a question or a row."""
        target = self.target(name)
        code = target.options.get(option)
        if code is None:
            raise Unsupported(f"'{option}'")
        place = f"{target.code}.{target.row}" if target.row else target.code
        if target.kind in ("single", "row"):
            text = f"{place} != '{code}'" if negated else f"{place} == '{code}'"
        else:
            text = f"'{code}' not in {place}" if negated else f"'{code}' in {place}"
        return self.or_open(text, target) if negated else text

    def or_open(self, text: str, target: Target) -> str:
        if target.sure:
            return text
        if not target.whole:  # a row may be open in a grid that is otherwise answered
            raise Unsupported(f"not(${{{target.code}}})")
        return f"({text} or not answered({target.code}))"

    def is_number(self, node: Node) -> bool:
        return isinstance(node, Name) and isinstance(self.target(node).node, Count)

    def marks(self, name: Name) -> str:
        target = self.target(name)
        if target.kind != "multi":
            raise Unsupported(f"count-selected({_said(name)})")
        return target.code

    def count(self, left: Node, sign: str, right: Node) -> str:
        if not isinstance(right, Text) or not right.value.isdecimal():
            raise Unsupported(_said(right))
        most = int(right.value)
        counted = left if isinstance(left, Count) else self.target(left).node if isinstance(left, Name) else None
        assert isinstance(counted, Count)
        target = self.targets[counted.name.name] if self.marks(counted.name) else None
        operand = f"count({self.marks(counted.name)})" if isinstance(left, Count) else self.target(left).code  # type: ignore[arg-type]
        text = f"{operand} {'==' if sign == '=' else sign} {most}"
        holds_for_none = {"<": most > 0, "<=": True, "=": most == 0, "!=": most != 0, ">": False, ">=": most == 0}[sign]
        return self.or_open(text, target) if holds_for_none and target is not None else text


_TRUTHS = {"true": True, "false": False, "1": True, "0": False}


def joined(parts: list[Written], *, both: bool) -> Written:
    """ "and" or "or", with what always or never holds worked out."""
    kept: list[str] = []
    for part in parts:
        if isinstance(part, bool):
            if part is not both:
                return part
        elif part not in kept:
            kept.append(part)
    if len(kept) < 2:
        return kept[0] if kept else both
    word, other = (" and ", " or ") if both else (" or ", " and ")
    return word.join(f"({part})" if other in part and not _in_brackets(part) else part for part in kept)


def _in_brackets(text: str) -> bool:
    """Whether one pair of brackets holds all of it."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place == len(text) - 1 and text.startswith("(")
    return False


def _said(node: Node) -> str:
    match node:
        case Name(name=name):
            return "." if name == "." else f"${{{name}}}"
        case Text(value=value):
            return f"'{value}'"
        case Truth(value=value):
            return "true()" if value else "false()"
        case Count(name=name):
            return f"count-selected({_said(name)})"
    return "…"
