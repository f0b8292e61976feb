"""HTML is in templates only, and no function caches results made from editions. Both are checked on the syntax tree."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

PACKAGES = ("ctportal", "conferences", "documents")
# An opening or closing tag, but not a named group of a regular expression.
TAG = re.compile(r"(?<!\?P)</?[a-z][a-z0-9-]*[\s/>]|<!--|<!doctype", re.IGNORECASE)
# The beginning of a tag at the end of a part of an f-string, as in f"<h{level}>".
CUT_TAG = re.compile(r"</?[a-z][a-z0-9-]*$")
ALLOWED = {
    "ctportal/web/sanitizer.py",  # cleans editors' HTML, and wraps its tables in a scrolling box
}
# Functions of the public side that may cache their results, because these do not depend on editions.
KEPT = {
    "ctportal/core/dates.py:_months",  # names of months
    "ctportal/core/countries.py:_names",  # names of countries and regions
    "ctportal/core/countries.py:_choices",  # countries in the order of each language
    "ctportal/core/countries.py:regions_of",  # regions by country
    "ctportal/reading/cache.py:store",  # the cache itself
    "ctportal/reading/cache.py:build",  # depends on code and settings
    "ctportal/web/share_image.py:_font",  # fonts of the machine; the next as well
    "ctportal/web/share_image.py:_has_font",
    "ctportal/api/discovery.py:openapi",  # the description of the API
    "ctportal/api/answers.py:record_serializer",  # the shape of an answer, as its serializers declare it; the next as well
    "ctportal/api/answers.py:card_serializer",
    "ctportal/api/answers.py:link_serializer",
    "ctportal/api/answers.py:page_serializer",
    "ctportal/api/answers.py:either_problem",
}
CACHES = {"cache", "lru_cache", "cached"}


def markup(source):
    """Return the lines of *source* on which a string other than a docstring contains a tag."""
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
            if name not in ALLOWED and (lines := markup(path.read_text())):
                found[name] = lines

    assert found == {}


def test_what_may_hold_html_is_there_and_few():
    assert len(ALLOWED) <= 3
    assert [name for name in ALLOWED if not Path(settings.BASE_DIR, name).is_file()] == []


def kept(source):
    """Return the names of the functions in *source* with a caching decorator."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [node.name for node in functions if any(_name_of(each) in CACHES for each in node.decorator_list)]


def _name_of(decorator):
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(called, "id", getattr(called, "attr", ""))


@pytest.mark.parametrize(
    "source",
    ["@cache\ndef row(card): ...", "@lru_cache(maxsize=9)\ndef row(card): ...", "@functools.cache\ndef row(card): ..."],
)
def test_a_kept_answer_is_found(source):
    assert kept(source) == ["row"]


def test_only_what_is_known_without_editions_is_kept_by_hand():
    public = [
        "ctportal/*.py",
        "ctportal/core/*.py",
        "ctportal/web/**/*.py",
        "ctportal/api/**/*.py",
        "ctportal/reading/**/*.py",
    ]
    public += [f"{app}/{name}.py" for app in ("conferences", "documents") for name in ("pages", "views", "api")]
    paths = [path for pattern in public for path in sorted(settings.BASE_DIR.glob(pattern))]
    found = {f"{path.relative_to(settings.BASE_DIR)}:{name}" for path in paths for name in kept(path.read_text())}

    assert found == KEPT
