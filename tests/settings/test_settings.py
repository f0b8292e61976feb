"""Settings as a whole: started in a process of their own, since Django reads them once."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FACTOR_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
DOCUMENTED = ROOT / "docs" / "operators" / "settings.md"


def manage(*arguments, **variables):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CTPORTAL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=False,
        cwd=ROOT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "ctportal.settings.prod", **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_production_refuses_to_start_naming_all_that_is_wrong():
    run = manage("check", CTPORTAL_ALLOWED_HOSTS="*", CTPORTAL_DEBUG="1")

    assert run.returncode != 0
    assert "\n".join(run.stderr.strip().splitlines()[-5:]).endswith(
        "The portal does not start in production:\n"
        "- CTPORTAL_SECRET_KEY is not set: a random text of 50 characters or more, the same for all processes.\n"
        "- CTPORTAL_SECOND_FACTOR_KEYS is not set: one key or more for the secrets of second factors, separated by commas.\n"
        "- CTPORTAL_ALLOWED_HOSTS holds “*”: wildcards are not allowed, name each host.\n"
        "- CTPORTAL_DEBUG is set: production never runs in debug mode, unset it."
    )


def test_production_passes_every_deployment_check_with_none_silenced(tmp_path):
    run = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        CTPORTAL_SECRET_KEY=KEY,
        CTPORTAL_SECOND_FACTOR_KEYS=FACTOR_KEY,
        CTPORTAL_ALLOWED_HOSTS="portal.example.org",
        CTPORTAL_DATA_DIR=str(tmp_path),
    )

    assert (run.returncode, run.stdout, run.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


def test_the_portal_does_not_start_in_a_time_zone_that_is_none():
    run = manage("check", DJANGO_SETTINGS_MODULE="ctportal.settings.dev", CTPORTAL_TIME_ZONE="Dushanbe")

    assert run.returncode != 0
    assert run.stderr.strip().endswith(
        "CTPORTAL_TIME_ZONE is “Dushanbe”; it must be an IANA time zone such as Asia/Dushanbe or UTC."
    )


def variables_in(*paths):
    return {name for path in paths for name in re.findall(r"CTPORTAL_[A-Z_]+[A-Z]", path.read_text())}


def test_each_environment_variable_is_documented_and_no_other():
    code = [path for folder in ("ctportal", "conferences", "documents") for path in (ROOT / folder).rglob("*.py")]
    tools = [
        path for path in [*(ROOT / "deploy").rglob("*"), ROOT / "Makefile"] if path.is_file() and path.suffix != ".pyc"
    ]

    assert variables_in(*code, *tools) == variables_in(DOCUMENTED)
