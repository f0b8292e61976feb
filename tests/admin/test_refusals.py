"""What the forms refuse: a message by the field, an answer of 4xx, nothing half-saved."""

import html
import re
from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from conferences.models import Conference, Figure, SeriesEntry, Session
from ctportal.publishing.models import Edition
from ctportal.publishing.services import publish, withdraw
from ctportal.staff.replacement import replacement_from
from ctportal.workflow import restoring
from documents.models import Document
from tests.admin.forms import AdminForm, delete, errors_of
from tests.admin.test_forms import address, minsk
from tests.concurrency import another_writer, impatient
from tests.factories import (
    make_account,
    make_conference,
    make_document,
    make_organization,
    make_person,
    make_photo,
    make_series,
    make_user,
)


def refused(response, errors):
    assert response.status_code == 422
    assert errors_of(response) == errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"end_date": "2019-09-02"}, {"end_date": ["The last day is before the first day."]}),
        ({"start_date": "2019-13-45"}, {"start_date": ["Enter a valid date."]}),
        ({"start_date": "1019-09-03"}, {"start_date": ["1019-09-03: the year must be between 1945 and 2100."]}),
        ({"slug": "api"}, {"slug": ["“api” is reserved for the portal itself. Add a word or a year."]}),
        (
            {"time_zone": "Minsk"},
            {"time_zone": ["“Minsk” is not a valid time zone. Use a name such as Asia/Dushanbe or Europe/Vienna."]},
        ),
        ({"contact_email": "nobody"}, {"contact_email": ["Enter a valid email address."]}),
        (
            {"name": ""},
            {"name": ["This field is required."], "slug": ["Use Latin letters for the address, such as minsk-2019."]},
        ),
        ({"title": "", "motto": "Together"}, {"title": ["This field cannot be blank."]}),
        (
            {"publish_at": "tomorrow"},
            {"publish_at": ["“tomorrow” is not a valid date and time. Use the format 2019-09-03 10:00."]},
        ),
        *(
            (
                {"publish_at": text},
                {"publish_at": [f"“{text}” is not a valid date and time. Use the format 2019-09-03 10:00."]},
            )
            # A day alone, a week, a time with a zone of its own, one that there is not: another instant than was meant.
            for text in ("2026-12-01", "2026-W50-1", "2026-12-01T10:00Z", "2026-12-01T10:00+03:00", "2026-02-30T10:00")
        ),
        *(
            ({name: text}, {name: [f"{text}: the year must be between 1945 and 2100."]})
            for name in ("publish_at", "withdraw_at")
            for text in ("0001-01-01T00:00", "9999-12-31T23:59")
        ),
    ],
)
@pytest.mark.parametrize("button", ["_continue", "_publish"])
def test_bad_facts_of_a_conference(staff, values, errors, button):
    refused(minsk(staff, **values).press(button), errors)
    assert not Conference.objects.exists()


def test_all_that_is_wrong_is_listed_on_top_with_links_to_the_fields(staff):
    form = minsk(staff, end_date="2019-09-02").add_row("sessions", title="", start_time="10:00", end_time="09:00")

    response = form.press("_publish")

    assert response.context["portal"]["problems"] == [
        ("#id_end_date", "Last day", "The last day is before the first day."),
        ("#id_sessions-0-title", "Programme 1: Title", "This field is required."),
        ("#id_sessions-0-end_time", "Programme 1: To", "10:00 to 09:00 on the next day is longer than 12 hours."),
    ]
    assert '<a href="#id_sessions-0-title">Programme 1: Title</a>: This field is required.' in response.content.decode()


def test_a_slug_in_use(staff):
    make_conference(slug="minsk-2019", name="Another")

    response = minsk(staff, slug="minsk-2019").press("_continue")

    refused(response, {"slug": ["This address is already in use. Add a place or a year."]})


def test_a_slug_that_was_public_belongs_to_its_record_for_good(staff):
    first = make_conference(slug="minsk-2019", name="A secret name")
    publish(first, by=make_user())
    Conference.objects.filter(pk=first.pk).update(slug="minsk-september-2019")

    response = minsk(staff, slug="minsk-2019").press("_continue")

    refused(response, {"slug": ["This address is already in use. Add a place or a year."]})


