"""Texts with what cannot be kept: pasted into the editor, or posted by a form."""

from django.contrib.messages import get_messages
from django.test import Client

from conferences.models import Conference
from tests.admin.test_forms import minsk

PICTURE = (
    "A text cannot hold pictures; these were left out: plan.png, a picture without a name. Upload them as photos of the "
    "conference."
)


def test_a_posted_text_is_saved_as_it_was_meant_and_its_pictures_are_named(staff):
    html = '<div>One</div><div>Two<img src="https://x.example/plan.png"><img></div>'
    response = minsk(staff, description=html).press("_continue")

    assert Conference.objects.get().texts.get(language="en").description == "<p>One</p><p>Two</p>"
    assert PICTURE in [str(message) for message in get_messages(response.wsgi_request)]


def test_what_is_pasted_comes_back_as_the_editor_takes_it(staff):
    html = '<h1>One</h1><div>Two <a href="un.org">there</a></div><p><img src="file:///C:/plan.png"><img></p>'
    answer = staff.post("/admin/pasted/", {"html": html})

    assert answer.json() == {
        "html": '<h2>One</h2><p>Two <a href="https://un.org">there</a></p><p></p>',
        "message": PICTURE,
    }


def test_nobody_but_staff_has_something_tidied(staff):
    assert Client().post("/admin/pasted/", {"html": "<div>a</div>"}).status_code == 302
    assert staff.get("/admin/pasted/").status_code == 405
    assert staff.post("/admin/pasted/").json() == {"html": "", "message": ""}
