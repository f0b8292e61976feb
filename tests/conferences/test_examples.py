"""Three kinds of conferences, entered as an editor enters them, and read back from the API and the pages: each fact in its field."""

import html
import re

import pytest

from conferences.models import Conference, Session
from ctportal.publishing.services import publish
from tests import factories as make
from tests.admin.forms import AdminForm, errors_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make.make_account("publisher", "editor"))
    return client


def send(form, button="_publish"):
    response = form.press(button)
    assert response.status_code == 302, errors_of(response)


def form_of(staff, **values):
    """The form of a new conference, filled with *values*."""
    facts = {"kind": "regional", "event_status": "held", "start_date": "2021-06-15", "end_date": "2021-06-16"}
    return AdminForm(staff, "/admin/conferences/conference/add/").fill(**facts | values)


def translate(staff, title, **labels):
    """Publish the Arabic *title* and *labels*, {name on the page of the language: text}, of the only conference."""
    address = f"/admin/conferences/conference/{Conference.objects.get().pk}/language/ar/"
    send(AdminForm(staff, address).fill(title=title, ready="on", **labels), "_publish_language")


def read(client, path, **filters):
    return client.get(f"/api/v1/{path}/", filters).json()


def words(client, path):
    """The words of the page at *path*, with single spaces."""
    shown = client.get(path).content.decode().partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def fields(entries, *names):
    return [tuple(entry[name] for name in names) for entry in entries]


FIGURE = ("measure", "expectation", "qualifier", "value", "source", "source_address", "source_date", "official")


def test_an_online_conference_of_a_unit_of_a_unit_with_registered_participants(staff):
    un = make.make_organization("United Nations", slug="un", name_ar="الأمم المتحدة")
    office = make.make_organization("Office of Counter-Terrorism", slug="office", parent=un)
    centre = make.make_organization(
        "Counter-Terrorism Centre", slug="centre", parent=office, name_ar="مركز مكافحة الإرهاب"
    )
    form = form_of(
        staff, name="Online 2021", slug="online-2021", title="Prevention in times of distance", format="online"
    )
    form.add_row("organization_roles", organization=centre.pk, role="organizer")
    form.add_row(
        "figures", measure="registered-participants", value=1183, official="on", source="List of registrations"
    )
    form.add_row("figures", measure="participants", qualifier="almost", value=700, official="on")
    send(form)
    translate(staff, "الوقاية عن بعد")

    record = read(staff, "conferences/online-2021")
    assert {name: record[name] for name in ("format", "country", "city", "venue", "languages")} == {
        "format": "online",
        "country": "",
        "city": {},
        "venue": {},
        "languages": ["ar", "en"],
    }
    assert fields(record["organizations"], "slug", "role") == [("centre", "organizer")]
    assert fields(record["figures"], *FIGURE) == [
        ("registered-participants", "actual", "exactly", 1183, "List of registrations", "", None, True),
        ("participants", "actual", "almost", 700, "", "", None, True),
    ]
    assert fields(read(staff, "organizations/centre")["related"]["parents"], "slug") == [("office",), ("un",)]
    assert (
        "Participation 1,183 registered participants "
        "List of registrations almost 700 participants "
        "Organized by Counter-Terrorism Centre Office of Counter-Terrorism , United Nations Format Online"
    ) in words(staff, "/en/conferences/online-2021/")
    assert (
        "المشاركة 1,183 مشاركاً مسجلاً List of registrations ما يقارب 700 مشارك "
        "من تنظيم مركز مكافحة الإرهاب Office of Counter-Terrorism English ، الأمم المتحدة الشكل عبر الإنترنت"
    ) in words(staff, "/ar/conferences/online-2021/")
    # What the unit did is found by the organization at the top.
    assert fields(read(staff, "conferences", organization="un", format="online")["results"], "slug") == [
        ("online-2021",)
    ]


def test_a_conference_whose_attendance_three_sources_give_differently(staff):
    form = form_of(
        staff, name="Lima 2021", slug="lima-2021", title="Three accounts of one conference", city="Lima", country="PE"
    )
    send(form)
    conference = Conference.objects.get()
    release = make.make_document(conference, "The conference closes", slug="release", date=conference.end_date)
    publish(release, by=make.make_user())
    form = AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/change/")
    counted = {"measure": "participants", "source_date": "2021-06-16"}
    form.add_row("figures", qualifier="some", value=520, source="Host country", **counted)
    form.add_row(
        "figures",
        qualifier="at least",
        value=450,
        source="Newspaper",
        source_address="https://example.org/news",
        **counted,
    )
    form.add_row("figures", qualifier="about", value=500, source_document=release.pk, official="on", **counted)
    form.add_row("figures", measure="un-entities", qualifier="several", official="on", source="Host country")
    send(form)
    translate(staff, "ثلاث روايات لمؤتمر واحد", **{f"conference-{conference.pk}-city": "ليما"})

    record = read(staff, "conferences/lima-2021")
    assert fields(record["figures"], *FIGURE) == [
        ("participants", "actual", "some", 520, "Host country", "", "2021-06-16", False),
        ("participants", "actual", "at least", 450, "Newspaper", "https://example.org/news", "2021-06-16", False),
        ("participants", "actual", "about", 500, "", "", "2021-06-16", True),
        ("un-entities", "actual", "several", None, "Host country", "", None, True),
    ]
    assert fields(record["related"]["source"], "slug", "key") == [("release", record["figures"][2]["key"])]
    assert (
        "Participation about 500 participants The conference closes (16 June 2021) "
        "several United Nations entities Host country Figures from other sources "
        "some 520 participants Host country (16 June 2021) at least 450 participants Newspaper (16 June 2021)"
    ) in words(staff, "/en/conferences/lima-2021/")
    arabic = words(staff, "/ar/conferences/lima-2021/")
    assert "المشاركة نحو 500 مشارك The conference closes" in arabic
    assert "عدة كيانات تابعة للأمم المتحدة Host country أرقام من مصادر أخرى قرابة 520 مشاركاً" in arabic
    assert "ما لا يقل عن 450 مشاركاً Newspaper" in arabic