def _draft(record, _clock):
    """It stays what it is."""


def _public(record, _clock):
    publish(record, by=make_user())


def _scheduled(record, clock):
    publish(record, by=make_user(), at=clock.now + timedelta(days=1))


def _withdrawn(record, clock):
    publish(record, by=make_user())
    clock.tick()
    withdraw(record, by=make_user(), reason="A mistake")


def _moved(record, _clock):
    publish(record, by=make_user())
    type(record).objects.filter(pk=record.pk).update(slug="elsewhere")


def _about_to_move(record, clock):
    _scheduled(record, clock)
    type(record).objects.filter(pk=record.pk).update(slug="elsewhere")


# What differs from one answer to the next whatever is asked.
FRESH = re.compile(rb'(nonce="|csrfmiddlewaretoken" value="|"csrf": ")[^"]*')


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("state", [_public, _scheduled, _withdrawn, _moved, _about_to_move])
def test_an_address_in_use_is_refused_in_the_same_words_whatever_the_other_record_is(client, frozen_clock, state):
    """Else a contributor would learn of what they may not read whether it was ever public, or is to be."""
    client.force_login(make_account("contributor"))
    answers = set()
    for become in (_draft, state):
        hidden = make_conference(name="A secret name", slug="vienna-2020")
        become(hidden, frozen_clock)
        response = minsk(client, slug="vienna-2020").press("_continue")
        refused(response, {"slug": ["This address is already in use. Add a place or a year."]})
        answers.add(FRESH.sub(rb"\1", response.content))
        Conference.objects.filter(pk=hidden.pk).delete()

    assert len(answers) == 1


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("become", [_draft, _public, _scheduled, _withdrawn])
def test_what_may_stand_only_once_is_refused_in_the_same_words_whatever_has_it(client, frozen_clock, become):
    contributor = make_account("contributor")
    client.force_login(contributor)
    series = make_series(created_by=contributor)
    conference = make_conference(name="A secret name")
    conference.series_entries.create(series=series, ordinal=4)
    for record in (conference, make_document(kind="reference", symbol="S/RES/2396 (2017)")):
        become(record, frozen_clock)

    form = minsk(client, name="A secret name").add_row("series_entries", series=series.pk, ordinal=4)
    refused(
        form.press("_continue"),
        {
            "name": ["Conference with this Name already exists."],
            "series_entries-0-ordinal": ["Another conference already has this number in that series."],
        },
    )
    values = {"kind": "reference", "date": "2017-12-21", "title": "Another", "symbol": "S/RES/2396 (2017)"}
    form = AdminForm(client, "/admin/documents/otherdocument/add/").fill(**values)
    refused(form.press("_continue"), {"symbol": ["Another document already has this symbol."]})


def test_an_address_left_empty_avoids_those_taken(staff):
    first = make_conference(slug="minsk-2019", name="Another")
    publish(first, by=make_user())
    Conference.objects.filter(pk=first.pk).update(slug="elsewhere")

    minsk(staff).press("_continue")

    assert Conference.objects.get(name="Minsk 2019").slug == "minsk-2019-2"


def test_a_second_official_figure(staff):
    form = minsk(staff)
    form.add_row("figures", measure="participants", value=400, official="on")
    form.add_row("figures", measure="participants", value=380, official="on")

    message = "Another figure for this measure is already the official one."
    refused(form.press("_continue"), {"figures-1-official": [message]})
    assert not Conference.objects.exists()


@pytest.mark.parametrize("values", [{"qualifier": "several", "value": 5}, {"qualifier": "about"}], ids=str)
def test_a_figure_with_a_number_that_its_words_exclude_or_need(staff, values):
    form = minsk(staff).add_row("figures", measure="regional-organizations", **values)

    message = "“Several” and “many” stand without a number; all other figures have one."
    refused(form.press("_continue"), {"figures-0-value": [message]})
    assert not Conference.objects.exists()


