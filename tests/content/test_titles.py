"""Titles and descriptions of the pages of the demo content tell them apart."""

import re
from collections import defaultdict

import pytest

from ctportal.core.languages import CODES
from ctportal.publishing import epoch
from ctportal.publishing.models import Edition
from ctportal.web.addresses import page_address

pytestmark = pytest.mark.django_db
LISTS = ("conferences", "documents", "press-releases", "co-chairs-summaries", "photos", "series", "themes")
TYPES = ("conference", "document", "series", "theme")


@pytest.mark.slow
@pytest.mark.parametrize("language", CODES)
def test_no_two_pages_have_one_title_or_description(client, demo, language):
    editions = Edition.objects.public(epoch.now()).filter(type__in=TYPES)
    addresses = [page_address(each.type, each.slug, each.uid, language) for each in editions]
    titles, descriptions = defaultdict(list), defaultdict(list)
    for address in [*addresses, *(f"/{language}/{each}/" for each in LISTS)]:
        html = client.get(address).content.decode()
        titles[re.search("<title>(.*?)</title>", html)[1]].append(address)
        found = re.search('<meta name="description" content="(.*?)">', html)
        descriptions[found and found[1]].append(address)

    assert len(titles) > 40
    assert [each for each in titles.items() if len(each[1]) > 1] == []
    assert [each for each in descriptions.items() if len(each[1]) > 1 or not each[0]] == []
