"""Where in the file each value stands: tomllib gives the values, tree-sitter the lines."""

from __future__ import annotations

import re

import tree_sitter_toml
from tree_sitter import Language, Node, Parser, Tree

Path = tuple[str | int, ...]

_PARSER = Parser(Language(tree_sitter_toml.language()))
_LINE = re.compile(r"at line (\d+)")


def line_in_message(message: str) -> int | None:
    """Return the line that tomllib's own message names."""
    match = _LINE.search(message)
    return int(match[1]) if match else None


class Positions:
    """Maps the path of a key, ("step", 1, "bolus"), to its line, counted from 1."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        self._tree: Tree = _PARSER.parse(text.encode())
        for node in self._tree.root_node.named_children:
            self._enter(node)

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest thing around it that stands in the file."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def unreadable_lines(self) -> list[int]:
        """Return the lines that are no TOML."""
        found: set[int] = set()
        nodes = [self._tree.root_node]
        while nodes:
            node = nodes.pop()
            if node.is_error or node.is_missing:
                found.add(node.start_point.row + 1)
            elif node.has_error:
                nodes.extend(node.children)
        return sorted(found)

    def _enter(self, node: Node) -> None:
        if node.type == "pair":
            self._pair(node, ())
        elif node.type in ("table", "table_array_element"):
            path = self._newest(_key(node.named_children[0]))
            if node.type == "table_array_element":
                index = self._counts.get(path, 0)
                self._counts[path] = index + 1
                self._lines.setdefault(path, node.start_point.row + 1)
                path = (*path, index)
            self._lines.setdefault(path, node.start_point.row + 1)
            for child in node.named_children[1:]:
                if child.type == "pair":
                    self._pair(child, path)

    def _newest(self, keys: Path) -> Path:
        """Put in the number of the newest element of each array of tables on the way."""
        path: Path = ()
        for key in keys:
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
            path = (*path, key)
        return path

    def _pair(self, node: Node, around: Path) -> None:
        key, value = node.named_children[0], node.named_children[-1]
        path = (*around, *_key(key))
        for length in range(len(around) + 1, len(path) + 1):
            self._lines.setdefault(path[:length], node.start_point.row + 1)
        self._value(value, path)

    def _value(self, value: Node, path: Path) -> None:
        if value.type == "inline_table":
            for child in value.named_children:
                if child.type == "pair":
                    self._pair(child, path)
        elif value.type == "array":
            for index, child in enumerate(c for c in value.named_children if c.type != "comment"):
                self._lines.setdefault((*path, index), child.start_point.row + 1)
                self._value(child, (*path, index))


def _key(node: Node) -> Path:
    if node.type == "dotted_key":
        return tuple(part for child in node.named_children for part in _key(child))
    text = (node.text or b"").decode()
    return (text[1:-1] if node.type == "quoted_key" else text,)
