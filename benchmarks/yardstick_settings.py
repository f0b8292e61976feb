"""Settings of the yardstick: those of the portal, with one constant response as its only page."""

import os

from ctportal.settings.demo import *  # noqa: F403 - the same settings, to be comparable

ROOT_URLCONF = "benchmarks.yardstick"
if os.environ.get("BENCHMARK_WITHOUT_MIDDLEWARE"):
    MIDDLEWARE = []
