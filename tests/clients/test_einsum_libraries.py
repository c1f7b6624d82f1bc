"""opt_einsum, which finds the functions of a tensor's library by itself, and einops, which does in its array API part only."""

from __future__ import annotations

from typing import Any

import einops
import einops.array_api
import numpy as np
import opt_einsum
import pytest
from twins import Call, assert_pending, assert_twins

import lazytensor as lt

X = np.arange(24.0).reshape(2, 3, 4)
A, B, C = (np.random.default_rng(seed).normal(size=(3, 3)) for seed in range(3))
CHAIN = ",".join("abcdefghijklmnopq"[place : place + 2] for place in range(16)) + "->aq"

CASES: dict[str, Call] = {
    "rearrange": lambda c: einops.array_api.rearrange(c(X), "a b c -> b (a c)"),
    "rearrange list": lambda c: einops.array_api.rearrange([c(X), c(X)], "n a b c -> a n b c"),
    "rearrange split": lambda c: einops.array_api.rearrange(c(X), "a b (c d) -> (a d) b c", d=2),
    "repeat": lambda c: einops.array_api.repeat(c(X), "a b c -> a b (c d)", d=2),
    "pack": lambda c: einops.array_api.pack([c(X), c(X[:, :, 0])], "a b *")[0],
    "unpack": lambda c: einops.array_api.unpack(c(X), [(2,), (2,)], "a b *"),
    "contract": lambda c: opt_einsum.contract("ij,jk,kl->il", c(A), c(B), c(C)),
    "contract interleaved": lambda c: opt_einsum.contract(c(A), [0, 1], c(B), [1, 2], [0, 2]),
    "contract ellipsis": lambda c: opt_einsum.contract("...ij,kj->...ik", c(X), c(X[0])),
    "contract diagonal": lambda c: opt_einsum.contract("ii->i", c(A)),
    "contract to a scalar": lambda c: opt_einsum.contract("ij,ij->", c(A), c(B)),
    "contract outer": lambda c: opt_einsum.contract("a,b,c->abc", c(A[0]), c(B[0]), c(C[0])),
    "contract sixteen": lambda c: opt_einsum.contract(CHAIN, *[c(A)] * 16),
    "expression": lambda c: opt_einsum.contract_expression("ij,jk->ik", (3, 3), (3, 3))(c(A), c(B)),
    "expression constant": lambda c: opt_einsum.contract_expression("ij,jk->ik", c(A), (3, 3), constants=[0])(c(B)),
}
for _name in ("min", "max", "sum", "mean", "prod"):
    CASES[f"reduce {_name}"] = lambda c, name=_name: einops.array_api.reduce(c(X), "a b c -> b", name)
for _name in ("greedy", "optimal", "dp", "auto", "branch-all", False):
    CASES[f"contract {_name}"] = lambda c, name=_name: opt_einsum.contract(
        "ij,jk,kl,lm->im", c(A), c(B), c(C), c(A), optimize=name
    )


@pytest.mark.parametrize("name", CASES)
@pytest.mark.recorded
def test_the_same_as_with_arrays(name: str) -> None:
    assert_twins(CASES[name])
    assert_pending(CASES[name])


@pytest.mark.parametrize("name", ["rearrange", "reduce mean", "contract", "contract sixteen"])
def test_in_both_tiers(name: str, tier: str) -> None:
    assert_twins(CASES[name])


def test_reductions_of_conditions() -> None:
    for name in ("any", "all"):
        found: Any = einops.array_api.reduce(lt.asarray(X) > 3, "a b c -> b", name)
        np.testing.assert_array_equal(found, getattr(np, name)(X > 3, axis=(0, 2)))


def test_paths_and_backends() -> None:
    tensors = [lt.asarray(value) for value in (A, B, C)]
    assert opt_einsum.contract_path("ij,jk,kl->il", *tensors)[0] == opt_einsum.contract_path("ij,jk,kl->il", A, B, C)[0]
    for backend in ("lazytensor", "numpy", "auto"):
        assert isinstance(opt_einsum.contract("ij,jk->ik", *tensors[:2], backend=backend), lt.Tensor)
    with opt_einsum.sharing.shared_intermediates():
        assert isinstance(opt_einsum.contract("ij,jk,kl->il", *tensors), lt.Tensor)


@pytest.mark.parametrize("call", [
    lambda t: einops.rearrange(t, "a b c -> b (a c)"),
    lambda t: einops.reduce(t, "a b c -> b", "sum"),
    lambda t: einops.repeat(t, "a b c -> a b c d", d=2),
    lambda t: einops.einsum(t, t, "a b c, a b c -> b"),
])  # fmt: skip
def test_einops_itself_has_a_list_of_libraries(call: Any) -> None:
    with pytest.raises(RuntimeError, match="Tensor type unknown to einops"):
        call(lt.asarray(X))
