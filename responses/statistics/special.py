"""The functions of ``scipy.special`` that are used here. SciPy is loaded when one is first needed.

That takes a fifth of a second and some 12 MB, which most processes never have a use for.
"""

from typing import TYPE_CHECKING, Any

__all__ = [
    "betaincinv",
    "chdtrc",
    "expit",
    "fdtrc",
    "gammaln",
    "log_expit",
    "logit",
    "ndtri",
    "stdtr",
    "stdtrit",
]

if TYPE_CHECKING:
    from scipy.special import betaincinv, chdtrc, expit, fdtrc, gammaln, log_expit, logit, ndtri, stdtr, stdtrit
else:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(name)
        import scipy.special  # noqa: PLC0415

        found = globals()[name] = getattr(scipy.special, name)
        return found
