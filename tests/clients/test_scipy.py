"""SciPy's functions that take arrays of any library, which they do when the environment sets SCIPY_ARRAY_API=1 before the import."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy
import scipy.cluster.hierarchy as hierarchy
import scipy.cluster.vq as vq
import scipy.constants as constants
import scipy.differentiate as differentiate
import scipy.fft as fft
import scipy.integrate as integrate
import scipy.interpolate as interpolate
import scipy.linalg as linalg
import scipy.ndimage as ndimage
import scipy.optimize as optimize
import scipy.optimize.elementwise as elementwise
import scipy.signal as signal
import scipy.special as special
import scipy.stats as stats
from numpy.lib import NumpyVersion
from scipy.spatial.transform import RigidTransform, Rotation, Slerp
from twins import Call, assert_pending, assert_twins

import lazytensor as lt

RNG = np.random.default_rng(0)
X = RNG.normal(size=24)
Y = RNG.normal(size=24) + 0.3
P = RNG.uniform(0.05, 0.95, 24)
Q = RNG.uniform(0.5, 4, 24)
M = RNG.normal(size=(6, 4))
N = RNG.normal(size=(6, 4))
IMAGE = RNG.uniform(0, 1, (9, 8))
MASK = IMAGE > 0.6
LABELS = RNG.integers(0, 4, (9, 8))
COUNTS = RNG.integers(1, 20, 6)
POINTS = RNG.normal(size=(12, 3))
LINKS = hierarchy.linkage(POINTS, "ward")

# Name: how many arguments, for functions of positive reals below one, which are in the domain of nearly all of them.
SPECIAL = {
    "bdtr": 0, "bdtrc": 0, "bdtri": 0, "betainc": 3, "betaincc": 3, "betaincinv": 3, "betaln": 2, "binom": 2, "boxcox": 2,
    "boxcox1p": 2, "cbrt": 1, "chdtr": 2, "chdtrc": 2, "chdtri": 2, "cosdg": 1, "cosm1": 1, "cotdg": 1, "ellipk": 1, "ellipkm1": 1,
    "entr": 1, "erf": 1, "erfc": 1, "erfcx": 1, "erfinv": 1, "exp1": 1, "exp10": 1, "exp2": 1, "expi": 1, "expit": 1, "expn": 0,
    "exprel": 1, "fdtr": 3, "fdtrc": 3, "fdtri": 3, "gamma": 1, "gammainc": 2, "gammaincc": 2, "gammainccinv": 2, "gammaincinv": 2,
    "gammaln": 1, "gammasgn": 1, "gdtr": 3, "gdtrc": 3, "huber": 2, "hyp1f1": 3, "i0": 1, "i0e": 1, "i1": 1, "i1e": 1,
    "inv_boxcox": 2, "inv_boxcox1p": 2, "j0": 1, "j1": 1, "k0": 1, "k0e": 1, "k1": 1, "k1e": 1, "kl_div": 2, "log_ndtr": 1,
    "log_softmax": 1, "loggamma": 1, "logit": 1, "logsumexp": 1, "lpmv": 0, "nbdtr": 0, "nbdtrc": 0, "nbdtri": 0, "ndtr": 1,
    "ndtri": 1, "pdtr": 2, "pdtrc": 2, "pdtri": 0, "poch": 2, "polygamma": 0, "pseudo_huber": 2, "psi": 1, "radian": 3,
    "rel_entr": 2, "rgamma": 1, "sinc": 1, "sindg": 1, "softmax": 1, "spence": 1, "stdtr": 2, "stdtrit": 2, "tandg": 1, "xlog1py": 2,
    "xlogy": 2, "y0": 1, "y1": 1, "yn": 0, "zeta": 0, "zetac": 1, "multigammaln": 0,
}  # fmt: skip
WHOLE = np.arange(24) % 3

CASES: dict[str, Call] = {
    f"special.{name}": lambda c, name=name, count=count: getattr(special, name)(
        *[c(v) for v in (P, P[::-1].copy(), P / 2)[:count]]
    )
    for name, count in SPECIAL.items()
    if count
}
CASES |= {
    "special.bdtr": lambda c: special.bdtr(c(WHOLE * 1.0), c(WHOLE + 2), c(P)),
    "special.bdtrc": lambda c: special.bdtrc(c(WHOLE * 1.0), c(WHOLE + 2), c(P)),
    "special.bdtri": lambda c: special.bdtri(c(WHOLE * 1.0), c(WHOLE + 3), c(P)),
    "special.expn": lambda c: special.expn(c(WHOLE), c(Q)),
    "special.lpmv": lambda c: special.lpmv(c(WHOLE * 0.0), c(P + 1), c(P)),
    "special.nbdtr": lambda c: special.nbdtr(c(WHOLE), c(WHOLE + 2), c(P)),
    "special.nbdtrc": lambda c: special.nbdtrc(c(WHOLE), c(WHOLE + 2), c(P)),
    "special.nbdtri": lambda c: special.nbdtri(c(WHOLE), c(WHOLE + 2), c(P)),
    "special.pdtri": lambda c: special.pdtri(c(WHOLE), c(P)),
    "special.polygamma": lambda c: special.polygamma(2, c(Q)),
    "special.yn": lambda c: special.yn(c(WHOLE), c(Q)),
    "special.zeta": lambda c: special.zeta(c(Q + 1)),
    "special.multigammaln": lambda c: special.multigammaln(c(Q + 2), 2),
    "special.logsumexp axis b": lambda c: special.logsumexp(c(M), axis=1, b=c(N), return_sign=True),
    "special.softmax axis": lambda c: special.softmax(c(M), axis=1),
    "constants.convert_temperature": lambda c: constants.convert_temperature(c(Q), "Celsius", "Kelvin"),
    "constants.lambda2nu": lambda c: constants.lambda2nu(c(Q)),
    "constants.nu2lambda": lambda c: constants.nu2lambda(c(Q)),
    "differentiate.derivative": lambda c: (lambda r: [r.df, r.success, r.status])(
        differentiate.derivative(lambda x: x**3 + x, c(np.asarray([0.5, 1.0])))
    ),
    "differentiate.jacobian": lambda c: differentiate.jacobian(lambda x: x**2, c(np.asarray([0.5, 1.0]))).df,
    "differentiate.hessian": lambda c: differentiate.hessian(lambda x: (x**3).sum(axis=0), c(np.asarray([0.5, 1.0]))).ddf,
}

for _name in ("fft", "ifft", "rfft", "ihfft", "hfft", "fft2", "ifft2", "fftn", "ifftn", "rfft2", "rfftn", "dct", "idct", "dst",
              "idst", "dctn", "idctn", "dstn", "idstn", "fftshift", "ifftshift", "irfft", "irfft2", "irfftn", "hfft2", "hfftn",
              "ihfft2", "ihfftn"):  # fmt: skip
    CASES[f"fft.{_name}"] = lambda c, name=_name: getattr(fft, name)(c(M))
CASES |= {
    "fft.fht": lambda c: fft.fht(c(Q), 0.1, 1.0),
    "fft.ifht": lambda c: fft.ifht(c(Q), 0.1, 1.0),
}

CASES |= {
    "cluster.whiten": lambda c: vq.whiten(c(POINTS)),
    "cluster.vq": lambda c: vq.vq(c(POINTS), c(POINTS[:3])),
    "cluster.kmeans": lambda c: vq.kmeans(c(POINTS), c(POINTS[:3])),
    "cluster.kmeans2": lambda c: vq.kmeans2(c(POINTS), c(POINTS[:3]), minit="matrix"),
    "cluster.linkage": lambda c: [hierarchy.linkage(c(POINTS), method) for method in ("single", "average", "ward", "centroid")],
    "cluster.single": lambda c: hierarchy.single(c(POINTS)),
    "cluster.median": lambda c: hierarchy.median(c(POINTS)),
    "cluster.weighted": lambda c: hierarchy.weighted(c(POINTS)),
    "cluster.complete": lambda c: hierarchy.complete(c(POINTS)),
    "cluster.cophenet": lambda c: hierarchy.cophenet(c(LINKS)),
    "cluster.fcluster": lambda c: hierarchy.fcluster(c(LINKS), 3, "maxclust"),
    "cluster.fclusterdata": lambda c: hierarchy.fclusterdata(c(POINTS), 1.0),
    "cluster.inconsistent": lambda c: hierarchy.inconsistent(c(LINKS)),
    "cluster.leaders": lambda c: hierarchy.leaders(c(LINKS), c(hierarchy.fcluster(LINKS, 3, "maxclust"))),
    "cluster.leaves_list": lambda c: hierarchy.leaves_list(c(LINKS)),
    "cluster.maxdists": lambda c: hierarchy.maxdists(c(LINKS)),
    "cluster.maxinconsts": lambda c: hierarchy.maxinconsts(c(LINKS), c(hierarchy.inconsistent(LINKS))),
    "cluster.maxRstat": lambda c: hierarchy.maxRstat(c(LINKS), c(hierarchy.inconsistent(LINKS)), 1),
    "cluster.optimal_leaf_ordering": lambda c: hierarchy.optimal_leaf_ordering(c(LINKS), c(POINTS)),
    "cluster.is_valid": lambda c: [bool(f(c(LINKS))) for f in (hierarchy.is_monotonic, hierarchy.is_valid_linkage)],
    "cluster.to_mlab_linkage": lambda c: hierarchy.to_mlab_linkage(c(LINKS)),
    "cluster.from_mlab_linkage": lambda c: hierarchy.from_mlab_linkage(c(hierarchy.to_mlab_linkage(LINKS))),
    "cluster.num_obs_linkage": lambda c: hierarchy.num_obs_linkage(c(LINKS)),
    "cluster.dendrogram": lambda c: hierarchy.dendrogram(c(LINKS), no_plot=True)["leaves"],
    "cluster.to_tree": lambda c: hierarchy.to_tree(c(LINKS)).pre_order(),
}

CASES |= {
    "integrate.trapezoid": lambda c: integrate.trapezoid(c(M), axis=0),
    "integrate.trapezoid x": lambda c: integrate.trapezoid(c(Y), c(np.sort(X))),
    "integrate.cumulative_trapezoid": lambda c: integrate.cumulative_trapezoid(c(M), axis=1, initial=0),
    "integrate.cumulative_simpson": lambda c: integrate.cumulative_simpson(c(M), axis=1, dx=0.5),
    "integrate.romb": lambda c: integrate.romb(c(X[:17])),
    "integrate.tanhsinh": lambda c: (
        integrate.tanhsinh(lambda x: x**2, c(np.asarray([0.0, 1.0])), c(np.asarray([1.0, 3.0]))).integral
    ),
    "integrate.nsum": lambda c: integrate.nsum(lambda k: 1 / k**3, c(np.asarray(1.0)), c(np.asarray([5.0, 9.0]))).sum,
    "integrate.cubature": lambda c: (
        integrate.cubature(lambda x: x[:, 0] * x[:, 1], c(np.asarray([0.0, 0.0])), c(np.asarray([1.0, 2.0]))).estimate
    ),
    "interpolate.CubicSpline": lambda c: interpolate.CubicSpline(c(np.arange(24.0)), c(X))(c(Q)),
    "interpolate.PchipInterpolator": lambda c: interpolate.PchipInterpolator(c(np.arange(24.0)), c(X))(c(Q)),
    "interpolate.Akima1DInterpolator": lambda c: interpolate.Akima1DInterpolator(c(np.arange(24.0)), c(X))(c(Q)),
    "interpolate.CubicHermiteSpline": lambda c: interpolate.CubicHermiteSpline(c(np.arange(24.0)), c(X), c(Y))(c(Q)),
    "interpolate.make_interp_spline": lambda c: interpolate.make_interp_spline(c(np.arange(24.0)), c(X))(c(Q)),
    "interpolate.make_smoothing_spline": lambda c: interpolate.make_smoothing_spline(c(np.arange(24.0)), c(X))(c(Q)),
    "interpolate.make_lsq_spline": lambda c: interpolate.make_lsq_spline(
        c(np.arange(24.0)), c(X), c(np.asarray([0.0, 0, 0, 0, 8, 15, 23, 23, 23, 23]))
    )(c(Q)),
    "interpolate.make_splrep": lambda c: interpolate.make_splrep(c(np.arange(24.0)), c(X), s=1.0)(c(Q)),
    "interpolate.PPoly": lambda c: interpolate.PPoly(c(M), c(np.arange(5.0)))(c(Q)),
    "interpolate.BPoly": lambda c: interpolate.BPoly(c(M), c(np.arange(5.0)))(c(Q)),
    "interpolate.BSpline": lambda c: interpolate.BSpline(c(np.arange(12.0)), c(X[:8]), 3)(c(Q + 3)),
    "interpolate.RegularGridInterpolator": lambda c: interpolate.RegularGridInterpolator(
        (c(np.arange(9.0)), c(np.arange(8.0))), c(IMAGE)
    )(c(np.asarray([[2.5, 1.5], [3.2, 4.0]]))),
    "interpolate.RBFInterpolator": lambda c: interpolate.RBFInterpolator(c(POINTS), c(X[:12]))(c(POINTS[:4] + 0.1)),
    "linalg.block_diag": lambda c: linalg.block_diag(c(M), c(N[:2])),
    "linalg.fiedler": lambda c: linalg.fiedler(c(Q)),
    "linalg.orthogonal_procrustes": lambda c: linalg.orthogonal_procrustes(c(M), c(N)),
    "optimize.rosen": lambda c: [f(c(Q)) for f in (optimize.rosen, optimize.rosen_der, optimize.rosen_hess)],
    "optimize.rosen_hess_prod": lambda c: optimize.rosen_hess_prod(c(Q), c(P)),
    "optimize.find_root": lambda c: (
        elementwise.find_root(
            lambda x, a: x**2 - a, (c(np.asarray([0.0, 0.0])), c(np.asarray([9.0, 9.0]))), args=(c(np.asarray([2.0, 3.0])),)
        ).x
    ),
    "optimize.find_minimum": lambda c: (
        elementwise.find_minimum(lambda x: (x - 1) ** 2, (c(np.asarray(-2.0)), c(np.asarray(0.5)), c(np.asarray(3.0)))).f_x
    ),
    "optimize.bracket_root": lambda c: elementwise.bracket_root(lambda x: x**3 - 9, c(np.asarray([0.0, 1.0]))).bracket,
    "optimize.bracket_minimum": lambda c: elementwise.bracket_minimum(lambda x: (x - 5) ** 2, c(np.asarray([0.0, 1.0]))).bracket,
}

STRUCTURE = np.ones((3, 3), bool)
WEIGHTS = np.asarray([[0.0, 1, 0], [1, 2, 1], [0, 1, 3]])
for _name, _arguments in {
    "gaussian_filter": (1.2,), "gaussian_filter1d": (1.2,), "gaussian_laplace": (1.0,), "gaussian_gradient_magnitude": (1.0,),
    "uniform_filter": (3,), "uniform_filter1d": (3,), "median_filter": (3,), "maximum_filter": (3,), "minimum_filter": (3,),
    "maximum_filter1d": (3,), "minimum_filter1d": (3,), "percentile_filter": (40, 3), "rank_filter": (2, 3), "sobel": (),
    "prewitt": (), "laplace": (), "grey_erosion": (3,), "grey_dilation": (3,), "grey_opening": (3,), "grey_closing": (3,),
    "morphological_gradient": (3,), "morphological_laplace": (3,), "white_tophat": (3,), "black_tophat": (3,),
    "spline_filter": (), "spline_filter1d": (), "rotate": (30.0,), "shift": (1.5,), "zoom": (1.5,), "fourier_gaussian": (1.0,),
    "fourier_uniform": (2.0,), "fourier_shift": (1.0,), "fourier_ellipsoid": (2.0,), "center_of_mass": (), "sum": (), "mean": (),
    "variance": (), "standard_deviation": (), "maximum": (), "minimum": (), "median": (), "extrema": (), "maximum_position": (),
    "minimum_position": (), "histogram": (0, 1, 5),
}.items():  # fmt: skip
    CASES[f"ndimage.{_name}"] = lambda c, name=_name, arguments=_arguments: getattr(ndimage, name)(c(IMAGE), *arguments)
for _name in ("binary_erosion", "binary_dilation", "binary_opening", "binary_closing", "binary_fill_holes", "binary_propagation",
              "binary_hit_or_miss", "distance_transform_edt", "distance_transform_cdt", "distance_transform_bf", "label",
              "iterate_structure"):  # fmt: skip
    CASES[f"ndimage.{_name}"] = lambda c, name=_name: getattr(ndimage, name)(
        c(MASK), *((2,) if name == "iterate_structure" else ())
    )
CASES |= {
    "ndimage.convolve": lambda c: ndimage.convolve(c(IMAGE), c(WEIGHTS)),
    "ndimage.correlate": lambda c: ndimage.correlate(c(IMAGE), c(WEIGHTS), mode="wrap"),
    "ndimage.convolve1d": lambda c: ndimage.convolve1d(c(IMAGE), c(WEIGHTS[1])),
    "ndimage.correlate1d": lambda c: ndimage.correlate1d(c(IMAGE), c(WEIGHTS[1])),
    "ndimage.affine_transform": lambda c: ndimage.affine_transform(c(IMAGE), c(np.asarray([[0.9, 0.1], [0.0, 1.1]]))),
    "ndimage.map_coordinates": lambda c: ndimage.map_coordinates(c(IMAGE), c(np.asarray([[1.5, 2.5], [3.0, 4.2]]))),
    "ndimage.geometric_transform": lambda c: ndimage.geometric_transform(c(IMAGE), lambda at: (at[0] - 0.5, at[1])),
    "ndimage.generic_filter": lambda c: ndimage.generic_filter(c(IMAGE), np.ptp, 3),
    "ndimage.sum labels": lambda c: ndimage.sum_labels(c(IMAGE), c(LABELS), c(np.arange(4))),
    "ndimage.mean labels": lambda c: ndimage.mean(c(IMAGE), c(LABELS), c(np.arange(4))),
    "ndimage.watershed_ift": lambda c: ndimage.watershed_ift(c((IMAGE * 200).astype(np.uint8)), c(LABELS)),
    "ndimage.labeled_comprehension": lambda c: ndimage.labeled_comprehension(
        c(IMAGE), c(LABELS), c(np.arange(4)), np.mean, float, 0.0
    ),
    "ndimage.find_objects": lambda c: str(ndimage.find_objects(c(LABELS))),
}

NUMERATOR, DENOMINATOR = np.asarray([1.0, 0.2, 0.5]), np.asarray([1.0, -0.4, 0.3])
SOS = signal.butter(4, 0.3, output="sos")
B, A = signal.butter(3, 0.3)
ZPK = signal.butter(3, 0.3, output="zpk")
for _name in ("barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "cosine", "exponential", "flattop", "hamming",
              "hann", "lanczos", "nuttall", "parzen", "triang", "tukey"):  # fmt: skip
    CASES[f"signal.windows.{_name}"] = lambda c, name=_name: getattr(signal.windows, name)(9, **namespace(c))
CASES |= {
    "signal.windows.kaiser": lambda c: signal.windows.kaiser(9, 5.0, **namespace(c)),
    "signal.windows.gaussian": lambda c: signal.windows.gaussian(9, 2.0, **namespace(c)),
    "signal.windows.chebwin": lambda c: signal.windows.chebwin(9, 60.0, **namespace(c)),
    "signal.windows.taylor": lambda c: signal.windows.taylor(9, **namespace(c)),
    "signal.get_window": lambda c: signal.get_window(("kaiser", 4.0), 9, **namespace(c)),
    "signal.convolve": lambda c: [signal.convolve(c(X), c(Y), mode) for mode in ("full", "same", "valid")],
    "signal.correlate": lambda c: signal.correlate(c(X), c(Y)),
    "signal.fftconvolve": lambda c: signal.fftconvolve(c(IMAGE), c(WEIGHTS), "same"),
    "signal.oaconvolve": lambda c: signal.oaconvolve(c(X), c(Y[:4])),
    "signal.convolve2d": lambda c: signal.convolve2d(c(IMAGE), c(WEIGHTS), "same"),
    "signal.correlate2d": lambda c: signal.correlate2d(c(IMAGE), c(WEIGHTS), "same"),
    "signal.choose_conv_method": lambda c: signal.choose_conv_method(c(X), c(Y)),
    "signal.lfilter": lambda c: signal.lfilter(c(B), c(A), c(X)),
    "signal.lfilter_zi": lambda c: signal.lfilter_zi(c(B), c(A)),
    "signal.lfiltic": lambda c: signal.lfiltic(c(B), c(A), c(Y[:3])),
    "signal.filtfilt": lambda c: signal.filtfilt(c(B), c(A), c(X)),
    "signal.sosfilt_zi": lambda c: signal.sosfilt_zi(c(SOS)),
    "signal.detrend": lambda c: signal.detrend(c(M), axis=0),
    "signal.hilbert": lambda c: signal.hilbert(c(X)),
    "signal.hilbert2": lambda c: signal.hilbert2(c(IMAGE)),
    "signal.envelope": lambda c: signal.envelope(c(X)),
    "signal.resample": lambda c: signal.resample(c(X), 30),
    "signal.resample_poly": lambda c: signal.resample_poly(c(X), 3, 2),
    "signal.upfirdn": lambda c: signal.upfirdn(c(Y[:3]), c(X), 2, 3),
    "signal.savgol_filter": lambda c: signal.savgol_filter(c(X), 7, 2),
    "signal.medfilt": lambda c: signal.medfilt(c(X), 3),
    "signal.medfilt2d": lambda c: signal.medfilt2d(c(IMAGE), 3),
    "signal.order_filter": lambda c: signal.order_filter(c(IMAGE), c(np.ones((3, 3))), 4),
    "signal.wiener": lambda c: signal.wiener(c(IMAGE), 3),
    "signal.deconvolve": lambda c: signal.deconvolve(c(np.convolve(X, [1.0, 2.0])), c(np.asarray([1.0, 2.0]))),
    "signal.freqz": lambda c: signal.freqz(c(B), c(A), 16),
    "signal.freqz_sos": lambda c: signal.freqz_sos(c(SOS), 16),
    "signal.freqz_zpk": lambda c: signal.freqz_zpk(c(ZPK[0]), c(ZPK[1]), ZPK[2], 16),
    "signal.freqs": lambda c: signal.freqs(c(B), c(A), c(Q)),
    "signal.group_delay": lambda c: signal.group_delay((c(B), c(A)), 16),
    "signal.firwin": lambda c: signal.firwin(9, c(np.asarray([0.2, 0.4]))),
    "signal.firwin2": lambda c: signal.firwin2(9, c(np.asarray([0.0, 0.5, 1.0])), c(np.asarray([1.0, 1.0, 0.0]))),
    "signal.firls": lambda c: signal.firls(9, c(np.asarray([0.0, 0.3, 0.5, 1.0])), c(np.asarray([1.0, 1.0, 0.0, 0.0]))),
    "signal.remez": lambda c: signal.remez(9, c(np.asarray([0.0, 0.2, 0.3, 0.5])), c(np.asarray([1.0, 0.0]))),
    "signal.minimum_phase": lambda c: signal.minimum_phase(c(signal.firwin(9, 0.3))),
    "signal.butter": lambda c: [
        signal.butter(3, c(np.asarray([0.2, 0.4])), "band", output=kind) for kind in ("ba", "zpk", "sos")
    ],
    "signal.cheby1": lambda c: signal.cheby1(3, 1.0, c(np.asarray([0.2, 0.4])), "band"),
    "signal.cheby2": lambda c: signal.cheby2(3, 20.0, c(np.asarray([0.2, 0.4])), "band"),
    "signal.ellip": lambda c: signal.ellip(3, 1.0, 20.0, c(np.asarray([0.2, 0.4])), "band"),
    "signal.bessel": lambda c: signal.bessel(3, c(np.asarray([0.2, 0.4])), "band"),
    "signal.bilinear": lambda c: signal.bilinear(c(B), c(A)),
    "signal.bilinear_zpk": lambda c: signal.bilinear_zpk(c(ZPK[0]), c(ZPK[1]), ZPK[2], 2.0),
    "signal.lp2hp": lambda c: signal.lp2hp(c(B), c(A)),
    "signal.lp2bp": lambda c: signal.lp2bp(c(B), c(A)),
    "signal.lp2lp_zpk": lambda c: signal.lp2lp_zpk(c(ZPK[0]), c(ZPK[1]), ZPK[2], 2.0),
    "signal.normalize": lambda c: signal.normalize(c(B), c(A)),
    "signal.tf2sos": lambda c: signal.tf2sos(c(NUMERATOR), c(DENOMINATOR)),
    "signal.sos2tf": lambda c: signal.sos2tf(c(SOS)),
    "signal.sos2zpk": lambda c: signal.sos2zpk(c(SOS)),
    "signal.tf2zpk": lambda c: signal.tf2zpk(c(NUMERATOR), c(DENOMINATOR)),
    "signal.zpk2tf": lambda c: signal.zpk2tf(c(ZPK[0]), c(ZPK[1]), ZPK[2]),
    "signal.zpk2sos": lambda c: signal.zpk2sos(c(ZPK[0]), c(ZPK[1]), ZPK[2]),
    "signal.cspline1d": lambda c: signal.cspline1d(c(X)),
    "signal.qspline1d": lambda c: signal.qspline1d(c(X)),
    "signal.cspline1d_eval": lambda c: signal.cspline1d_eval(c(X), c(Q)),
    "signal.gauss_spline": lambda c: signal.gauss_spline(c(X), 3),
    "signal.vectorstrength": lambda c: signal.vectorstrength(c(X), 2.0),
    "signal.place_poles": lambda c: (
        signal.place_poles(
            c(np.asarray([[0.0, 1.0], [2.0, 3.0]])), c(np.asarray([[0.0], [1.0]])), c(np.asarray([-1.0, -2.0]))
        ).gain_matrix
    ),
}

for _name in ("gmean", "hmean", "gstd", "kurtosis", "skew", "moment", "sem", "tmean", "tvar", "tstd", "tmin", "tmax",
              "tsem", "zscore", "gzscore", "iqr", "median_abs_deviation", "mode", "describe", "entropy", "differential_entropy",
              "circmean", "circvar", "circstd", "rankdata", "lmoment", "kstat", "kstatvar", "skewtest", "kurtosistest", "normaltest",
              "jarque_bera", "trim_mean", "sigmaclip", "boxcox_llf", "yeojohnson_llf"):  # fmt: skip
    CASES[f"stats.{_name}"] = lambda c, name=_name: getattr(stats, name)(
        *((0.7,) if name.endswith("_llf") else ()), c(Q), *((0.1,) if name == "trim_mean" else ())
    )
for _name in ("gmean", "kurtosis", "skew", "moment", "variation", "sem", "zscore", "iqr", "median_abs_deviation", "mode", "describe",
              "entropy", "circmean", "rankdata"):  # fmt: skip
    CASES[f"stats.{_name} axis"] = lambda c, name=_name: getattr(stats, name)(c(np.abs(M) + 0.1), axis=1)
for _name in ("ttest_ind", "ttest_rel", "mannwhitneyu", "wilcoxon", "brunnermunzel", "chatterjeexi", "ansari",
              "mood", "levene", "bartlett", "fligner", "kruskal", "alexandergovern",
              "cramervonmises_2samp"):  # fmt: skip
    CASES[f"stats.{_name}"] = lambda c, name=_name: answers(getattr(stats, name)(c(X), c(Y)))
CASES |= {
    "stats.ttest_1samp": lambda c: answers(stats.ttest_1samp(c(M), 0.1)),
    "stats.ttest_ind axis": lambda c: answers(stats.ttest_ind(c(M), c(N), axis=1, equal_var=False)),
    "stats.pearsonr axis": lambda c: answers(stats.pearsonr(c(M), c(N), axis=1)),
    "stats.spearmanrho axis": lambda c: answers(stats.spearmanrho(c(M), c(N), axis=1)),
    "stats.f_oneway axis": lambda c: answers(stats.f_oneway(c(M), c(N), axis=1)),
    "stats.epps_singleton_2samp axis": lambda c: answers(stats.epps_singleton_2samp(c(M.T), c(N.T), axis=1)),
    "stats.ttest_ind_from_stats": lambda c: stats.ttest_ind_from_stats(c(X), c(Q), 9, c(Y), c(Q), 8),
    "stats.friedmanchisquare": lambda c: answers(stats.friedmanchisquare(c(X), c(Y), c(Q))),
    "stats.chisquare": lambda c: answers(stats.chisquare(c(COUNTS * 1.0))),
    "stats.power_divergence": lambda c: answers(stats.power_divergence(c(COUNTS * 1.0), lambda_="log-likelihood")),
    "stats.combine_pvalues": lambda c: answers(stats.combine_pvalues(c(P))),
    "stats.false_discovery_control": lambda c: stats.false_discovery_control(c(P)),
    "stats.directional_stats": lambda c: (lambda r: [r.mean_direction, r.mean_resultant_length])(stats.directional_stats(c(POINTS))),
    "stats.pmean": lambda c: stats.pmean(c(Q), 2),
    "stats.zmap": lambda c: stats.zmap(c(X), c(Y)),
    "stats.quantile": lambda c: stats.quantile(c(M), c(np.asarray([0.2, 0.7])), axis=1, keepdims=True),
    "stats.entropy qk": lambda c: stats.entropy(c(P), c(Q)),
    "stats.ks_1samp": lambda c: answers(stats.ks_1samp(c(X), special.ndtr)),
    "stats.cramervonmises": lambda c: answers(stats.cramervonmises(c(X), special.ndtr)),
    "stats.permutation_test": lambda c: answers(
        stats.permutation_test(
            (c(X[:4]), c(Y[:4])), lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis), vectorized=True, rng=np.random.default_rng(0)
        )
    ),
    "stats.bootstrap": lambda c: stats.bootstrap(
        (c(X),), lambda a, axis: a.mean(axis=axis), n_resamples=20, vectorized=True, method="basic", rng=np.random.default_rng(0)
    ).standard_error,
    "stats.monte_carlo_test": lambda c: stats.monte_carlo_test(
        c(X), lambda size: c(np.linspace(-1, 1, int(np.prod(size))).reshape(size)), lambda a, axis: a.mean(axis=axis), n_resamples=9,
        vectorized=True,
    ).pvalue,
    "stats.Normal": lambda c: stats.Normal(mu=0.5, sigma=2.0).cdf(np.asarray(c(X))).tolist(),
}  # fmt: skip

QUATERNIONS = RNG.normal(size=(3, 4))
CASES |= {
    "spatial.Rotation": lambda c: (
        lambda r: [r.as_matrix(), r.as_rotvec(), r.as_euler("xyz"), r.as_mrp(), r.magnitude(), r.inv().as_quat(), r.mean().as_quat(),
                   r.apply(c(POINTS[:3])), (r * r).as_quat(), (r**2).as_quat(), r[1].as_quat(), r.approx_equal(r)]
    )(Rotation.from_quat(c(QUATERNIONS))),
    "spatial.Rotation from": lambda c: [
        Rotation.from_rotvec(c(POINTS)).as_quat(), Rotation.from_euler("zyx", c(POINTS)).as_quat(), Rotation.from_mrp(c(POINTS)).as_quat(),
        Rotation.from_matrix(c(np.eye(3))).as_quat(), Rotation.align_vectors(c(POINTS), c(POINTS[:, ::-1]))[0].as_quat(),
    ],
    "spatial.Slerp": lambda c: Slerp(c(np.arange(3.0)), Rotation.from_quat(c(QUATERNIONS)))(c(np.asarray([0.3, 1.6]))).as_quat(),
    "spatial.RigidTransform": lambda c: (lambda t: [t.as_matrix(), t.inv().as_matrix(), t.apply(c(POINTS[:3])), t.as_exp_coords()])(
        RigidTransform.from_exp_coords(c(np.arange(18.0).reshape(3, 6) / 7))
    ),
}  # fmt: skip


def namespace(c: Any) -> dict[str, Any]:
    """What a function that makes arrays is told."""
    array = c(np.zeros(1))
    return {"xp": array.__array_namespace__()}


def answers(result: Any) -> list[Any]:
    """The statistic and the p-value of a test's result."""
    return [result.statistic, result.pvalue]