def test_the_official_mark_moves_from_one_figure_to_another(staff):
    conference = make_conference()
    old = conference.figures.create(measure="participants", value=400, official=True)
    new = conference.figures.create(measure="participants", value=380)
    form = AdminForm(staff, address(conference))
    form.fill(**{"figures-0-official": None, "figures-1-official": "on"})

    assert form.press("_continue").status_code == 302
    assert dict(Figure.objects.values_list("pk", "official")) == {old.pk: False, new.pk: True}


def test_an_official_figure_may_be_replaced_by_a_new_row(staff):
    conference = make_conference()
    conference.figures.create(measure="participants", value=400, official=True)
    form = AdminForm(staff, address(conference)).fill(**{"figures-0-DELETE": "on"})
    form.add_row("figures", measure="participants", value=380, official="on")

    assert form.press("_continue").status_code == 302
    assert list(Figure.objects.values_list("value", "official")) == [(380, True)]


def test_a_number_in_a_series_that_is_taken(staff):
    series = make_series()
    SeriesEntry.objects.create(conference=make_conference(), series=series, ordinal=4)
    form = minsk(staff).add_row("series_entries", series=series.pk, ordinal=4)

    message = "Another conference already has this number in that series."
    refused(form.press("_continue"), {"series_entries-0-ordinal": [message]})


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("10:00", "The session ends when it starts."),
        ("09:00", "10:00 to 09:00 on the next day is longer than 12 hours."),
    ],
)
def test_a_session_that_ends_when_or_before_it_starts(staff, end, message):
    form = minsk(staff).add_row("sessions", title="Opening", start_time="10:00", end_time=end)

    refused(form.press("_continue"), {"sessions-0-end_time": [message]})


def test_reported_dates_without_a_source(staff):
    days = {"start_date": "2019-09-05", "end_date": "2019-09-06"}
    form = minsk(staff).add_row("announced_dates", kind="reported", **days)

    refused(form.press("_continue"), {"announced_dates-0-source": ["Say which source reports these dates."]})


def test_a_relation_to_itself_or_twice_the_same(staff):
    conference, other = make_conference(), make_conference()
    form = AdminForm(staff, address(conference))
    form.add_row("relations", kind="replaced-by", target=conference.pk)
    refused(form.press("_continue"), {"relations-0-target": ["A conference cannot be related to itself."]})

    conference.relations.create(kind="replaced-by", target=other)
    form = AdminForm(staff, address(conference)).add_row("relations", kind="replaced-by", target=other.pk)
    response = form.press("_continue")
    assert (response.status_code, conference.relations.count()) == (422, 1)


def test_a_person_without_a_name_needs_a_title(staff):
    message = "Enter a person or, where the source gives no name, a title."
    office = make_organization()
    form = minsk(staff).add_row("appearances", role="chair").add_row("appearances", organization=office.pk)
    form.add_row("appearances", title="Legal Officer", organization=office.pk)
    form.add_row("appearances", title="Heads of regional organizations")

    refused(
        form.press("_continue"),
        {"appearances-0-title": [message], "appearances-1-title": [message]},
    )


@pytest.mark.django_db
@pytest.mark.parametrize("title", [{}, {"title_en": ""}, {"title_en": None, "title_ar": ""}])
def test_the_database_refuses_an_organization_without_person_and_title(title):
    appearances = make_conference().appearances

    with pytest.raises(IntegrityError, match="appearance_has_a_person_or_a_title"), transaction.atomic():
        appearances.create(organization=make_organization(), **title)
    appearances.create(title_ar="رؤساء المنظمات الإقليمية")


def test_a_person_without_a_name_is_saved_and_translated(staff):
    office = make_organization()
    form = minsk(staff).add_row("appearances", title="Legal Officer", organization=office.pk)

    assert form.press("_continue").status_code == 302
    [appearance] = Conference.objects.get().appearances.all()
    assert (appearance.person, str(appearance)) == (None, "Legal Officer: speaker")
    page = AdminForm(staff, f"/admin/conferences/conference/{appearance.conference_id}/language/fr/")
    assert page.fill(**{f"appearance-{appearance.pk}-title": "Juriste"}).press("_save").status_code == 302
    appearance.refresh_from_db()
    assert (appearance.title_en, appearance.title_fr) == ("Legal Officer", "Juriste")


