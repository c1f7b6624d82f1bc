"""scikit-learn's estimators, metrics and tools that take arrays of any library under `array_api_dispatch=True`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from sklearn import config_context, metrics
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import (
    GammaRegressor,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)
from sklearn.metrics import cluster, pairwise
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    KernelCenterer,
    LabelBinarizer,
    LabelEncoder,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    StandardScaler,
    label_binarize,
    scale,
)
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.extmath import randomized_svd, softmax
from twins import Call, assert_twins, tensor

import lazytensor as lt

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5))
REAL = X @ np.arange(1.0, 6) + RNG.normal(size=40)
POSITIVE = np.abs(REAL) + 0.1
TWO = (X[:, 0] + 0.3 * RNG.normal(size=40) > 0).astype(np.int64)
THREE = RNG.integers(0, 3, 40)
WEIGHTS = RNG.uniform(0.5, 2, 40)


@pytest.fixture(autouse=True)
def dispatch() -> Iterator[None]:
    """Every test of this module with scikit-learn's switch on, and nothing computed behind the graph's back."""
    with config_context(array_api_dispatch=True), lt.config.override(strict=True):
        yield


def fitted(estimator: Any) -> dict[str, Any]:
    """What an estimator has learnt: its public attributes that end in an underscore."""
    return {name: value for name, value in vars(estimator).items() if name.endswith("_") and not name.startswith("_")}


def fits(make: Callable[[], Any], *methods: str, y: Any = None, weights: Any = None) -> Call:
    """The answers of an estimator's methods for what it was fitted to, and what it has learnt."""

    def call(c: Callable[[Any], Any]) -> Any:
        estimator = make()
        given = {} if weights is None else {"sample_weight": c(weights)}
        estimator.fit(c(X), *(() if y is None else (c(y),)), **given)
        answers = [getattr(estimator, name)(c(X)) for name in methods if name != "score"]
        return [answers, estimator.score(c(X), c(y)) if "score" in methods else None, fitted(estimator)]

    return call


def inverts(make: Callable[[], Any]) -> Call:
    """A transformation, its inverse and what was learnt."""

    def call(c: Callable[[Any], Any]) -> Any:
        estimator = make()
        found = estimator.fit_transform(c(X))
        return [found, estimator.inverse_transform(found), fitted(estimator)]

    return call


def searches(search: Callable[..., Any], **settings: Any) -> Call:
    """The best model of a search over Ridge's penalties."""

    def call(c: Callable[[Any], Any]) -> Any:
        found = search(Ridge(solver="svd"), {"alpha": [0.1, 1.0, 10.0]}, cv=3, error_score="raise", **settings).fit(c(X), c(REAL))
        return [found.best_params_["alpha"], found.best_score_, found.predict(c(X))]

    return call


