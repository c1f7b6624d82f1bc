"""Collects the tests that need SCIPY_ARRAY_API=1 only where it is set: test_switched runs them in a process of their own."""

from __future__ import annotations

import os

SWITCHED = ["test_interop_page.py", "test_scipy.py", "test_sklearn.py"]

collect_ignore = ["test_switched.py"] if os.environ.get("SCIPY_ARRAY_API") == "1" else SWITCHED
