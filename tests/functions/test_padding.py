"""`pad` against NumPy, in every mode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import assert_same, sample

import lazytensor as lt

MODES: list[dict[str, Any]] = [
    {},
    {"constant_values": 3},
    {"constant_values": (1, 2)},
    {"constant_values": ((1, 2),)},
    {"mode": "edge"},
    {"mode": "linear_ramp"},
    {"mode": "linear_ramp", "end_values": (5, 2)},
    {"mode": "maximum"},
    {"mode": "maximum", "stat_length": 2},
    {"mode": "mean"},
    {"mode": "mean", "stat_length": (1, 2)},
    {"mode": "median"},
    {"mode": "median", "stat_length": 2},
    {"mode": "minimum", "stat_length": 3},
    {"mode": "reflect"},
    {"mode": "symmetric"},
    {"mode": "reflect", "reflect_type": "odd"},
    {"mode": "symmetric", "reflect_type": "odd"},
    {"mode": "wrap"},
]


@pytest.mark.parametrize("keywords", MODES, ids=str)
def test_pad(tier: str, keywords: dict[str, Any]) -> None:
    # Slopes are products where NumPy may divide first, when another slope of the same call is zero.
    ulp = 8 if keywords.get("mode") in ("linear_ramp", "mean", "median") else 0
    compiled = tier == "compile"
    for dtype in ("float32",) if compiled else ("bool", "int8", "float32", "complex64"):
        for shape in ((3, 4),) if compiled else ((1,), (5,), (3, 4)):
            x = sample(dtype, shape, low=0)
            for width in ((2, 5),) if compiled else (1, (2, 5), 7):
                assert_same(lt.pad(lt.asarray(x), width, **keywords), np.pad(x, width, **keywords), ulp, scale=10)


def test_widths(tier: str) -> None:
    x = sample("int16", (2, 1, 3))
    for width in (0, 2, (1, 0), ((1, 2),), ((1,), (0,), (2,)), ((0, 0), (1, 2), (3, 0)), {0: 1, -1: (0, 2)}):
        for layout in (lambda x: x, lambda x: x.T, lambda x: x[..., ::-1]):
            for mode in ("constant", "edge", "wrap"):
                assert_agree(lambda xp, x: xp.pad(layout(x), width, mode=mode), x)  # noqa: B023
    assert_agree(lambda xp, x: xp.pad(x, ((1, 1), (0, 0)), "edge"), np.zeros((2, 0)))
    assert_agree(lambda xp, x: xp.pad(x, ((0, 0), (1, 1)), "edge"), np.zeros((2, 0)))
    assert_agree(lambda xp, x: xp.pad(x, 1), np.zeros((2, 0)))
    assert_agree(lambda xp, x: xp.pad(x, 1), np.asarray(3.0))
    assert lt.pad(lt.ones(2), (1, 2), "empty").shape == (5,)


def test_statistics_see_nan(tier: str) -> None:
    x = np.asarray([[1.0, np.nan, 3.0], [1.0, 2.0, 4.0]])
    for mode in ("median", "maximum", "mean"):
        assert_agree(lambda xp, x: xp.pad(x, ((0, 0), (1, 1)), mode), x)  # noqa: B023


def test_values_may_be_tensors(tier: str) -> None:
    x = lt.arange(3)
    assert_same(lt.pad(x, 1, constant_values=x.sum()), np.asarray([3, 0, 1, 2, 3]))
    assert_same(lt.pad(x, 1, "linear_ramp", end_values=lt.asarray([4, 8])), np.asarray([4, 0, 1, 2, 8]))


def test_the_copy_is_independent() -> None:
    for width in (0, 1):
        for mode in ("constant", "edge"):
            x = lt.arange(3)
            padded = lt.pad(x, width, mode)
            padded[width] = 9
            x[1] = 7
            assert padded[width + 1].item() == 1
            assert x.tolist() == [0, 7, 2]


def test_a_function_leaves_the_graph() -> None:
    def fill(vector: Any, widths: Any, axis: int, keywords: Any) -> None:
        vector[: widths[0]] = keywords.get("padder", 10)

    x = np.arange(6).reshape(2, 3)
    padded = lt.pad(lt.asarray(x), ((1, 1), (2, 0)), fill, padder=5)
    assert_same(padded, np.pad(x, ((1, 1), (2, 0)), fill, padder=5))
    assert lt.explain(padded).outside[0].startswith("numpy.pad")


def test_errors() -> None:
    x = np.arange(3)
    for call in (
        lambda xp, x: xp.pad(x, -1),
        lambda xp, x: xp.pad(x, 1.5),
        lambda xp, x: xp.pad(x, 1, "unknown"),
        lambda xp, x: xp.pad(x, 1, "edge", stat_length=2),
        lambda xp, x: xp.pad(x, 1, "maximum", stat_length=0),
        lambda xp, x: xp.pad(x, ((1, 1), (2, 2))),
    ):
        assert_agree(call, x)
    with pytest.raises(ValueError, match="pad: unsupported keyword arguments for mode 'edge': stat_length"):
        lt.pad(x, 1, "edge", stat_length=2)
    with pytest.raises(ValueError, match=r"pad: lengths of shape .* for 1 axes"):
        lt.pad(x, ((1, 1), (2, 2)))
    with pytest.raises(ValueError, match="pad: reflect_type"):
        lt.pad(x, 1, "reflect", reflect_type="upside down")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", ["maximum", "minimum", "mean", "median"])
@pytest.mark.parametrize("length", [0, (1, 0), ((0, 2), (1, 1))])
def test_statistics_of_nothing(tier: str, mode: Any, length: Any) -> None:
    for width in (1, 0, ((0, 1), (2, 0))):
        assert_agree(lambda xp, x, width=width: xp.pad(x, width, mode, stat_length=length), sample("float64", (3, 4)))
    assert_agree(lambda xp, x: xp.pad(x, ((0, 0), (1, 1)), mode, stat_length=length), np.ones((0, 3)))
