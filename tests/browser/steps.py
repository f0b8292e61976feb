"""What a person does on a page that takes more than one movement, done so that no step overtakes the page's scripts."""

import re

from playwright.sync_api import expect


def settled(page):
    """Wait until the scripts of an admin page have named its boxes: before that, a look at the whole page tells nothing."""
    expect(page.locator("html[data-portal-ready]")).to_have_count(1)
    expect(page.locator(".prose-editor [contenteditable]:not([aria-label])")).to_have_count(0)


def answered(page, words):
    """Wait until the open autocomplete box offers what *words*, just typed, find; not what was asked before."""
    # The line stands there from the first letter on, until the answer to the last one is shown.
    expect(page.locator(".select2-results__option.loading-results")).to_have_count(0)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(words)


def choose(page, field, words):
    """Choose what *words* find in the autocomplete box of *field* (an id)."""
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
    # The box tells its changes to the field that is sent.
    expect(page.locator(f"#{field}")).to_have_value(re.compile(re.escape(text)))
