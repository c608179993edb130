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
from greekslab.exposure import Exposure, MixedUnitsError, SignError, exposure
from greekslab.greeks import UnknownGreekError
from greekslab.market import Market, MarketError, QuotedVols

if TYPE_CHECKING:
    from greekslab import plots, widgets
    from greekslab.chains import Chain, ChainFormatError, load_chain, read_chain
    from greekslab.fast import engine
    from greekslab.formulas import define, model
    from greekslab.glossary import lookup
    from greekslab.implied import implied_vol
    from greekslab.profiles import Profile, profile, walls

__version__ = "0.1.0"

_LAZY = {
    "Chain": "chains",
    "ChainFormatError": "chains",
    "Profile": "profiles",
    "define": "formulas",
    "engine": "fast",
    "implied_vol": "implied",
    "load_chain": "chains",
    "lookup": "glossary",
    "model": "formulas",
    "plots": "",
    "profile": "profiles",
    "read_chain": "chains",
    "walls": "profiles",
    "widgets": "",
}
"""Names whose module is imported at first use: name -> its module; empty for a module itself."""

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
    "define",
    "derivative",
    "engine",
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
