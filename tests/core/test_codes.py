import pytest

from ctportal.core import codes
from ctportal.publishing.cascade import Cascaded
from ctportal.workflow.models import WorkflowStep


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (codes.ORGANIZER_HEADINGS, codes.OrganizerRole),
        (codes.QUALIFIER_WORDS | codes.FIGURES_WITHOUT_NUMBER, codes.Qualifier),
        (codes.FIGURES_WITHOUT_NUMBER, codes.WITHOUT_NUMBER),
        (codes.MEASURE_WORDS, codes.Measure),
        *((words, codes.Measure) for words in codes.FIGURES_WITHOUT_NUMBER.values()),
        (codes.OCCASION_WORDS, codes.Occasion),
        (codes.TEXT_STATE_WORDS, codes.TextState),
        (codes.RELATION_HEADINGS, codes.DocumentRelationKind),
        (codes.CONFERENCE_RELATION_HEADINGS, codes.ConferenceRelationKind),
        (codes.REVERSED_CONFERENCE_RELATION_HEADINGS, codes.ConferenceRelationKind),
    ],
)
def test_pages_have_words_of_their_own_for_every_code(words, choices):
    assert list(words) == list(getattr(choices, "values", choices))


def test_a_dossier_has_a_place_for_every_kind_of_document():
    assert sorted(codes.DOSSIER_ORDER) == sorted(codes.DocumentKind.values)


def test_what_follows_a_conference_is_a_step_of_a_record():
    assert {str(each) for each in Cascaded} == {
        action for action in WorkflowStep.Action.values if action.endswith("-with-conference")
    }
