"""The tools that check pages find what is wrong, so that their silence means something."""

import pytest
from django.http import HttpResponse
from django.urls import path

PAGE = '<!doctype html><html lang="en"><head><title>Page</title></head><body><main><h1>Page</h1>{}</main></body></html>'


def good(request):
    return HttpResponse(PAGE.format("<p>Text</p>"))


def bad(request):
    return HttpResponse(PAGE.format('<input type="text"><p style="color: red">Text</p><script>1</script>'))


urlpatterns = [path("good", good), path("bad", bad), path("favicon.ico", good)]


def test_the_html_checker_names_page_line_and_fault(html_errors):
    pages = {"good": PAGE.format("<p>Text</p>"), "bad": PAGE.format('\n<p id="a"><p id="a">')}

    assert html_errors(pages) == [
        "bad:2: Duplicate ID “a”.",
        "bad:2: The first occurrence of ID “a” was here.",
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_reports_breaches_of_the_policy_and_axe_reports_barriers(browser_page, axe_violations, settings):
    settings.ROOT_URLCONF = __name__

    browser_page.goto("/bad")
    barriers = axe_violations(browser_page)

    assert [rule for _, rule, _ in barriers] == ["label"]
    assert len(browser_page.problems) == 2
    assert all("Content Security Policy" in problem for problem in browser_page.problems)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_good_page_is_reported_by_neither(browser_page, axe_violations, settings):
    settings.ROOT_URLCONF = __name__

    browser_page.goto("/good")

    assert (axe_violations(browser_page), browser_page.problems) == ([], [])