if NumpyVersion(scipy.__version__) >= "1.18.0":
    del CASES["stats.permutation_test"]  # writes to the result of a function of a 0-d array, which stands for a scalar


@pytest.mark.parametrize("name", CASES)
def test_the_same_as_with_arrays(name: str) -> None:
    with lt.config.override(strict=True):
        assert_twins(CASES[name])


LAZY = [
    "special.betainc", "special.gammainc", "special.erfinv", "special.stdtr", "special.rel_entr", "special.zeta",
    "special.logsumexp axis b", "special.softmax axis", "constants.convert_temperature", "fft.fft2", "fft.irfft", "fft.hfftn",
    "fft.fftshift", "fft.fht", "integrate.trapezoid x", "integrate.cumulative_simpson", "integrate.romb", "linalg.block_diag",
    "linalg.fiedler", "optimize.rosen", "interpolate.RBFInterpolator", "signal.fftconvolve", "signal.oaconvolve", "signal.hilbert",
    "signal.resample", "signal.freqz", "signal.gauss_spline", "signal.vectorstrength", "stats.ttest_ind_from_stats",
    "stats.directional_stats",
]  # fmt: skip


@pytest.mark.parametrize("name", LAZY)
@pytest.mark.recorded
def test_nothing_waits_where_scipy_needs_no_value(name: str) -> None:
    assert_pending(CASES[name])


