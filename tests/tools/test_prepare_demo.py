from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ctportal.management.commands import prepare_demo
from ctportal.management.commands.prepare_demo import files_state


def test_it_refuses_where_no_demonstration_is_meant(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="set CTPORTAL_DEMO=1 if that is meant"):
        call_command("prepare_demo", stdout=StringIO())


def test_the_state_of_files_changes_with_a_name_or_a_text_and_with_nothing_else(tmp_path):
    (tmp_path / "a.css").write_text("one")
    first = files_state([tmp_path])

    assert files_state([tmp_path]) == first
    (tmp_path / "a.css").write_text("two")
    second = files_state([tmp_path])
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    third = files_state([tmp_path])
    assert len({first, second, third}) == 3


def test_what_python_compiles_beside_the_fixtures_changes_no_state(tmp_path):
    (tmp_path / "draw.py").write_text("")
    before = files_state([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "draw.pyc").write_bytes(b"compiled")

    assert files_state([tmp_path]) == before


@pytest.mark.django_db
def test_content_is_loaded_again_only_when_the_fixtures_have_changed(settings, tmp_path, monkeypatch):
    calls = []
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(prepare_demo, "call_command", lambda name, **options: calls.append(name))
    monkeypatch.setattr(prepare_demo, "something_is_published", lambda: bool(calls))
    command = prepare_demo.Command(stdout=StringIO())

    answers = [command.content(), command.content()]
    (tmp_path / "demo-content").write_text("the state of older fixtures")
    answers.append(command.content())

    assert (answers, calls) == ([None, "already there", None], ["load_demo", "load_demo"])
