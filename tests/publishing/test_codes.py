import pytest

from conferences import models as conferences
from ctportal.core import codes
from ctportal.publishing.cascade import Cascaded
from ctportal.publishing.models import WorkflowStep
from documents import models as documents


@pytest.mark.parametrize(
    ("public", "choices"),
    [
        (codes.CONFERENCE_KINDS, conferences.Conference.Kind),
        (codes.EVENT_STATUSES, conferences.Conference.Status),
        (codes.FORMATS, conferences.Conference.Format),
        (codes.DATE_PRECISIONS, conferences.Precision),
        (codes.SESSION_KINDS, conferences.Session.Kind),
        (codes.ORGANIZATION_KINDS, conferences.Organization.Kind),
        (codes.ORGANIZATION_ROLES, conferences.OrganizationRole.Role),
        (codes.APPEARANCE_ROLES, conferences.Appearance.Role),
        (codes.MEASURES, conferences.Figure.Measure),
        (codes.EXPECTATIONS, conferences.Figure.Expectation),
        (codes.QUALIFIERS, conferences.Figure.Qualifier),
        (codes.LINK_KINDS, conferences.Link.Kind),
        (codes.DOCUMENT_KINDS, documents.Document.Kind),
        (codes.OCCASIONS, documents.Document.Occasion),
        (codes.TEXT_STATES, documents.LanguageVersion.State),
        (codes.STANDINGS, documents.LanguageVersion.Standing),
    ],
)
def test_the_public_codes_are_those_staff_choose_from(public, choices):
    assert list(public.items()) == list(choices.choices)


def test_what_follows_a_conference_is_a_step_of_a_record():
    assert {str(each) for each in Cascaded} == {
        action for action in WorkflowStep.Action.values if action.endswith("-with-conference")
    }
