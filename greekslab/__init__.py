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
from greekslab.chains import Chain, ChainFormatError, load_chain, read_chain
from greekslab.evaluate import DomainError, DomainWarning, derivative, greeks, list_greeks
from greekslab.exposure import Exposure, MixedUnitsError, SignError, exposure
from greekslab.greeks import UnknownGreekError
from greekslab.market import Market, MarketError, QuotedVols
from greekslab.profiles import Profile, profile, walls

if TYPE_CHECKING:
    from greekslab import plots, widgets
    from greekslab.formulas import model
    from greekslab.glossary import lookup
    from greekslab.implied import implied_vol

__version__ = "0.1.0"

_LAZY = {"implied_vol": "implied", "lookup": "glossary", "model": "formulas", "plots": "", "widgets": ""}
"""Names whose module is imported at first use (SymPy, Matplotlib, widgets, files): name -> its module."""

__all__ = [
    "Book",
    "BookError",
    "Chain",
    "ChainFormatError",
    "DomainError",
    "DomainWarning",
    "Exposure",
    "Market",
    "MarketError",
    "MixedUnitsError",
    "Option",
    "Profile",
    "QuotedVols",
    "SignError",
    "UnknownGreekError",
    "derivative",
    "exposure",
    "greeks",
    "implied_vol",
    "list_greeks",
    "load_chain",
    "lookup",
    "model",
    "plots",
    "profile",
    "read_chain",
    "walls",
    "widgets",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'greekslab' has no attribute {name!r}")
    if not _LAZY[name]:
        return import_module(f"greekslab.{name}")
    return getattr(import_module(f"greekslab.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