PROBABILITIES = ("predict", "predict_proba", "predict_log_proba", "score")
ESTIMATORS: dict[str, Call] = {
    "StandardScaler": inverts(StandardScaler),
    "StandardScaler weights": fits(StandardScaler, "transform", weights=WEIGHTS),
    "StandardScaler partial_fit": lambda c: (lambda e: [e.transform(c(X)), fitted(e)])(
        StandardScaler().partial_fit(c(X[:20])).partial_fit(c(X[20:]))
    ),
    "MinMaxScaler": inverts(MinMaxScaler),
    "MinMaxScaler clip": fits(lambda: MinMaxScaler(feature_range=(-1, 2), clip=True), "transform"),
    "MaxAbsScaler": inverts(MaxAbsScaler),
    "Normalizer l1": fits(lambda: Normalizer(norm="l1"), "transform"),
    "Normalizer l2": fits(lambda: Normalizer(norm="l2"), "transform"),
    "Normalizer max": fits(lambda: Normalizer(norm="max"), "transform"),
    "Binarizer": fits(lambda: Binarizer(threshold=0.2), "transform"),
    "KernelCenterer": lambda c: KernelCenterer().fit_transform(c(X @ X.T)),
    "PolynomialFeatures": fits(lambda: PolynomialFeatures(degree=3), "transform"),
    "PolynomialFeatures interactions": fits(lambda: PolynomialFeatures(interaction_only=True, include_bias=False), "transform"),
    "LabelEncoder": lambda c: (
        lambda e: [e.fit_transform(c(THREE)), e.classes_, e.inverse_transform(c(THREE)), e.transform(c(THREE))]
    )(LabelEncoder()),
    "LabelBinarizer": lambda c: (lambda e: [e.fit_transform(c(THREE)), e.classes_, e.inverse_transform(e.transform(c(THREE)))])(
        LabelBinarizer()
    ),
    "label_binarize": lambda c: label_binarize(c(THREE), classes=[0, 1, 2]),
    "PCA full": inverts(lambda: PCA(n_components=3, svd_solver="full")),
    "PCA covariance_eigh": inverts(lambda: PCA(n_components=3, svd_solver="covariance_eigh")),
    "PCA randomized": inverts(
        lambda: PCA(n_components=3, svd_solver="randomized", power_iteration_normalizer="QR", random_state=0)
    ),
    "PCA whiten": inverts(lambda: PCA(n_components=3, svd_solver="full", whiten=True)),
    "PCA mle": inverts(lambda: PCA(n_components="mle", svd_solver="full")),
    "PCA share of variance": inverts(lambda: PCA(n_components=0.9, svd_solver="full")),
    "PCA score": lambda c: (lambda e: [e.score_samples(c(X)), e.get_covariance(), e.get_precision()])(
        PCA(2, svd_solver="full").fit(c(X))
    ),
    "Ridge": fits(lambda: Ridge(solver="svd"), "predict", "score", y=REAL),
    "Ridge weights": fits(lambda: Ridge(solver="svd"), "predict", y=REAL, weights=WEIGHTS),
    "RidgeCV": fits(RidgeCV, "predict", "score", y=REAL),
    "RidgeClassifier": fits(lambda: RidgeClassifier(solver="svd"), "predict", "decision_function", "score", y=TWO),
    "RidgeClassifierCV": fits(RidgeClassifierCV, "predict", "decision_function", "score", y=THREE),
    "LinearDiscriminantAnalysis": fits(LinearDiscriminantAnalysis, "transform", "decision_function", *PROBABILITIES, y=THREE),
    "GaussianNB": fits(GaussianNB, *PROBABILITIES, y=THREE),
    "LogisticRegression": fits(lambda: LogisticRegression(tol=1e-10), *PROBABILITIES, y=TWO),
    "LogisticRegression three": fits(lambda: LogisticRegression(tol=1e-10), *PROBABILITIES, y=THREE),
    "PoissonRegressor": fits(lambda: PoissonRegressor(tol=1e-10), "predict", "score", y=POSITIVE),
    "GaussianMixture": fits(
        lambda: GaussianMixture(2, init_params="random_from_data", random_state=0), "predict", "predict_proba", "score_samples"
    ),
    "GaussianMixture criteria": lambda c: (lambda e: [e.bic(c(X)), e.aic(c(X)), e.score(c(X))])(
        GaussianMixture(2, init_params="random_from_data", random_state=0).fit(c(X))
    ),
    "Nystroem": fits(lambda: Nystroem(n_components=6, random_state=0), "transform"),
    "CalibratedClassifierCV": lambda c: (
        CalibratedClassifierCV(LinearDiscriminantAnalysis(), method="temperature", cv=3).fit(c(X), c(TWO)).predict_proba(c(X))
    ),
    "GridSearchCV": searches(GridSearchCV),
    "RandomizedSearchCV": searches(RandomizedSearchCV, n_iter=2, random_state=0),
    "HalvingGridSearchCV": searches(HalvingGridSearchCV, random_state=0),
    "HalvingRandomSearchCV": searches(HalvingRandomSearchCV, n_candidates=3, min_resources=20, random_state=0),
    "pipeline": lambda c: (lambda e: [e.predict(c(X)), e.score(c(X), c(REAL))])(
        make_pipeline(StandardScaler(), PCA(3, svd_solver="full"), Ridge(solver="svd")).fit(c(X), c(REAL))
    ),
    "FeatureUnion": lambda c: make_union(StandardScaler(), MinMaxScaler()).fit(c(X)).transform(c(X)),
    "train_test_split": lambda c: train_test_split(c(X), c(REAL), random_state=0),
    "train_test_split stratified": lambda c: train_test_split(c(X), c(TWO), random_state=0, stratify=c(TWO)),
    "cross_val_predict": lambda c: cross_val_predict(Ridge(solver="svd"), c(X), c(REAL), cv=3),
    "cross_val_score": lambda c: cross_val_score(Ridge(solver="svd"), c(X), c(REAL), cv=3).tolist(),
    "check_consistent_length": lambda c: check_consistent_length(c(X), c(REAL)),
    "check_array": lambda c: check_array(c(X)),
    "randomized_svd": lambda c: randomized_svd(c(X), 3, random_state=0, power_iteration_normalizer="QR"),
    "softmax": lambda c: softmax(c(X)),
}
for _kind in ("full", "tied", "diag", "spherical"):
    ESTIMATORS[f"GaussianMixture {_kind}"] = fits(
        lambda kind=_kind: GaussianMixture(2, covariance_type=kind, init_params="random", random_state=0),
        "predict", "predict_proba", "score_samples",
    )  # fmt: skip


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_and_tools(name: str) -> None:
    # The temperature is found by a search that stops early.
    assert_twins(ESTIMATORS[name], rtol=1e-6 if name == "CalibratedClassifierCV" else 1e-9)


