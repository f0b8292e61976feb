"""Several problems of one action, reported together."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError


class Problems:
    """Collects ValidationErrors, to be raised together.

    >>> problems = Problems()
    >>> with problems.collect():
    ...     at = given_instant()
    >>> with problems.collect():
    ...     reason = given_reason()
    >>> problems.raise_if_any()
    """

    def __init__(self) -> None:
        self.errors: list[ValidationError] = []

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Catch and collect a ValidationError that the block raises."""
        try:
            yield
        except ValidationError as error:
            self.errors.append(error)

    def raise_if_any(self) -> None:
        """Raise the one error as it is, or several as one ValidationError by field."""
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            by_field: dict[str, list[ValidationError]] = {}
            for error in self.errors:
                error.update_error_dict(by_field)
            raise ValidationError(by_field)