@pytest.mark.slow
def test_a_conference_of_700_participants_with_four_side_events(staff):
    ministry = make.make_organization("Ministry of the Interior", slug="ministry", name_ar="وزارة الداخلية")
    form = form_of(
        staff, name="Amman 2021", slug="amman-2021", title="Borders", city="Amman", country="JO", time_zone="Asia/Amman"
    )
    form.add_row("figures", measure="participants", qualifier="more than", value=700, official="on")
    form.add_row("figures", measure="side-events", value=4, official="on")
    for session in (
        {"title": "Border security", "date": "2021-06-15", "start_time": "13:00", "end_time": "14:00"},
        {"title": "Behavioural insights", "date": "2021-06-15", "start_time": "22:30", "end_time": "00:30"},
        {"title": "Resource mobilization", "date": "2021-06-16"},
        {"title": "Youth"},
    ):
        form.add_row("sessions", kind="side-event", **session)
    send(form, "_continue")
    youth = Session.objects.get(title_en="Youth")
    form = AdminForm(staff, f"/admin/conferences/session/{youth.pk}/change/").fill(room="Hall B")
    form.add_row("organization_roles", organization=ministry.pk, role="organizer")
    form.add_row("appearances", role="moderator", title="A legal officer", organization=ministry.pk)
    form.add_row("figures", measure="participants", qualifier="some", value=60, official="on")
    form.add_row("links", kind="video", title="Recording", address="https://example.org/video", language="en")
    send(form, "_save")
    conference = Conference.objects.get()
    send(AdminForm(staff, f"/admin/conferences/conference/{conference.pk}/change/"))
    titles = ("أمن الحدود", "رؤى سلوكية", "تعبئة الموارد", "الشباب")
    labels = {
        f"session-{row.pk}-title": title for row, title in zip(Session.objects.order_by("pk"), titles, strict=True)
    }
    labels |= {
        f"conference-{conference.pk}-city": "عمّان",
        f"appearance-{youth.appearances.get().pk}-title": "موظف قانوني",
    }
    translate(staff, "الحدود", **labels, **{f"link-{youth.links.get().pk}-title": "تسجيل"})

    record = read(staff, "conferences/amman-2021")
    assert record["languages"] == ["ar", "en"]
    assert fields(record["figures"], *FIGURE) == [
        ("participants", "actual", "more than", 700, "", "", None, True),
        ("side-events", "actual", "exactly", 4, "", "", None, True),
    ]
    assert fields(record["sessions"], "kind", "title", "date", "start_time", "end_time", "room") == [
        ("side-event", {"en": "Border security", "ar": titles[0]}, "2021-06-15", "13:00", "14:00", ""),
        ("side-event", {"en": "Behavioural insights", "ar": titles[1]}, "2021-06-15", "22:30", "00:30", ""),
        ("side-event", {"en": "Resource mobilization", "ar": titles[2]}, "2021-06-16", None, None, ""),
        ("side-event", {"en": "Youth", "ar": titles[3]}, None, None, None, "Hall B"),
    ]
    session = record["sessions"][3]
    assert fields(session["organizations"], "slug", "role") == [("ministry", "organizer")]
    assert fields(session["figures"], *FIGURE) == [("participants", "actual", "some", 60, "", "", None, True)]
    assert fields(session["links"], "kind", "address", "language") == [("video", "https://example.org/video", "en")]
    [person] = session["people"]
    assert (person["uid"], person["role"], person["organization"]["slug"]) == (None, "moderator", "ministry")
    assert person["title"] == {"en": "A legal officer", "ar": "موظف قانوني"}
    assert ("Participation more than 700 participants 4 side events ") in words(staff, "/en/conferences/amman-2021/")
    assert (
        "15 June 2021 13:00 – 14:00 Side event Border security 22:30 – 00:30 (next day) Side event Behavioural insights "
        "16 June 2021 Side event Resource mobilization "
        "Day not known Hall B Side event Youth Organized by Ministry of the Interior "
        "A legal officer Moderator Ministry of the Interior some 60 participants Recording Video"
    ) in words(staff, "/en/conferences/amman-2021/")
    arabic = words(staff, "/ar/conferences/amman-2021/")
    assert "المشاركة أكثر من 700 مشارك 4 مناسبات جانبية" in arabic
    assert "22:30 – 00:30 (اليوم التالي) مناسبة جانبية رؤى سلوكية" in arabic
    assert "اليوم غير معروف Hall B مناسبة جانبية الشباب من تنظيم وزارة الداخلية" in arabic
    assert "موظف قانوني مدير النقاش وزارة الداخلية قرابة 60 مشاركاً تسجيل English تسجيل مصور" in arabic
