"""One read gate: on the public side nothing asks for rows without the publishing rule, but at the places listed here.

What is not public is never fetched by what readers ask: each query begins with ``public(at)`` or ``effective(at)``, or stands
in the list below with the reason why it may do without. A new place fails the test until somebody has given its reason.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Where the public reads, and what reads for it.
PUBLIC_SIDE = (
    *("ctportal/web/**/*.py", "ctportal/api/**/*.py"),
    *(
        f"{app}/{name}.py"
        for app in ("conferences", "documents")
        for name in ("views", "api", "urls", "pages", "profiles", "directory", "comparison", "neighbours", "citations")
    ),
    "ctportal/files/serving.py",
    "ctportal/reading/*.py",
)
# Where drafts are read by who may.
PREVIEWS = ("ctportal/staff/preview.py", "ctportal/staff/sharing.py")

# What holds something of a record. A Redirect holds two identifiers, and what it leads to is asked of ``public``.
MODELS = {"Edition", "SearchEntry", "SearchTokens", "Facet", "Relation", "StoredFile", "EditionFile", "Withdrawal"}
MANAGERS = {"objects", "_base_manager", "_default_manager"}
RULE = {"public", "effective", "in_force"}

ALLOWED = {
    "queries._with_cards": "rows whose keys come from public(at), in the same statement",
    "queries.in_full": "rows whose keys come from public(at), in the same request",
    "menus._facet_counts": "all facets less those of what is hidden, counted in one statement",
    "queries.related": "relations of editions that the caller has read; their targets are asked of public(at)",
    "queries.organization_chains": "relations of the caller's editions or of public(at); both ends are asked of it",
    "filters._containing": "keys for a condition on rows that are in public(at)",
    "files._shown": "the file itself, where Exists() an edition in public(at) that shows it",
    "files._shown_last": "which record showed it last, where Exists() an edition in effective(at)",
    "views._first": "rows whose keys come from public(at), in the same statement",
    "neighbours._neighbours": "rows whose keys come from public(at), in the same statement",
}
ALLOWED_IN_PREVIEWS = {
    "preview._for_staff": "asks may_read of the account",
    "preview.drafts_of": "asks may_read of the reader for each; of the others the public edition is shown",
    "preview.admin_file": "asks for the right to see files, and read_all_drafts where it is somebody else's",
    "sharing.record_for": "asks may_read of who made the link",
}


def unfiltered(path, source=None):
    """Yield "module.function" for each place in *path* that reads rows without the rule."""
    tree = ast.parse(source if source is not None else path.read_text())
    for node in tree.body:
        yield from _in(node, path.stem)


def _in(node, inside):
    name = getattr(node, "name", None) if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else None
    inside = f"{inside}.{name}" if name and inside.count(".") < 2 else inside
    if (
        isinstance(node, ast.Attribute)
        and node.attr in MANAGERS
        and not _is_filtered(node)
        and _holds_records(node.value)
    ):
        yield inside
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "queryset":
        yield inside  # of a gate: the working records of its type
    for child in ast.iter_child_nodes(node):
        child.parent = node
        yield from _in(child, inside)


def _holds_records(value):
    """Whether a manager of *value* may be one of MODELS: by its name, or since nobody can tell."""
    return not isinstance(value, ast.Name) or value.id in MODELS or not value.id[0].isupper()


def _is_filtered(node):
    """Whether the chain of calls that begins with the manager *node* asks for the rule."""
    while isinstance(node.parent, (ast.Attribute, ast.Call)) and getattr(node.parent, "func", node) is node:
        node = node.parent
        if isinstance(node, ast.Attribute) and node.attr in RULE:
            return True
        if isinstance(node, ast.Call) and any(_is_rule(argument) for argument in node.args):
            return True
    return False


def _is_rule(argument):
    """Whether *argument* is the rule as a condition: in_force(at, …)."""
    return isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name) and argument.func.id in RULE


def places(patterns):
    files = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    assert len(files) >= len(patterns)
    return {place for path in files for place in unfiltered(path)}


def test_the_public_side_reads_by_the_rule_but_at_the_places_listed():
    assert len(ALLOWED) <= 10
    assert places(PUBLIC_SIDE) == set(ALLOWED)


def test_previews_read_drafts_at_the_places_listed():
    assert places(PREVIEWS) == set(ALLOWED_IN_PREVIEWS)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Edition.objects.public(at).filter(uid=uid)", False),
        ("Edition.objects.of(kind).effective(at).first()", False),
        ("Edition.objects.filter(uid=uid)", True),
        ('SearchEntry.objects.filter(in_force(at, "edition__"))', False),
        ("SearchEntry.objects.matching(words)", True),
        ("Edition.objects.all()", True),
        ("Edition._base_manager.get(pk=1)", True),
        ("list(Edition._default_manager.all())", True),
        ("Edition.objects.filter(pk__in=Edition.objects.public())", True),
        ("EditionFile.objects.count()", True),
        ("model.objects.all()", True),
        ("apps.get_model('documents', 'Document').objects.all()", True),
        ("BUILDERS[kind].queryset().filter(uid=uid)", True),
        ("Redirect.objects.filter(uid=uid)", False),
        ("Edition.objects.not_unscheduled().filter(uid=uid)", True),
        ("rows = Edition.objects\nrows.public()", True),
    ],
)
def test_a_query_without_the_rule_is_found(line, found):
    body = "\n    ".join(line.splitlines())
    assert list(unfiltered(Path("views.py"), f"def page():\n    {body}")) == (["views.page"] if found else [])
