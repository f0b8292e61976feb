"""The page of a conference in a browser: what is in sight at once, and how long it is."""

from datetime import date

import pytest

from ctportal.core.languages import CODES
from ctportal.publishing.services import publish
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Countering Terrorism Through Innovative Approaches and the Use of New and Emerging Technologies"
# The same in the other languages, as long as in the demo content.
TITLES = {
    "ar": "مكافحة الإرهاب من خلال النُهج المبتكرة واستخدام التكنولوجيات الجديدة والناشئة",
    "zh": "通过创新方法和使用新兴技术打击恐怖主义",
    "fr": "Lutter contre le terrorisme par des approches innovantes et l’utilisation des technologies nouvelles et émergentes",
    "ru": "Противодействие терроризму с помощью инновационных подходов и использования новых и новейших технологий",
    "es": "La lucha contra el terrorismo mediante enfoques innovadores y el uso de tecnologías nuevas y emergentes",
}
SERIES = {
    "en": "Regional conferences on counter-terrorism",
    "ar": "المؤتمرات الإقليمية لمكافحة الإرهاب",
    "zh": "反恐区域会议",
    "fr": "Conférences régionales sur la lutte contre le terrorisme",
    "ru": "Региональные конференции по борьбе с терроризмом",
    "es": "Conferencias regionales sobre la lucha contra el terrorismo",
}
ORGANIZATIONS = (
    {
        "en": "Republic of Belarus",
        "ar": "جمهورية بيلاروس",
        "zh": "白俄罗斯共和国",
        "fr": "République du Bélarus",
        "ru": "Республика Беларусь",
        "es": "República de Belarús",
    },
    {
        "en": "United Nations Office of Counter-Terrorism",
        "ar": "مكتب الأمم المتحدة لمكافحة الإرهاب",
        "zh": "联合国反恐怖主义办公室",
        "fr": "Bureau de lutte contre le terrorisme de l’ONU",
        "ru": "Контртеррористическое управление Организации Объединенных Наций",
        "es": "Oficina de las Naciones Unidas de Lucha contra el Terrorismo",
    },
    {
        "en": "United Nations",
        "ar": "الأمم المتحدة",
        "zh": "联合国",
        "fr": "Organisation des Nations Unies",
        "ru": "Организация Объединенных Наций",
        "es": "Naciones Unidas",
    },
)
BOTTOM = "element => Math.round(element.getBoundingClientRect().bottom)"
TOP = "element => Math.round(element.getBoundingClientRect().top)"
PROSE = "<p>" + "Member States sat together with the private sector and civil society. " * 5 + "</p>"


def names(texts):
    """Return the columns of a name with *texts*, {language: name}."""
    return {f"name_{code}": text for code, text in texts.items()}


@pytest.fixture
def minsk(transactional_db):
    """A conference with as much text, and as many people, documents and photos, as that in Minsk in the demo content."""
    by = make.make_user()
    series = make.make_series(**names(SERIES))
    belarus, office, top = (make.make_organization(**names(each)) for each in ORGANIZATIONS)
    type(office).objects.filter(pk=office.pk).update(parent=top, acronym="UNOCT")
    conference = make.make_conference(
        TITLE, slug="minsk", city_en="Minsk", country="BY", start_date=date(2019, 9, 3), end_date=date(2019, 9, 4)
    )
    conference.texts.update(
        summary="Governments, companies and civil society took stock in Minsk of what terrorists do with new technologies.",
        description=PROSE * 2,
        background=PROSE,
        outcome=PROSE * 2,
    )
    for code, title in TITLES.items():
        conference.texts.create(language=code, title=title, ready=True)
    for order, (organization, role) in enumerate(
        [(belarus, "host"), (belarus, "co-organizer"), (office, "co-organizer")]
    ):
        conference.organization_roles.create(organization=organization, role=role, order=order)
    conference.series_entries.create(series=series, ordinal=4)
    for measure, value in (("participants", 400), ("countries", 55), ("organizations", 10)):
        conference.figures.create(
            measure=measure,
            qualifier="close to" if measure == "participants" else "exactly",
            value=value,
            source="Remarks of the Under-Secretary-General at the side event in New York",
            source_date=date(2019, 9, 26),
            official=True,
        )
    for number in range(3):
        conference.main_topics.create(title_en=f"Topic {number}: the nature of the threat and its technologies")
    for number, kind in enumerate(("opening", "closing")):
        session = conference.sessions.create(title_en=kind.title(), kind=kind, order=number)
        session.appearances.create(person=make.make_person(f"Speaker {number}"), title_en="President", role="speaker")
    conference.links.create(title_en="Photo coverage", address="https://example.org/", language="en")
    publish(conference, by=by)
    for number in range(4):
        publish(make.make_document(conference, f"{TITLE} {number}", slug=f"text-{number}", body=PROSE), by=by)
    for number in range(3):
        publish(make.make_photo(conference, order=number, featured=not number, caption_en="A hall in Minsk"), by=by)


