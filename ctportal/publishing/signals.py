"""Signals of a publication, sent inside its transaction: what receivers write is rolled back with it."""

from django.dispatch import Signal

# One publication has written its editions. Arguments: *by*, an account or a plain name; *drafts*, a list of (edition, the
# record it was made of, as its builder has loaded it, language if it was published ahead of the rest); *successors*, a list
# of (edition, its replacement with the same contents).
editions_written = Signal()

# Names of vocabulary entries have changed. Arguments: *by* as above; *at*, the instant; *is_merger*; *records*, a list of
# (uid, type) of the records published with them.
names_changed = Signal()