@pytest.mark.parametrize("name", ["special.erf", "special.gammainc", "fft.dct", "ndimage.gaussian_filter", "stats.ttest_ind axis",
                                  "signal.lfilter", "integrate.romb", "cluster.linkage"])  # fmt: skip
def test_in_both_tiers(name: str, tier: str) -> None:
    assert_twins(CASES[name])


@pytest.mark.parametrize("name", ["pearsonr", "spearmanrho", "f_oneway", "epps_singleton_2samp"])
def test_scipy_writes_to_0d_results_of_one_axis(name: str) -> None:
    """These assign to a 0-d result, which stands for a scalar; results of more axes can be written to."""
    with pytest.raises(TypeError, match="stands for a scalar"):
        getattr(stats, name)(lt.asarray(X), lt.asarray(Y))


def test_compiled_code_that_asks_for_memory_to_write_to() -> None:
    """SciPy hands np.asarray(t), which is read-only, to a loop that declares its arrays writable; a copy of one's own works."""
    with pytest.raises(ValueError, match="read-only"):
        signal.sosfilt(lt.asarray(SOS), lt.asarray(X))
    np.testing.assert_array_equal(signal.sosfilt(SOS, np.array(lt.asarray(X))), signal.sosfilt(SOS, X))


def test_arrays_of_one_call_are_of_one_library() -> None:
    with pytest.raises(TypeError, match="Multiple namespaces"):
        signal.convolve(lt.asarray(X), Y)


def test_functions_that_only_know_numpy_answer_arrays() -> None:
    """Those SciPy documents as NumPy-only take a tensor for what np.asarray makes of it."""
    found = optimize.minimize(optimize.rosen, lt.asarray([0.5, 0.7]), jac=optimize.rosen_der).x
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, [1, 1], rtol=1e-4)
    assert all(type(item) is np.ndarray for item in signal.welch(lt.asarray(X), nperseg=8))


def test_our_special_functions_under_the_switch() -> None:
    """The switch wraps SciPy's ufuncs in functions, behind which are the ones that ours are computed by."""
    assert special.gamma.__module__ == "scipy.special"
    assert not isinstance(special.gamma, np.ufunc)
    np.testing.assert_array_equal(lt.special.gammainc(lt.asarray(Q), 2.0).numpy(), special.gammainc(Q, 2.0))
    found = special.gamma.__wrapped__(lt.asarray(Q))
    assert isinstance(found, lt.Tensor)
    assert lt.explain(found).outside == ()
