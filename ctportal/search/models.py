"""The index of the search: the texts of an edition by language and by where they stand, and their tokens.

An entry says nothing of whether its edition is public. Queries join it with ``public(at)``, so a scheduled edition is found
from its instant on, and hidden editions take no part in any result, order or count.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from ctportal.core.languages import CHOICES
from ctportal.search.fields import Matches, TokensField


class Place(models.IntegerChoices):
    """Where a text stands in a record, the most telling place first."""

    SYMBOL = 1
    TITLE = 2
    HEADING = 3  # titles of sessions, main topics and language versions
    TEXT = 4
    FILE = 5


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def matching(self, alternatives: Sequence[Sequence[str]]) -> SearchEntryQuerySet:
        """Return the entries that contain any of *alternatives*, each a sequence of words or one token."""
        return self.filter(Matches("pk", alternatives))

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the entries with their tokens, in two statements, however many they are."""
        SearchTokens.objects.filter(entry__in=self.order_by().values("pk")).delete()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]  # for templates, as Django marks it
    delete.queryset_only = True  # type: ignore[attr-defined]  # no method of the manager, as Django's own is none


class SearchEntry(models.Model):
    """The texts of one edition in one language that stand in one place. Long ones are divided into parts."""

    edition = models.ForeignKey("publishing.Edition", on_delete=models.PROTECT, related_name="search_entries")
    language = models.CharField(max_length=2, choices=CHOICES)
    place = models.PositiveSmallIntegerField(choices=Place)
    part = models.PositiveSmallIntegerField(default=0, help_text="0 for the first part.")
    facets = models.TextField(
        blank=True,
        help_text="The edition's facets and type, as name=value separated by spaces, to count the results by.",
    )

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "language", "place", "part"], name="search_entry_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.language} {self.get_place_display()} {self.part}"


class SearchTokens(models.Model):
    """The tokens of an entry. They have a table of their own, so that the rows of entries stay short."""

    # Deleted by SearchEntryQuerySet.delete; Django's own cascade would read all entries and name them a hundred at a time.
    entry = models.OneToOneField(SearchEntry, on_delete=models.DO_NOTHING, primary_key=True, related_name="tokens")
    tokens = TokensField()

    def __str__(self) -> str:
        return str(self.entry_id)


class IndexState(models.Model):
    """One row: which version of the analysis has written all entries, and how far an unfinished rebuild has come.

    Versions are those of ``ctportal.publishing.indexing.VERSION``.
    """

    version = models.PositiveIntegerField()
    rebuilt_to = models.BigIntegerField(null=True, help_text="Primary key of the last edition that it has written.")
    rebuilt_by = models.PositiveIntegerField(null=True, help_text="Version that the unfinished rebuild writes.")

    def __str__(self) -> str:
        return f"version {self.version}"
