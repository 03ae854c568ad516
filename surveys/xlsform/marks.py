"""What a constraint says about the marks of a question: how many, and which stand alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.xlsform.xpath import Compare, Count, Joined, Name, Node, Not, Selected, Text, Unsupported, parse


@dataclass(frozen=True, slots=True)
class Marks:
    most: int | None = None
    alone: frozenset[str] = frozenset()


def marks_of(constraint: str, codes: Mapping[str, str]) -> Marks:
    """Read ``count-selected(.) <= 3`` and ``not(selected(., 'none') and count-selected(.) > 1)``, joined by "and".

    Raises: Unsupported for anything else.
    """
    if not constraint:
        return Marks()
    node = parse(constraint)
    most: int | None = None
    alone = set()
    for part in node.parts if isinstance(node, Joined) and node.word == "and" else (node,):
        cap = _cap(part)
        if cap is not None and cap < 1:
            raise Unsupported(constraint)
        if cap is not None:
            most = cap if most is None else min(most, cap)
        else:
            code = codes.get(_alone(part))
            if code is None:
                raise Unsupported(constraint)
            alone.add(code)
    return Marks(most, frozenset(alone))


def _cap(node: Node) -> int | None:
    match node:
        case Compare(left=Count(name=Name(name=".")), sign="<=" | "<" as sign, right=Text(value=value)) if (
            value.isdecimal()
        ):
            return int(value) - (sign == "<")
        case Compare(left=Text(value=value), sign=">=" | ">" as sign, right=Count(name=Name(name="."))) if (
            value.isdecimal()
        ):
            return int(value) - (sign == ">")
    return None


def _alone(node: Node) -> str:
    """The option that must not stand beside others; "" for what says something else."""
    match node:
        case Not(part=Joined(word="and", parts=(Selected(name=Name(name="."), code=code), Compare() as several))):
            return code if _is_several(several) else ""
    return ""


def _is_several(node: Compare) -> bool:
    """``count-selected(.) > 1``"""
    match node:
        case Compare(left=Count(name=Name(name=".")), sign=sign, right=Text(value=value)):
            return (sign, value) in ((">", "1"), (">=", "2"))
    return False
