"""No test is timed, the making of examples included: the machine may be busy.

A plugin for pytest, also where the other settings of all tests are left out.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

QUIET = [HealthCheck.too_slow]
settings.register_profile("here", deadline=None, suppress_health_check=QUIET)
# What continuous integration tries is the same every time.
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
