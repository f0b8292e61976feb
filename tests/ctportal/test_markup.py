"""HTML stands in templates. Modules hold none, but for those listed here."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

PACKAGES = ("ctportal", "conferences", "documents")
# A tag that is opened or closed. A named group of a regular expression is none.
TAG = re.compile(r"(?<!\?P)</?[a-z][a-z0-9-]*[\s/>]|<!--|<!doctype", re.IGNORECASE)
# What a piece of an f-string may end with, as in f"<h{level}>".
CUT_TAG = re.compile(r"</?[a-z][a-z0-9-]*$")
ALLOWED = {
    "ctportal/web/text.py",  # the sanitiser: makes tables scroll on their own, and marks the language of a text
}
# Public pages that are still written in Python. The list becomes empty when they are made of templates and goes then.
STILL_TO_MEND = ("ctportal/api/", "ctportal/web/", "conferences/pages.py", "conferences/views.py", "documents/pages.py")


def markup(source):
    """Return the lines of *source* on which a string, a docstring apart, holds a tag."""
    nodes = list(ast.walk(ast.parse(source)))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {n.body[0].value for n in nodes if isinstance(n, documented) and ast.get_docstring(n, clean=False)}
    pieces = {piece for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
    return [
        node.lineno
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
        if TAG.search(node.value) or (node in pieces and CUT_TAG.search(node.value))
    ]


@pytest.mark.parametrize(
    "source",
    [
        "x = '<p>'",
        "x = 'text</p>'",
        "x = '<br>'",
        "x = '<img src=\"x\">'",
        "x = '''\n<DIV class='a'>'''",
        "f'<h{level}>{name}</h{level}>'",
        "f'a <span{attributes}>'",
        "f'<a href=\"{address}\"'",
        "def f():\n    '''Documented.'''\n    return format_html('<my-box/>')",
        "PATTERN = '<!-- {} -->'",
    ],
)
def test_a_tag_in_a_string_is_found(source):
    assert markup(source)


@pytest.mark.parametrize(
    "source",
    [
        "'''<p> in a docstring'''",
        "def f():\n    '''Return <p>.'''",
        "path('<int:pk>/')",
        "re.compile('(?P<council>SC)|(?P=council)')",
        "x = 'a < b > c'",
        "x = '1 <2'",
        "x = '<HH'",
        "if a <b: pass",
    ],
)
def test_what_is_no_tag_in_a_string_is_not(source):
    assert markup(source) == []


def test_no_module_writes_html():
    found = {}
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            name = path.relative_to(settings.BASE_DIR).as_posix()
            if name not in ALLOWED and not name.startswith(STILL_TO_MEND) and (lines := markup(path.read_text())):
                found[name] = lines

    assert found == {}


def test_what_may_hold_html_is_there_and_few():
    assert len(ALLOWED) <= 3
    assert [name for name in ALLOWED if not Path(settings.BASE_DIR, name).is_file()] == []