def test_ridge_chooses_another_solver_and_says_so() -> None:
    """`solver="auto"` is the only one without compiled code, where arrays get another."""
    with pytest.warns(UserWarning, match="will result in using the solver 'svd'"):
        assert_twins(lambda c: Ridge().fit(c(X), c(REAL)).predict(c(X)))


@pytest.mark.parametrize("name", ["StandardScaler", "Ridge"])
def test_in_both_tiers(name: str, tier: str) -> None:
    assert_twins(ESTIMATORS[name])


def test_float32_stays() -> None:
    found = StandardScaler().fit_transform(lt.asarray(X, dtype="float32"))
    assert isinstance(found, lt.Tensor)
    assert found.dtype == lt.float32
    np.testing.assert_allclose(found, StandardScaler().fit_transform(X.astype("float32")), rtol=1e-4, atol=1e-5)


def test_everything_follows_x() -> None:
    """A target that is a NumPy array is moved to the tensors' side."""
    model = Ridge(solver="svd").fit(tensor(X), REAL)
    assert isinstance(model.coef_, lt.Tensor)
    assert isinstance(model.predict(tensor(X)), lt.Tensor)


def test_transforming_waits_for_the_check_for_nans_alone() -> None:
    """`transform` asks whether its input is finite, a value; its result is pending."""
    scaler = StandardScaler().fit(tensor(X))
    with lt.config.override(background=False):
        assert not scaler.transform(tensor(X) * 1).is_ready()


LABELS = {
    "two": (RNG.integers(0, 2, 30), RNG.integers(0, 2, 30)),
    "three": (RNG.integers(0, 3, 30), RNG.integers(0, 3, 30)),
    "several": (RNG.integers(0, 2, (30, 3)), RNG.integers(0, 2, (30, 3))),
}
SHARES = RNG.uniform(0.1, 1, (30, 3))
SHARES /= SHARES.sum(axis=1, keepdims=True)
CHANCE = RNG.uniform(0.01, 0.99, 30)
SAMPLE_WEIGHTS = RNG.uniform(0.5, 2, 30)
OUTPUTS = {
    "one": (RNG.uniform(0.5, 3, 30), RNG.uniform(0.5, 3, 30)),
    "two": (RNG.uniform(0.5, 3, (30, 2)), RNG.uniform(0.5, 3, (30, 2))),
}
ROWS = (RNG.uniform(0, 1, (7, 4)), RNG.uniform(0, 1, (7, 4)))

METRICS: dict[str, Call] = {}


def measure(name: str, function: Any, first: Any, second: Any, **settings: Any) -> None:
    """Add the case of a metric of two arrays."""
    METRICS[name] = lambda c: function(
        c(first), c(second), **{key: c(value) if isinstance(value, np.ndarray) else value for key, value in settings.items()}
    )


for _name in ("accuracy_score", "balanced_accuracy_score", "cohen_kappa_score", "confusion_matrix", "f1_score", "jaccard_score",
              "multilabel_confusion_matrix", "precision_score", "recall_score", "zero_one_loss", "hamming_loss",
              "precision_recall_fscore_support", "matthews_corrcoef"):  # fmt: skip
    _function = getattr(metrics, _name)
    _average = {"average": None} if "average" in inspect.signature(_function).parameters else {}
    measure(f"{_name} two", _function, *LABELS["two"])
    measure(f"{_name} two weights", _function, *LABELS["two"], sample_weight=SAMPLE_WEIGHTS)
    measure(f"{_name} three", _function, *LABELS["three"], **_average)
    if _average:
        measure(f"{_name} three macro", _function, *LABELS["three"], average="macro")
        measure(f"{_name} three weighted", _function, *LABELS["three"], average="weighted")
    if _name not in ("balanced_accuracy_score", "cohen_kappa_score", "confusion_matrix", "matthews_corrcoef"):
        measure(f"{_name} several", _function, *LABELS["several"], **_average)
