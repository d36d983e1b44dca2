"""Settings for all tests: examples take as long as they take, since a busy machine is no reason to fail."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("chainrule", deadline=None)
settings.load_profile("chainrule")
