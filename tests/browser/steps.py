"""Actions of a user on a page that take several steps. Each waits for the scripts of the page."""

import re

from playwright.sync_api import expect


def settled(page):
    """Wait until the scripts of an admin page have labelled its rich text boxes, before the whole page is checked."""
    expect(page.locator("html[data-portal-ready]")).to_have_count(1)
    expect(page.locator(".prose-editor [contenteditable]:not([aria-label])")).to_have_count(0)


def answered(page, words):
    """Wait until the open autocomplete box shows the results for *words*, not those of an earlier search."""
    # This line is shown from the first letter until the results for the last one arrive.
    expect(page.locator(".select2-results__option.loading-results")).to_have_count(0)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(words)


def choose(page, field, words):
    """Choose the result for *words* in the autocomplete box of *field* (an id)."""
    box = page.locator(f"#{field} + .select2-container")
    box.click()
    page.fill(".select2-container--open .select2-search__field", words)
    answered(page, words)
    page.click(f".select2-results__option:has-text('{words}')")
    expect(box.locator(".select2-selection__rendered")).to_contain_text(words)


def write(page, field, text):
    """Type *text* into the rich text box of *field* (an id)."""
    page.locator(f".prose-editor:has(#{field}) [contenteditable]").click()
    page.keyboard.type(text)
    # The box copies its text to the field that is submitted.
    expect(page.locator(f"#{field}")).to_have_value(re.compile(re.escape(text)))
