"""Synthetic content is never mixed with what is there."""

import pytest

from benchmarks.fill import fill
from conferences.models import Conference
from ctportal.publishing import services
from tests.factories import make_conference, make_user


@pytest.mark.django_db
def test_it_refuses_a_database_with_real_content():
    make_conference(slug="minsk-2019")

    with pytest.raises(SystemExit, match="holds real content .conference “minsk-2019”."):
        fill(1)
    assert Conference.objects.count() == 1


@pytest.mark.django_db
def test_it_refuses_a_database_with_real_editions_alone():
    conference = make_conference(slug="minsk-2019")
    services.publish(conference, by=make_user())
    Conference.objects.update(slug="scale-renamed")

    with pytest.raises(SystemExit, match="holds a real edition"):
        fill(1)


@pytest.mark.django_db
def test_it_refuses_to_add_to_synthetic_content():
    make_conference(slug="scale-conference-00000")

    with pytest.raises(SystemExit, match="holds synthetic content already"):
        fill(1)


@pytest.mark.django_db
def test_it_refuses_to_write_no_conferences():
    with pytest.raises(SystemExit, match="0 conferences: give a number of at least 1"):
        fill(0)
