"""The yardstick's server: the settings of the portal, and nothing behind its address but one constant answer."""

import os

from ctportal.settings.demo import *  # noqa: F403 - the same settings are the point

ROOT_URLCONF = "benchmarks.yardstick"
if os.environ.get("BENCHMARK_WITHOUT_MIDDLEWARE"):
    MIDDLEWARE = []
