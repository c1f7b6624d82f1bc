"""Rows of SciPy's special functions, which is imported when one is first computed without a kernel."""

from __future__ import annotations

from typing import Any

from lazytensor.compiler.ops import rules
from lazytensor.compiler.ops.elementwise import by_rows, call, elementwise, reals
from lazytensor.compiler.ops.row import Domain, Op


def special(name: str, *, kernel: str, domain: Domain, flops: float, ulp: float, doc: str) -> Op:
    """A row of SciPy's function of that name, on real operands: float32 stays, booleans and integers give float64."""

    def reference(x: Any) -> Any:
        import scipy.special  # delayed: start-up time

        return getattr(scipy.special, name)(x)

    return elementwise(
        name,
        reference,
        into=by_rows(reference),
        cpu=call(kernel),
        signature=rules.inexact(name, "biuf"),
        arity=1,
        domain=domain,
        flops=flops,
        ulp=ulp,
        doc=doc,
    )


erf = special("erf", kernel="erf", domain=reals(-5, 5), flops=30, ulp=4, doc="Return the error function, element-wise.")
erfc = special(
    "erfc",
    kernel="erfc", domain=reals(-5, 9), flops=40, ulp=70,  # SciPy is 65 off at 8.6, the kernel 2
    doc="Return the complementary error function, 1 - erf(x), accurately.",
)  # fmt: skip
expit = special(
    "expit",
    kernel="sigmoid", domain=reals(-80, 80), flops=25, ulp=5,
    doc="Return the logistic sigmoid, 1 / (1 + exp(-x)).",
)  # fmt: skip
