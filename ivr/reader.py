"""YAML read with line numbers: every problem is told as ``file:line: message``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml

T = TypeVar("T")


@dataclass(slots=True)
class Problems:
    """What is wrong with a file, collected to be told at once."""

    path: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Note a problem of a line (from 1)."""
        self.found.append((line, message))

    def lines(self) -> list[str]:
        """Tell the problems in the order of the file."""
        return [f"{self.path}:{line}: {message}" for line, message in sorted(set(self.found))]


@dataclass(frozen=True, slots=True)
class Value:
    """A node of the file and where its problems go."""

    node: yaml.Node
    problems: Problems

    @property
    def line(self) -> int:
        """The line it starts on, from 1."""
        return int(self.node.start_mark.line) + 1

    def text(self) -> str:
        """Read a plain value; anything else is a problem and reads as empty."""
        if isinstance(self.node, yaml.ScalarNode):
            return str(self.node.value)
        self.problems.add(self.line, "a plain value is expected here")
        return ""

    def number(self, kind: Callable[[str], T], least: int, most: int, default: T) -> T:
        """Read a number between ``least`` and ``most``."""
        try:
            value = kind(self.text())
            if least <= float(str(value)) <= most:
                return value
        except ValueError:
            pass
        self.problems.add(self.line, f"a number from {least} to {most} is expected here")
        return default

    def flag(self) -> bool:
        """Read yes or no."""
        text = self.text().lower()
        if text not in ("yes", "no", "true", "false"):
            self.problems.add(self.line, "yes or no is expected here")
        return text in ("yes", "true")

    def items(self) -> list[Value]:
        """Read a list; anything else is a problem and reads as empty."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Value(item, self.problems) for item in self.node.value]
        self.problems.add(self.line, "a list is expected here")
        return []

    def mapping(self) -> dict[str, Value]:
        """Read a mapping; a key given twice is a problem."""
        if not isinstance(self.node, yaml.MappingNode):
            self.problems.add(self.line, "a mapping is expected here")
            return {}
        found: dict[str, Value] = {}
        for key, value in self._pairs():
            if key.text() in found:
                self.problems.add(key.line, f"{key.text()!r} is given twice")
            found[key.text()] = Value(value.node, self.problems)
        return found

    def _pairs(self) -> Iterator[tuple[Value, Value]]:
        for key, value in self.node.value:
            yield Value(key, self.problems), Value(value, self.problems)

    def is_mapping(self) -> bool:
        """Tell whether it is a mapping."""
        return isinstance(self.node, yaml.MappingNode)


def read(path: Path, problems: Problems) -> Value | None:
    """Parse a file; ``None`` (and a problem) when it is no YAML or empty."""
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.add(line, f"not YAML: {error.problem or error}")
        return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.add(1, f"cannot be read: {error}")
        return None
    if node is None:
        problems.add(1, "the file is empty")
        return None
    return Value(node, problems)


def only(fields: Mapping[str, Value], allowed: set[str], where: str) -> None:
    """Note every key that ``where`` does not know."""
    for name, value in fields.items():
        if name not in allowed:
            value.problems.add(value.line, f"{where} does not know {name!r}")
