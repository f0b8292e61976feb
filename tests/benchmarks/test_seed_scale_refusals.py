"""Synthetic content is never mixed with what is there."""

import pytest
from django.core.management import CommandError, call_command

from conferences.models import Conference
from ctportal.publishing import services
from tests.factories import make_conference, make_user


@pytest.mark.django_db
def test_it_refuses_a_database_with_real_content():
    make_conference(slug="minsk-2019")

    with pytest.raises(CommandError, match="holds real content .conference “minsk-2019”."):
        call_command("seed_scale", conferences=1)
    assert Conference.objects.count() == 1


@pytest.mark.django_db
def test_it_refuses_a_database_with_real_editions_alone():
    conference = make_conference(slug="minsk-2019")
    services.publish(conference, by=make_user())
    Conference.objects.update(slug="scale-renamed")

    with pytest.raises(CommandError, match="holds a real edition"):
        call_command("seed_scale", conferences=1)


@pytest.mark.django_db
def test_it_refuses_to_add_to_synthetic_content():
    make_conference(slug="scale-conference-00000")

    with pytest.raises(CommandError, match="holds synthetic content already"):
        call_command("seed_scale", conferences=1)


@pytest.mark.django_db
def test_it_refuses_to_write_no_conferences():
    with pytest.raises(CommandError, match="--conferences 0: give a number of at least 1"):
        call_command("seed_scale", conferences=0)
