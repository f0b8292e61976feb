"""``make size``: lines of code by package, and the modules, functions and classes longer than LONGEST.

Blank lines, comments and docstrings are not counted, nor are tests, migrations, benchmarks and fixtures. The lines of a class
include those of its base classes in the same module.
"""

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ctportal", "conferences", "documents")
LONGEST = {"module": 500, "function": 60, "class": 300}
IGNORED = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def code_lines(source):
    """Return the numbers of the lines of *source* that contain code."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in IGNORED:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, *Function)) and ast.get_docstring(node, clean=False) is not None:
            docstring = node.body[0]
            lines.difference_update(range(docstring.lineno, docstring.end_lineno + 1))
    return lines


def lengths(source):
    """Yield (kind, name, lines of code) of the module *source* and of its functions and classes."""
    lines = code_lines(source)
    tree = ast.parse(source)
    yield "module", "", len(lines)
    own = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield "function", node.name, _inside(node, lines)
        elif isinstance(node, ast.ClassDef):
            yield "class", node.name, sum(_inside(each, lines) for each in _with_bases(node, own))


def _inside(node, lines):
    return len(lines.intersection(range(node.lineno, node.end_lineno + 1)))


def _with_bases(node, own):
    found = [node]
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in own and own[base.id] is not node:
            found += _with_bases(own[base.id], own)
    return found


def package_of(path):
    """Return the package of *path* (from the root), such as "ctportal/web" or "conferences"."""
    parts = path.parts[:-1]
    return "/".join(parts[:2] if parts[0] == "ctportal" else parts[:1])


def modules(root=ROOT):
    """Yield (path from the root, source) of each module that is counted."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(root), path.read_text()


def main():
    packages, long = Counter(), []
    for path, source in modules():
        for kind, name, count in lengths(source):
            if kind == "module":
                packages[package_of(path)] += count
            if count > LONGEST[kind]:
                long.append(f"{count:6}  {kind} {path}{':' if name else ''}{name}, at most {LONGEST[kind]}")
    for package, count in sorted(packages.items()):
        print(f"{count:6}  {package}")
    print(f"{packages.total():6}  in all")
    for line in sorted(long, reverse=True):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
