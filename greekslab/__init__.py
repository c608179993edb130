"""greekslab: derivative sensitivities, derived, computed, aggregated and looked up.

The public face; every name here is stable.

>>> import greekslab as gl
>>> sorted(gl.greeks("bsm", ["delta", "vanna"], S=100.0, K=110.0, T=0.25, sigma=0.6, r=0.02, q=0.01))
['delta', 'vanna']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from greekslab.book import Book, BookError, Option
from greekslab.evaluate import DomainError, DomainWarning, derivative, greeks, list_greeks
from greekslab.greeks import UnknownGreekError
from greekslab.market import Market, MarketError, QuotedVols

if TYPE_CHECKING:
    from greekslab.formulas import model

__version__ = "0.1.0"

_LAZY = {"model": "formulas"}
"""Names that need SymPy, Matplotlib or files: name -> the module that is imported at first use."""

__all__ = [
    "Book",
    "BookError",
    "DomainError",
    "DomainWarning",
    "Market",
    "MarketError",
    "Option",
    "QuotedVols",
    "UnknownGreekError",
    "derivative",
    "greeks",
    "list_greeks",
    "model",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"greekslab.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'greekslab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_LAZY})
