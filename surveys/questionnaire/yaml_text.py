"""YAML text to plain values and back, without YAML's traps.

Only ``true``/``false``, whole numbers and ``null`` are anything but text: ``no`` and ``2018-01-01`` stay text.
A key that stands twice and an alias are problems, not surprises.
"""

import re

import yaml

from barometer.problems import Problem

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
WIDTH = 130
LONG_TEXT = 96

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where PyYAML was built with libyaml
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_CODE = re.compile(r"[a-z][a-z0-9_-]*")
_YAML_1_1_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
_NO_KEY = object()
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def read(text: str) -> tuple[object, list[Problem]]:
    """Return mappings, lists, texts, whole numbers, truth values and None; and what is wrong with the YAML.

    Works on the parser's events: no recursion, and nothing is constructed but these types, whatever tags the text
    carries. When it cannot be read to its end the value is None.
    """
    if len(text) > MAX_CHARACTERS:
        return None, [Problem("document_too_long", "", {"most": MAX_CHARACTERS})]
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return None, [Problem("not_yaml", "", {"line": line, "reason": error.problem or ""})]
    except (yaml.YAMLError, UnicodeError) as error:
        return None, [Problem("not_yaml", "", {"line": 1, "reason": str(error).splitlines()[0]})]
    except _Refused as refused:
        return None, [refused.problem]
    return builder.document, builder.problems


class _Refused(Exception):
    """The rest of the text need not be read."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.problem = Problem(code, "", {"line": line})


class _Builder:
    """Puts events together; ``open`` holds the lists and mappings not yet ended, ``keys`` their waiting keys."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.document: object = None
        self.documents = 0
        self.open: list[dict[object, object] | list[object]] = []
        self.keys: list[object] = []

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _Refused("several_documents", line)
            case yaml.ScalarEvent():
                self.put(_scalar(event) if self.awaits_value() else str(event.value), line)
            case yaml.AliasEvent():
                self.problems.append(Problem("yaml_alias", "", {"line": line}))
                self.put(None if self.awaits_value() else "", line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if not self.awaits_value():
                    raise _Refused("yaml_key_not_text", line)
                if len(self.open) == MAX_DEPTH:
                    raise _Refused("yaml_too_deep", line)
                self.open.append({} if isinstance(event, yaml.MappingStartEvent) else [])
                self.keys.append(_NO_KEY)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                ended = self.open.pop()
                self.keys.pop()
                self.put(ended, line)

    def awaits_value(self) -> bool:
        return not self.open or isinstance(self.open[-1], list) or self.keys[-1] is not _NO_KEY

    def put(self, value: object, line: int) -> None:
        if not self.open:
            self.document = value
            return
        container = self.open[-1]
        if isinstance(container, list):
            container.append(value)
        elif self.keys[-1] is _NO_KEY:
            self.keys[-1] = value
            if value in container:
                self.problems.append(Problem("duplicate_key", "", {"line": line, "key": value}))
        else:
            container.setdefault(self.keys[-1], value)
            self.keys[-1] = _NO_KEY


def _scalar(event: yaml.ScalarEvent) -> object:
    text = str(event.value)
    if event.style or event.tag is not None:  # quoted, folded or tagged: text
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return _WORDS.get(text, text)


class OneLine(dict[str, object]):
    """A mapping to be written as ``{…}`` where it fits on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # list entries stand in under their key


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Codes plain, long texts folded, all else in double quotes."""
    if _CODE.fullmatch(text) and text not in _YAML_1_1_WORDS:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">" if len(text) > LONG_TEXT else '"')


def _one_line_node(dumper: yaml.SafeDumper, data: OneLine) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


_Dumper.add_representer(str, _text_node)
_Dumper.add_representer(OneLine, _one_line_node)


def write(value: object) -> str:
    """Return YAML that ``read`` gives back unchanged, and that YAML 1.1 readers read the same."""
    laid_out = _laid_out(value, indent=0)
    return yaml.dump(
        laid_out, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=WIDTH
    )


def _laid_out(value: object, indent: int) -> object:
    """The value with every ``OneLine`` that is too long opened up."""
    if isinstance(value, OneLine) and indent + len(repr(value)) <= WIDTH:
        return value
    if isinstance(value, dict):
        return {key: _laid_out(entry, indent + 2 + len(key)) for key, entry in value.items()}
    if isinstance(value, list):
        return [_laid_out(entry, indent + 4) for entry in value]
    return value
