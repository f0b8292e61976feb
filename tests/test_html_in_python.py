"""HTML stands in templates and nowhere else, and nothing made of edition data is kept by hand: both read off the syntax tree."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What makes the public pages.
PUBLIC = (
    "ctportal/web/**/*.py",
    *(f"{app}/{name}.py" for app in ("conferences", "documents") for name in ("pages", "views")),
)
# Modules that may hold tags, each with its reason.
ALLOWED = {"ctportal/web/sanitizer.py": "cleans editors' HTML, and puts its tables into a box that scrolls"}
# Functions that may keep their answers: what they take is known before there is any edition.
KEPT = {
    "ctportal/web/labels.py:labels": "the words of one of six languages",
    "ctportal/dates.py:_months": "names of the months",
    "ctportal/dates.py:_days": "days of the month as figures",
    "ctportal/dates.py:_city": "names of time zones",
    "ctportal/geography.py:_names": "names of countries and regions",
    "ctportal/geography.py:regions_of": "regions by country",
}
# An opening or closing tag, or the beginning of one that goes on in the next string.
TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?=[\s>/]|$)[^<>]*(?:>|$)")
CACHES = {"cache", "lru_cache", "cached_property", "cached"}


def modules(patterns=PUBLIC):
    found = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    assert len(found) >= len(patterns)
    return [str(path.relative_to(ROOT)) for path in found]


def tags_in(source):
    """Yield (line, text) of each string constant in *source* with an HTML tag in it, docstrings apart."""
    tree = ast.parse(source)
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in docstrings and TAG.search(node.value):
            yield node.lineno, node.value


def kept_in(source):
    """Yield the name of each function in *source* whose answers are kept by a decorator."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if getattr(called, "id", getattr(called, "attr", "")) in CACHES:
                    yield node.name


@pytest.mark.parametrize("module", [module for module in modules() if module not in ALLOWED])
def test_no_string_holds_a_tag(module):
    assert list(tags_in((ROOT / module).read_text())) == []


@pytest.mark.parametrize("module", ALLOWED)
def test_the_modules_that_may_hold_tags_do(module):
    assert list(tags_in((ROOT / module).read_text())) != []


def test_only_what_is_known_without_editions_is_kept():
    searched = modules((*PUBLIC, "ctportal/dates.py", "ctportal/geography.py"))
    found = {f"{module}:{name}" for module in searched for name in kept_in((ROOT / module).read_text())}
    assert found == set(KEPT)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("html = '<p>' + text", True),
        ("html = f'<a href=\"{address}\">{text}</a>'", True),
        ("html = '</li>'", True),
        ("html = '<li'", True),
        ("html = '<br/>'", True),
        ("html = f'<h{level}>'", True),
        ("route = 'conferences/<record:slug>/'", False),
        ("smaller = 'a < b and b > c'", False),
        ("def page():\n    'Return <p>.'", False),
    ],
)
def test_a_tag_is_found_where_there_is_one(line, found):
    assert bool(list(tags_in(line))) == found


@pytest.mark.parametrize(
    "line",
    ["@cache\ndef row(card): ...", "@lru_cache(maxsize=9)\ndef row(card): ...", "@functools.cache\ndef row(card): ..."],
)
def test_a_kept_answer_is_found(line):
    assert list(kept_in(line)) == ["row"]
