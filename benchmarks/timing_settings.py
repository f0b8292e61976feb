"""Settings with which the timing of names is measured: those of the demonstration, with a hash that takes little time.

Whether a password is hashed once, twice or not at all is still seen, and what else differs is not lost in the noise of a
third of a second.
"""

import os

from ctportal.settings.demo import *  # noqa: F403 - the same settings, to be comparable

if os.environ.get("BENCHMARK_HASH") != "real":
    PASSWORD_HASHERS = ["benchmarks.timing_accounts.QuickHasher"]