def test_a_group_is_saved_by_its_title_alone_and_translated(staff):
    form = minsk(staff).add_row("appearances", title="Heads of regional organizations", role="present")

    assert form.press("_continue").status_code == 302
    [group] = Conference.objects.get().appearances.all()
    assert (group.person, group.organization, str(group)) == (None, None, "Heads of regional organizations: present")
    page = AdminForm(staff, f"/admin/conferences/conference/{group.conference_id}/language/ar/")
    assert "Heads of regional organizations: present" in page.response.content.decode()
    title = "رؤساء المنظمات الإقليمية"
    assert page.fill(**{f"appearance-{group.pk}-title": title}).press("_save").status_code == 302
    group.refresh_from_db()
    assert (group.title_en, group.title_ar) == ("Heads of regional organizations", title)


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"latitude": "53.9"}, {"longitude": ["Give both latitude and longitude, or neither."]}),
        ({"longitude": "27.5"}, {"longitude": ["Give both latitude and longitude, or neither."]}),
        (
            {"latitude": "91", "longitude": "-181"},
            {
                "latitude": ["Ensure this value is less than or equal to 90."],
                "longitude": ["Ensure this value is greater than or equal to -180."],
            },
        ),
    ],
)
def test_coordinates_that_cannot_be(staff, values, errors):
    refused(minsk(staff, **values).press("_continue"), errors)


def test_a_session_may_end_after_midnight(staff):
    form = minsk(staff).add_row("sessions", title="Dinner", start_time="19:30", end_time="00:30")

    assert form.press("_continue").status_code == 302
    assert Session.objects.get().end_time == time(0, 30)


@pytest.mark.parametrize("symbol", ["CR6", "S/RES/2396", "x" * 60])
def test_a_bad_symbol(staff, symbol):
    form = AdminForm(staff, "/admin/documents/otherdocument/add/")
    form.fill(kind="reference", date="2017-12-21", title="A resolution", symbol=symbol)

    response = form.press("_continue")

    assert response.status_code == 422
    assert list(errors_of(response)) == ["symbol"]
    assert not Document.objects.exists()


def test_a_symbol_is_kept_in_its_normal_form_and_only_once(staff):
    values = {"kind": "reference", "date": "2017-12-21", "title": "A resolution"}
    form = AdminForm(staff, "/admin/documents/otherdocument/add/")
    form.fill(**values, symbol="Security Council resolution 2396 (2017)").press("_continue")
    assert Document.objects.get().symbol == "S/RES/2396 (2017)"

    response = (
        AdminForm(staff, "/admin/documents/otherdocument/add/")
        .fill(**values, symbol="s/res/2396(2017)")
        .press("_continue")
    )

    refused(response, {"symbol": ["Another document already has this symbol."]})


@pytest.mark.parametrize(
    ("typed", "symbol", "reissue"),
    [
        ("A/CONF.183/9*", "A/CONF.183/9", "*"),
        ("Ａ／７２／８４０＊＊", "A/72/840", "**"),
        (
            "https://documents.un.org/api/symbol/access?s=ECE/TRANS/WP.29/2019/81&l=en&t=pdf",
            "ECE/TRANS/WP.29/2019/81",
            "",
        ),
    ],
)
def test_a_symbol_as_it_is_printed_or_linked(staff, typed, symbol, reissue):
    form = AdminForm(staff, "/admin/documents/otherdocument/add/")
    form.fill(kind="reference", date="2017-12-21", title="A report", symbol=typed).press("_continue")

    document = Document.objects.get()
    assert (document.symbol, document.reissue) == (symbol, reissue)
    AdminForm(staff, f"/admin/documents/otherdocument/{document.pk}/change/").fill(title="The report").press(
        "_continue"
    )
    document.refresh_from_db()
    assert (document.symbol, document.reissue) == (symbol, reissue)


def test_the_same_symbol_with_an_asterisk_is_the_same_document(staff):
    make_document(title="A report", kind="reference", symbol="A/72/840")
    form = AdminForm(staff, "/admin/documents/otherdocument/add/")
    form.fill(kind="reference", date="2017-12-21", title="Another", symbol="A/72/840*")
    refused(form.press("_continue"), {"symbol": ["Another document already has this symbol."]})


