"""Editors in the last seconds before an instant, against readers whose clocks are ahead: a few of the trials of ``make
instant``, in time that passes five times as fast."""

import pytest

from benchmarks.instant import Clocks, Trials
from ctportal.publishing import epoch, transactions

pytestmark = pytest.mark.django_db(transaction=True)


def found(**how):
    clocks = Clocks(factor=5)
    with clocks.replaced():
        trials = Trials(16, clocks, **how)
        return trials.run(), trials.errors


def test_nothing_is_moved_that_somebody_has_read():
    result, errors = found(apart=3)  # not 4: a busy machine may take a tenth of a second to commit, here half of one

    assert errors == []
    assert result["done"] > 0
    assert result["refused: too_near"] > 0
    assert (result["done although read before"], result["refused and not read"]) == (0, 0)


def test_without_the_rule_the_trials_find_what_was_moved_although_it_was_read(monkeypatch):
    monkeypatch.setattr(epoch, "_refuse_near", lambda _instant, _changes: None)
    monkeypatch.setattr(transactions, "_refuse_too_late", lambda _instants: None)

    result, _errors = found(apart=4)

    assert result["done although read before"] > 0
