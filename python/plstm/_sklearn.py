"""Base classes of estimators: those of scikit-learn where it is installed."""

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import NotFittedError

    HAS_SKLEARN = True
except ImportError:
    from ._without_sklearn import BaseEstimator, ClassifierMixin, NotFittedError, RegressorMixin

    HAS_SKLEARN = False

__all__ = ["HAS_SKLEARN", "BaseEstimator", "ClassifierMixin", "NotFittedError", "RegressorMixin"]