def test_an_asterisk_is_an_asterisk(staff):
    form = AdminForm(staff, "/admin/documents/otherdocument/add/")
    form.fill(kind="reference", date="2017-12-21", title="A report", symbol="A/72/840", reissue="no")
    refused(form.press("_continue"), {"reissue": ["Write one to three asterisks, or leave it empty."]})


@pytest.mark.django_db
def test_what_was_stored_as_a_symbol_does_not_hinder_saving():
    document = make_document(title="A report", kind="reference", symbol="A/RES/72")
    document.place = "Minsk"
    document.save()
    document.refresh_from_db()
    assert (document.symbol, document.place) == ("A/RES/72", "Minsk")


def test_a_document_without_text_is_not_published(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    form = AdminForm(staff, f"/admin/documents/pressrelease/add/?conference={conference.pk}").fill(title="Empty")

    response = form.press("_publish")

    refused(response, {"body": ["A text, a file or an external address is missing in: English."]})
    assert not Document.objects.exists()


def test_a_document_is_not_published_before_its_conference(staff):
    conference = make_conference()
    form = AdminForm(staff, f"/admin/documents/pressrelease/add/?conference={conference.pk}")

    response = form.fill(title="Early", body="<p>Text</p>").press("_publish")

    refused(response, {"__all__": ["Its conference is not public then. Publish the conference first."]})
    assert not Document.objects.exists()
    assert not Edition.objects.exists()


def test_publishing_at_no_time_or_in_the_past(staff, frozen_clock):
    refused(minsk(staff).press("_publish_at"), {"publish_at": ["Enter the date and time."]})
    response = minsk(staff, publish_at="2019-09-03T10:00").press("_publish_at")
    refused(response, {"publish_at": ["2019-09-03 07:00 UTC is already past. Choose a later time, or publish now."]})
    assert not Conference.objects.exists()


def test_the_hour_that_the_clocks_leave_out(staff, frozen_clock):
    values = {"time_zone": "Europe/Vienna", "publish_at": "2026-03-29T02:30"}

    response = minsk(staff, **values).press("_publish_at")

    message = (
        "2026-03-29 02:30 does not exist in Europe/Vienna because the clocks go forward. The next valid time is 03:30."
    )
    refused(response, {"publish_at": [message]})


def test_the_hour_that_comes_twice_means_the_later_one(staff, frozen_clock):
    minsk(staff, time_zone="Europe/Vienna", publish_at="2026-10-25T02:30").press("_publish_at")

    edition = Edition.objects.get(slug="minsk-2019")
    assert edition.public_from.isoformat() == "2026-10-25T01:30:00+00:00"


def test_a_replacement_must_be_a_public_page(staff, frozen_clock):
    conference, other = make_conference(), make_conference(slug="other", name="Other")
    publish(conference, by=make_user())
    frozen_clock.tick()
    values = {"withdraw_reason": "Moved", "withdraw_replacement": "https://testserver/en/conferences/other/"}

    response = AdminForm(staff, address(conference)).fill(**values).press("_withdraw")
    assert list(errors_of(response)) == ["withdraw_replacement"]

    publish(other, by=make_user())
    frozen_clock.tick()
    assert AdminForm(staff, address(conference)).fill(**values).press("_withdraw").status_code == 302
    assert Edition.objects.get(uid=conference.uid).withdrawal.replacement == other.uid


@pytest.fixture
def alike(db, frozen_clock):
    """A conference and a document with the same last part of the address, and a photo; all public."""
    conference = make_conference(slug="same")
    records = [conference, make_document(conference, slug="same"), make_photo(conference)]
    for record in records:
        publish(record, by=make_user())
    frozen_clock.tick()
    return dict(zip(("conference", "document", "photo"), records, strict=True))


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("https://testserver/ar/documents/same/?page=2#text", "document"),
        ("/en/conferences/same/versions/1/", "conference"),
        ("…/documents/same/", "document"),
        ("documents/same", "document"),
        ("https://testserver/fr/photos/{photo}/", "photo"),
        ("/id/{document}", "document"),
        ("{conference}", "conference"),
    ],
)
def test_a_replacement_is_the_page_that_its_address_leads_to(alike, address, meant):
    uids = {name: record.uid for name, record in alike.items()}

    assert replacement_from(address.format(**uids)) == uids[meant]


