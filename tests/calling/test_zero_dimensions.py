"""What has no axes: which functions give NumPy's scalars, snapshots here, and which give 0-d arrays that can be written to."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

EXPRESSIONS = [
    "xp.asarray(5)",
    "xp.array(2.5)",
    "xp.asarray(vec.sum())",
    "xp.array(vec.sum())",
    "xp.asanyarray(vec.sum())",
    "xp.copy(vec.sum())",
    "xp.copy(one)",
    "one.copy()",
    "copy.copy(one)",
    "copy.deepcopy(one)",
    "one.astype('f4')",
    "one.astype('f8')",
    "xp.astype(one,'f4')",
    "xp.require(vec.sum(),requirements='W')",
    "xp.asarray(vec.sum(),dtype='f4')",
    "one[...]",
    "one[()]",
    "vec[0]",
    "vec[0,...]",
    "vec[...,0]",
    "mat[0,0]",
    "mat[0][1]",
    "vec[:1].reshape(())",
    "xp.reshape(vec[:1],())",
    "one.reshape(())",
    "vec[:1].squeeze()",
    "xp.squeeze(vec[:1])",
    "one.squeeze()",
    "one.T",
    "one.transpose()",
    "xp.transpose(one)",
    "one.view()",
    "one.real",
    "one.imag",
    "z[0].real",
    "xp.asarray(1+2j).real",
    "xp.asarray(1+2j).imag",
    "one.conj()",
    "xp.conj(one)",
    "xp.zeros(())",
    "xp.ones(())",
    "xp.full((),3)",
    "xp.empty(())",
    "xp.zeros_like(one)",
    "xp.ones_like(one)",
    "xp.full_like(one,2)",
    "xp.empty_like(one)",
    "xp.zeros_like(vec.sum())",
    "xp.full((),one)",
    "xp.broadcast_to(5,())",
    "xp.broadcast_arrays(one,one)[0]",
    "xp.moveaxis(one,(),())",
    "xp.flip(one)",
    "xp.roll(one,1)",
    "xp.where(True,1,2)",
    "xp.where(one>1,one,2)",
    "xp.select([one>1],[one],0)",
    "xp.choose(0,[1,2])",
    "xp.choose(xp.asarray(0),[one,one])",
    "xp.take(vec,0)",
    "vec.take(0)",
    "xp.take(vec,xp.asarray(0))",
    "xp.compress([True],vec)[0]",
    "vec.sum()",
    "one.sum()",
    "vec.mean()",
    "xp.prod(vec)",
    "vec.max()",
    "xp.min(vec)",
    "vec.argmax()",
    "vec.std()",
    "xp.var(vec)",
    "xp.median(vec)",
    "xp.percentile(vec,50)",
    "xp.quantile(vec,.5)",
    "xp.ptp(vec)",
    "xp.average(vec)",
    "xp.nansum(vec)",
    "xp.nanmean(vec)",
    "xp.nanmedian(vec)",
    "xp.nanmax(vec)",
    "xp.nanargmin(vec)",
    "vec.any()",
    "xp.all(vec)",
    "one+1",
    "-one",
    "xp.exp(one)",
    "xp.add(one,one)",
    "one>1",
    "abs(one)",
    "divmod(one,2)[0]",
    "xp.modf(one)[0]",
    "xp.frexp(one)[1]",
    "one**2",
    "xp.round(one)",
    "one.round()",
    "xp.clip(one,0,1)",
    "one.clip(0,1)",
    "xp.isclose(one,1)",
    "xp.isnan(one)",
    "xp.nan_to_num(one)",
    "xp.sinc(one)",
    "xp.i0(one)",
    "xp.fix(one)",
    "xp.angle(one)",
    "xp.heaviside(one,1)",
    "xp.deg2rad(one)",
    "xp.ldexp(one,1)",
    "xp.real_if_close(one)",
    "xp.interp(1.5,[1,2],[3,4])",
    "xp.interp(one,[1,2],[3,4])",
    "vec.dot(vec)",
    "xp.dot(vec,vec)",
    "xp.dot(one,one)",
    "xp.inner(vec,vec)",
    "xp.vdot(vec,vec)",
    "vec@vec",
    "xp.tensordot(vec,vec,1)",
    "xp.einsum('i,i',vec,vec)",
    "xp.einsum('i->',vec)",
    "xp.einsum('ii',mat)",
    "xp.einsum('',one)",
    "xp.einsum(',',one,one)",
    "xp.trace(mat)",
    "mat.trace()",
    "xp.vecdot(vec,vec)",
    "xp.kron(one,one)",
    "xp.multiply.outer(one,one)",
    "xp.linalg.cross([1,2,3],[1,2,3])[0]",
    "xp.linalg.det(mat)",
    "xp.linalg.norm(vec)",
    "xp.linalg.slogdet(mat)[1]",
    "xp.linalg.matrix_rank(mat)",
    "xp.linalg.cond(mat)",
    "xp.linalg.multi_dot([vec,xp.eye(3),vec])",
    "xp.linalg.trace(mat)",
    "xp.linalg.vector_norm(vec)",
    "xp.linalg.matrix_norm(mat)",
    "xp.cov(vec)",
    "xp.corrcoef(vec)",
    "xp.trapezoid(vec)",
    "xp.polyval(vec,2)",
    "xp.polyval(vec,one)",
    "xp.searchsorted(vec,2)",
    "vec.searchsorted(2.)",
    "xp.digitize(2,vec)",
    "xp.isin(one,vec)",
    "xp.add.reduce(vec)",
    "xp.maximum.reduce(vec)",
    "xp.subtract.reduce(vec)",
    "xp.logaddexp.reduce(vec)",
    "xp.apply_along_axis(lambda r:r.sum(),0,vec)",
    "xp.apply_over_axes(xp.sum,vec,[0])[0]",
    "xp.piecewise(one,[one>1],[1.,2.])",
    "xp.vectorize(lambda a:a+1)(one)",
    "xp.fromfunction(lambda:one,())",
    "xp.diff(vec)[0]",
    "xp.ravel_multi_index((1,1),(2,2))",
    "xp.unravel_index(3,(2,2))[0]",
    "vec.flat[0]",
    "one.flat[0]",
    "next(iter(vec))",
    "next(iter(vec.flat))",
    "xp.sort(vec)[0]",
    "xp.partition(vec,0)[0]",
    "xp.pad(one,0)",
    "xp.tile(one,())",
    "xp.extract([True],one)[0]",
    "xp.stack([one,one])[0]",
    "xp.split(vec,3)[0][0]",
    "xp.add(one,1,out=xp.zeros(()))",
    "xp.sum(vec,out=xp.zeros(()))",
    "xp.mean(vec,out=xp.zeros(()))",
    "(lambda a:a.__iadd__(1))(xp.asarray(2.))",
    "xp.take_along_axis(vec,xp.asarray([0]),0)[0]",
    "mat.diagonal()[0]",
    "xp.linspace(one,2,1)[0]",
    "xp.linspace(one,2,3)[1]",
    "xp.bincount([0,1])[0]",
    "xp.histogram(vec)[0][0]",
    "xp.atleast_1d(one)[0]",
    "xp.expand_dims(one,())",
    "xp.permute_dims(one,())",
    "xp.fft.fft(vec)[0]",
    "xp.asarray(xp.count_nonzero(vec))",
    "xp.meshgrid(one)[0][0]",
    "xp.max(xp.zeros(0),initial=1.)",
    "vec.sum(initial=1.)",
    "vec.sum(dtype='f4')",
    "vec.mean(dtype='f4')",
    "vec.sum(where=[True,False,True])",
    "vec.cumsum()[0]",
    "xp.mean(vec,where=[True,False,True])",
    "xp.any(vec,out=xp.zeros((),bool))",
    "xp.round(one,out=xp.zeros(()))",
    "xp.isneginf(one)",
    "xp.iscomplex(one)",
    "xp.logical_not(one)",
    "xp.spacing(one)",
    "xp.nextafter(one,3)",
    "xp.signbit(one)",
    "xp.copysign(one,-1)",
    "+one",
    "xp.packbits([1])[0]",
    "xp.bitwise_count(xp.asarray(3))",
    "xp.add(one,1,where=True)",
    "xp.add(one,1,dtype='f4')",
    "xp.add(one,1,order='F')",
    "one[None][0]",
    "one[True][0]",
    "xp.ediff1d(vec)[0]",
    "xp.nanquantile(vec,.5)",
    "xp.argsort(vec)[0]",
    "vec.argpartition(1)[0]",
    "pickle.loads(pickle.dumps(one))",
    "xp.from_dlpack(np.array(2.5))",
    "xp.frombuffer(b'12345678')[0]",
    "xp.ascontiguousarray(one)[0]",
    "xp.asarray_chkfinite(one)",
    "xp.lib.stride_tricks.as_strided(vec,(),())",
    "xp.matrix_transpose(mat)[0,0]",
    "xp.tri(1)[0,0]",
    "xp.random.default_rng(0).integers(5)",
    "xp.random.default_rng(0).choice(5)",
    "xp.random.default_rng(0).normal(xp.asarray(0.))",
    "xp.random.default_rng(0).poisson(xp.asarray(3.))",
    "xp.random.default_rng(0).choice(vec)",
    "xp.minimum(one,3)",
    "~xp.asarray(5)",
    "xp.asarray(5)<<1",
    "xp.gcd(xp.asarray(4),6)",
    "xp.hypot(one,one)",
    "xp.floor(one)",
]


def _kind(x: Any) -> str:
    if isinstance(x, (np.generic, bool, int, float)):
        return "scalar"
    assert x.shape == ()
    if isinstance(x, np.ndarray):
        return "array" if x.flags.writeable else "read-only array"
    try:
        x[...] = x
    except TypeError:
        return "scalar"
    except ValueError:
        return "read-only array"
    return "array"


def _outcome(library: Any, expression: str) -> Any:
    """What kind of thing the expression gives, and which arrays a write to it changes."""
    names = {
        "xp": library,
        "np": np,
        "copy": copy,
        "pickle": pickle,
        "one": library.asarray(2.5),
        "vec": library.asarray([1.5, 2.5, 3.5]),
        "mat": library.asarray([[1.0, 2.0], [3.0, 4.0]]),
        "z": library.asarray([1 + 2j, 3]),
    }
    made = eval(expression, names)
    kind = _kind(made)
    if kind == "array":
        made[...] = 77
        assert made.item() in (77, True)
    return kind, [name for name in ("one", "vec", "mat") if (np.asarray(names[name]) == 77).any()]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_scalars_and_arrays_without_axes_are_numpys(expression: str) -> None:
    assert _outcome(lt, expression) == _outcome(np, expression)


def test_results_become_arrays_that_can_be_written_to(tier: str) -> None:
    r: Any = lt.asarray(lt.sum(lt.asarray([np.nan, 1.0])))
    r[lt.isnan(r)] = 0
    assert r.item() == 0
    s = lt.asarray([1.5, 2.0]).sum()
    t: Any = s.astype("float32")
    t[...] = 9
    assert (s.item(), t.item()) == (3.5, 9)
    a: Any = lt.array(5).astype("int16")
    v = a[...]
    v[...] = 9
    assert a.item() == 9