def test_the_facts_stand_within_the_first_700_pixels_of_a_phone_in_each_language(minsk, browser_page, settings):
    settings.DEMO = True  # with its notice at the top
    browser_page.set_viewport_size({"width": 390, "height": 844})
    low = {}
    for language in CODES:
        browser_page.goto(f"/{language}/conferences/minsk/")
        ends = browser_page.locator(".occasion, .facts").evaluate_all(f"all => all.map({BOTTOM})")
        if len(ends) != 2 or max(ends) > 700:
            low[language] = ends
    assert low == {}


def test_on_a_phone_the_contents_come_after_the_facts_and_before_words_and_picture(minsk, browser_page):
    browser_page.set_viewport_size({"width": 390, "height": 844})
    browser_page.goto("/en/conferences/minsk/")

    order = ("h1", ".occasion", ".facts", ".contents", ".words", ".opening figure", "#about")
    tops = [browser_page.locator(each).evaluate(TOP) for each in order]
    assert tops == sorted(tops)
    assert len(set(tops)) == len(order)


def test_a_conference_like_that_in_minsk_takes_four_screens_at_most(minsk, browser_page):
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto("/en/conferences/minsk/", wait_until="networkidle")

    assert browser_page.evaluate("document.documentElement.scrollHeight") <= 4 * 900


def test_what_is_touched_is_24_pixels_high(minsk, browser_page):
    browser_page.set_viewport_size({"width": 390, "height": 844})
    small = {}
    for address in ("/en/conferences/minsk/", "/ar/conferences/minsk/", "/en/documents/text-0/"):
        browser_page.goto(address)
        # Links within the sentences of a text are exempt.
        small[address] = browser_page.evaluate(
            "[...document.querySelectorAll('a:not(.prose a, .skip), button, summary, input')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 23.5)"
            ".map(e => [e.textContent.trim(), e.getBoundingClientRect().height])"
        )
    assert small == {address: [] for address in small}


def test_the_current_item_of_the_menu_shows_in_colours_of_the_readers_own(minsk, browser_page):
    browser_page.emulate_media(forced_colors="active")
    browser_page.goto("/en/conferences/minsk/")

    colours = browser_page.locator(".sections a").evaluate_all(
        "all => all.map(e => [e.hasAttribute('aria-current'), getComputedStyle(e).borderBlockEndColor])"
    )
    current = {colour for is_current, colour in colours if is_current}
    assert len(current) == 1
    assert current.isdisjoint({colour for is_current, colour in colours if not is_current})


def test_in_print_the_permanent_address_is_given_in_full(minsk, browser_page, live_server):
    browser_page.goto("/en/conferences/minsk/")
    browser_page.emulate_media(media="print")

    address = browser_page.locator(".printed").inner_text()
    assert address.startswith(f"{live_server.url}/id/")
    assert len(address) == len(f"{live_server.url}/id/") + 36
    assert browser_page.locator(".footer").is_visible() is False


def test_title_and_picture_begin_at_the_same_height(minsk, browser_page):
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto("/en/conferences/minsk/")

    heading, picture = (browser_page.locator(each).evaluate(TOP) for each in (".heading", ".opening figure"))
    assert heading == picture


def test_only_the_contents_stay_in_sight_and_nothing_focused_stands_under_them(minsk, browser_page):
    browser_page.emulate_media(reduced_motion="reduce")  # no smooth scrolling, so that it has ended when we measure
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto("/en/conferences/minsk/")
    sticky = browser_page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => ['sticky', 'fixed'].includes(getComputedStyle(e).position))"
        ".map(e => e.className)"
    )
    assert sticky == ["contents"]

    # Backwards from the end: what gets the focus is scrolled in at the top of the window.
    browser_page.evaluate("document.querySelector('.footer li:last-child a').focus()")
    covered = []
    for _press in range(browser_page.locator("main a").count() + 8):
        browser_page.keyboard.press("Shift+Tab")
        box = browser_page.evaluate(
            "(() => { const e = document.activeElement, bar = document.querySelector('.contents');"
            "return bar.contains(e) || !e.closest('.columns') ? null : [e.textContent, e.getBoundingClientRect().top,"
            "bar.getBoundingClientRect().bottom] })()"
        )
        if box and box[1] < box[2]:
            covered.append(box)
    assert covered == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_place_of_more_than_one_line_is_shown_whole(browser_page, language):
    conference = make.make_conference(
        "Ports",
        slug="ports",
        city_en="Zanzibar",
        country="TZ",
        start_date=date(2026, 11, 10),
        end_date=date(2026, 11, 11),
    )
    publish(conference, by=make.make_user())
    browser_page.set_viewport_size({"width": 320, "height": 780})
    browser_page.goto(f"/{language}/conferences/ports/")

    # Where each line of the place stands, of which "overflow: hidden" shows what lies within the box.
    lines, box = browser_page.locator(".occasion").evaluate(
        """element => {
            const range = document.createRange();
            range.selectNodeContents(element.lastElementChild);
            const sides = each => [Math.round(each.left), Math.round(each.right)];
            return [[...range.getClientRects()].map(sides), sides(element.getBoundingClientRect())];
        }"""
    )
    assert len({tuple(line) for line in lines}) > 1
    assert [line for line in lines if line[0] < box[0] or line[1] > box[1]] == []