measure("class_likelihood_ratios", metrics.class_likelihood_ratios, *LABELS["two"])
measure("fbeta_score", metrics.fbeta_score, *LABELS["three"], beta=0.5, average=None)
measure("confusion_matrix normalised", metrics.confusion_matrix, *LABELS["three"], normalize="true")
measure("cohen_kappa_score quadratic", metrics.cohen_kappa_score, *LABELS["three"], weights="quadratic")
for _name in ("average_precision_score", "det_curve", "precision_recall_curve", "roc_curve", "roc_auc_score", "brier_score_loss",
              "log_loss", "d2_brier_score", "d2_log_loss_score"):  # fmt: skip
    measure(f"{_name} two", getattr(metrics, _name), LABELS["two"][0], CHANCE)
    measure(f"{_name} two weights", getattr(metrics, _name), LABELS["two"][0], CHANCE, sample_weight=SAMPLE_WEIGHTS)
for _name in ("brier_score_loss", "log_loss", "d2_brier_score", "d2_log_loss_score", "average_precision_score"):
    measure(f"{_name} three", getattr(metrics, _name), LABELS["three"][0], SHARES)
for _name in ("r2_score", "explained_variance_score", "mean_absolute_error", "mean_pinball_loss", "mean_squared_error",
              "mean_squared_log_error", "median_absolute_error", "d2_absolute_error_score", "d2_pinball_score",
              "mean_absolute_percentage_error", "root_mean_squared_error", "root_mean_squared_log_error"):  # fmt: skip
    measure(f"{_name} one", getattr(metrics, _name), *OUTPUTS["one"], sample_weight=SAMPLE_WEIGHTS)
    measure(f"{_name} two", getattr(metrics, _name), *OUTPUTS["two"])
    measure(f"{_name} two raw", getattr(metrics, _name), *OUTPUTS["two"], multioutput="raw_values")
for _name in ("mean_tweedie_deviance", "mean_poisson_deviance", "mean_gamma_deviance", "max_error", "d2_tweedie_score"):
    measure(_name, getattr(metrics, _name), *OUTPUTS["one"])
measure("mean_tweedie_deviance power", metrics.mean_tweedie_deviance, *OUTPUTS["one"], power=1.5)
for _name in ("additive_chi2_kernel", "chi2_kernel", "cosine_similarity", "cosine_distances", "euclidean_distances", "linear_kernel",
              "paired_cosine_distances", "paired_euclidean_distances", "paired_manhattan_distances", "manhattan_distances",
              "laplacian_kernel", "polynomial_kernel", "rbf_kernel", "sigmoid_kernel", "pairwise_kernels", "pairwise_distances",
              "pairwise_distances_argmin"):  # fmt: skip
    measure(_name, getattr(pairwise, _name), *ROWS)
for _name in ("additive_chi2", "chi2", "cosine", "poly", "rbf", "laplacian", "sigmoid"):
    measure(f"pairwise_kernels {_name}", pairwise.pairwise_kernels, *ROWS, metric=_name)
for _name in ("cosine", "euclidean", "l2", "manhattan"):
    measure(f"pairwise_distances {_name}", pairwise.pairwise_distances, *ROWS, metric=_name)
for _name in ("calinski_harabasz_score", "davies_bouldin_score"):
    measure(_name, getattr(metrics, _name), ROWS[0], np.array([0, 1, 0, 1, 1, 0, 1]))
for _name in ("adjusted_rand_score", "mutual_info_score", "adjusted_mutual_info_score", "normalized_mutual_info_score",
              "homogeneity_completeness_v_measure", "fowlkes_mallows_score"):  # fmt: skip
    measure(_name, getattr(cluster, _name), *LABELS["three"])


@pytest.mark.parametrize("name", METRICS)
def test_metrics(name: str) -> None:
    assert_twins(METRICS[name])


def test_contingencies_are_arrays() -> None:
    """Counted in a SciPy sparse array, which is made dense by NumPy."""
    found = cluster.contingency_matrix(*map(tensor, LABELS["three"]))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, cluster.contingency_matrix(*LABELS["three"]))


def test_what_scikit_learn_has_in_compiled_code_only() -> None:
    """Estimators without the tag array_api_support take tensors for arrays at best, and fail inside at worst."""
    # Since Python 3.12 tensors are read-only buffers to compiled code.
    with pytest.raises((TypeError, BufferError), match=r"ambiguous argument types|not writable"):
        GammaRegressor().fit(tensor(X), tensor(POSITIVE))
    with pytest.raises((ValueError, BufferError), match=r"read-only|not writable"):
        scale(tensor(X))
    with config_context(array_api_dispatch=False):
        found = scale(np.array(tensor(X)))
        assert type(found) is np.ndarray
        model = GammaRegressor().fit(tensor(X), tensor(POSITIVE))
        assert type(model.coef_) is np.ndarray
        np.testing.assert_array_equal(model.coef_, GammaRegressor().fit(X, POSITIVE).coef_)
