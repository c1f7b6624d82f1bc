"""The compiled core and the one in Python do the same: lines of errors, keys of plans, what is kept, and every bit of the results."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lazytensor import compiled

PROGRAM = r"""
import random
import traceback
import numpy as np
import lazytensor as lt
from lazytensor.core import planning
from lazytensor.core import jobs
from lazytensor.core.sites import line_of

keys = []
made = jobs.make_entry
def noted(key, *rest, **named):
    entry = made(key, *rest, **named)
    keys.append((hash_of(key), tuple(entry.plan.outputs)))
    return entry
def hash_of(key):
    return repr(key)[:20000]
jobs.make_entry = noted

def program(seed, most):
    draw = random.Random(seed)
    rng = np.random.default_rng(seed)
    values = [lt.asarray(rng.standard_normal(shape)) for shape in ((6, 5), (6, 5), (5,), (6, 1))]
    lines = []
    for _ in range(25):
        a, b = draw.choice(values), draw.choice(values)
        what = draw.randrange(12)
        try:
            if what == 0: c = a + b
            elif what == 1: c = a * 0.5
            elif what == 2: c = 2 - a
            elif what == 3: c = lt.sin(a)
            elif what == 4: c = a.sum(axis=0)
            elif what == 5: c = a[1:]
            elif what == 6: c = a[0]
            elif what == 7: c = lt.where(a > b, a, b)
            elif what == 8:
                a[draw.randrange(9)] = 1.5
                continue
            elif what == 9:
                a[1:3] = b
                continue
            elif what == 10: c = a @ b
            else: c = lt.linalg.inv(a[:2, :2] * 0.0)
        except Exception as error:
            lines.append((type(error).__name__, str(error), traceback.extract_tb(error.__traceback__)[0].lineno))
            continue
        node = c._node
        if node is not None and node.site is not None:
            lines.append(line_of(node.site)[1])
        values.append(c)
    for value in values:
        try:
            lines.append(value.numpy().tobytes().hex())
        except Exception as error:
            lines.append((type(error).__name__, str(error), getattr(error, "__notes__", None)))
    return lines

for most in (0, 64):
    with lt.config.override(eager_elements=most, deterministic=True, background=False, tier="interpret"):
        for seed in range(SEEDS):
            planning.WALKS = 0 if seed % 2 else 2
            print(program(seed, most))
print(keys)
"""


@pytest.mark.skipif(bool(compiled.REASON), reason="the core is not compiled here")
def test_the_two_forms_agree() -> None:
    outputs = []
    for pure in ("0", "1"):
        environment = {**os.environ, "LAZYTENSOR_PURE": pure}
        command = [sys.executable, "-c", PROGRAM.replace("SEEDS", "12")]
        result = subprocess.run(command, capture_output=True, text=True, timeout=250, env=environment)
        assert result.returncode == 0, result.stderr
        outputs.append(result.stdout.splitlines())
    assert len(outputs[0]) == 25
    for one, other in zip(*outputs, strict=True):
        assert one == other