NO_PAGE = "“{}” is not a public page of this portal. Enter its address, such as …/documents/minsk-summary/."


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "same",
            "“{}” is the address of both a conference and a document. Enter the full address of the one you mean.",
        ),
        ("https://elsewhere.example/en/documents/same/", NO_PAGE),
        ("http://[::1", NO_PAGE),
        ("/en/themes/same/", NO_PAGE),
        ("/en/conferences/same.ics", NO_PAGE),
        ("/admin/", NO_PAGE),
    ],
)
def test_an_address_that_leads_to_no_one_page_is_no_replacement(alike, address, message):
    with pytest.raises(ValidationError) as refusal:
        replacement_from(address)

    assert refusal.value.message_dict == {"replacement": [message.format(address)]}


def test_what_was_public_cannot_be_deleted(staff):
    conference = make_conference()
    publish(conference, by=make_user())
    delete = address(conference, "delete")

    for send in (staff.get, lambda where: staff.post(where, {"post": "yes"})):
        response = send(delete)
        assert (response.status_code, response["Location"]) == (302, address(conference))
    assert "cannot be deleted. Withdraw it instead." in staff.get(address(conference)).content.decode()
    assert Conference.objects.exists()


def test_a_draft_may_be_deleted(staff):
    conference = make_conference(start_date=date(2020, 1, 1), end_date=date(2020, 1, 1))

    delete(staff, address(conference, "delete"))

    assert not Conference.objects.exists()


def test_an_entry_that_is_referred_to_cannot_be_deleted(staff):
    person = make_person()
    make_document(delivered_by=person)

    response = staff.post(address(person, "delete"), {"post": "yes", "mark": restoring.mark(person)})

    assert response.status_code == 200
    assert "would require deleting the following protected related objects" in response.content.decode()
    person.refresh_from_db()


def test_a_reader_of_the_admin_may_not_publish(client, db):
    client.force_login(make_account("translator"))
    conference = make_conference()

    assert client.get(address(conference)).status_code == 200
    assert client.post(address(conference), {"_publish": "1"}).status_code == 403
    assert client.post(address(conference, "language", "ru"), {"_save": "1"}).status_code == 403
    assert not Edition.objects.exists()


# Who waits too long for others who write


def to_send_again(response):
    """Return {name: [values]} of what the page of an answer of 503 sends again."""
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "no-store" in response["Cache-Control"]
    values = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', response.content.decode()):
        values.setdefault(name, []).append(html.unescape(value))
    return values


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_for_others_sends_the_same_again_by_a_click(client):
    conference = make_conference("A title")
    client.force_login(make_account("editor"))
    client.raise_request_exception = False
    form = AdminForm(client, address(conference)).fill(venue="The “Palace”", title="A title\nof & two lines")

    with another_writer(Conference), impatient():
        busy = form.press("_continue")
    conference.refresh_from_db()
    assert conference.venue_en is None
    saved = client.post(form.address, to_send_again(busy))

    assert saved.status_code == 302
    conference.refresh_from_db()
    assert conference.venue_en == "The “Palace”"
    assert conference.texts.get().title == "A title of & two lines"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "posted",
    [
        *({name: "not to be repeated"} for name in ("password1", "second_factor-code", "code", "link")),
        {"upload": ContentFile(b"%PDF-", "a.pdf")},
    ],
)
def test_secrets_and_files_are_not_sent_again(client, posted):
    conference = make_conference()
    client.force_login(make_account("editor"))
    client.raise_request_exception = False

    with another_writer(Conference), impatient():
        busy = client.post(address(conference), {"venue": "Palace", **posted})

    assert to_send_again(busy) == {}
    assert "Please go back" in busy.content.decode()
    assert "not to be repeated" not in busy.content.decode()
