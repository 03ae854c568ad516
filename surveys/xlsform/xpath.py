"""The part of XPath that XLSForms use for conditions, read into a small tree.

``${a} = 'c'``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``selected(${a}, 'c')``, ``count-selected(${a})``, ``not()``,
``and``, ``or``, ``true()``, ``false()``, brackets, and ``.`` for the question itself. Anything else is ``Unsupported``.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

TOKEN = re.compile(
    r"""\s*(?:(?P<name>\$\{\s*[^}]*?\s*\})|(?P<text>'[^']*'|"[^"]*")|(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_][\w-]*)|(?P<sign><=|>=|!=|=|<|>|\(|\)|,|\.(?!\.)|.))""",
    re.VERBOSE | re.DOTALL,
)
SIGNS = ("=", "!=", "<", "<=", ">", ">=")
MOST_DEPTH = 40
MOST_CHARACTERS = 2_000


class Unsupported(ValueError):
    """A piece that cannot be taken over."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Name:
    """``${name}``; "." is the question that the expression belongs to."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Selected:
    name: Name
    code: str


@dataclass(frozen=True, slots=True)
class Count:
    name: Name


@dataclass(frozen=True, slots=True)
class Compare:
    left: "Operand"
    sign: str
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Joined:
    """``word`` is "and" or "or"."""

    word: str
    parts: tuple["Node", ...]


Operand: TypeAlias = Name | Text | Count | Truth
Node: TypeAlias = Operand | Selected | Compare | Not | Joined


def parse(text: str) -> Node:
    """Raises: Unsupported, with the piece that is not understood."""
    if len(text) > MOST_CHARACTERS:
        raise Unsupported(f"{text[:50]}…")
    reader = _Reader(text)
    node = reader.joined("or", 0)
    if reader.ahead:
        raise Unsupported(reader.ahead)
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [match.group().strip() for match in TOKEN.finditer(text) if match.group().strip()]
        self.place = 0

    @property
    def ahead(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.ahead
        if not token:
            raise Unsupported(" ".join(self.tokens[-3:]))
        self.place += 1
        return token

    def expect(self, token: str) -> None:
        if self.ahead != token:
            raise Unsupported(" ".join(self.tokens[max(0, self.place - 2) : self.place + 2]))
        self.take()

    def joined(self, word: str, depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise Unsupported("(")
        parts = [self.joined("and", depth + 1) if word == "or" else self.compared(depth + 1)]
        while self.ahead == word:
            self.take()
            parts.append(self.joined("and", depth + 1) if word == "or" else self.compared(depth + 1))
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def compared(self, depth: int) -> Node:
        left = self.single(depth)
        if self.ahead not in SIGNS:
            return left
        sign, right = self.take(), self.single(depth)
        for side in (left, right):
            if not isinstance(side, Name | Text | Count | Truth):
                raise Unsupported(sign)
        return Compare(left, sign, right)  # type: ignore[arg-type]  # just looked at

    def single(self, depth: int) -> Node:
        token = self.take()
        if token == "(":
            node = self.joined("or", depth + 1)
            self.expect(")")
            return node
        if token.startswith("${") or token == ".":
            return _name(token)
        if token[0] in "'\"":
            return Text(token[1:-1])
        if token[0].isdigit():
            return Text(token)
        if self.ahead == "(":
            return self.call(token, depth)
        raise Unsupported(token)

    def call(self, function: str, depth: int) -> Node:
        self.expect("(")
        match function:
            case "true" | "false":
                node: Node = Truth(function == "true")
            case "not":
                node = Not(self.joined("or", depth + 1))
            case "count-selected":
                node = Count(self.argument())
            case "selected":
                name = self.argument()
                self.expect(",")
                code = self.take()
                if code[0] not in "'\"" and not code[0].isdigit():
                    raise Unsupported(code)
                node = Selected(name, code.strip("'\""))
            case _:
                raise Unsupported(f"{function}()")
        self.expect(")")
        return node

    def argument(self) -> Name:
        token = self.take()
        if token.startswith("${") or token == ".":
            return _name(token)
        raise Unsupported(token)


def _name(token: str) -> Name:
    return Name(token if token == "." else token[2:-1].strip())
