"""greekslab: derivative sensitivities, derived, computed, aggregated and looked up.

The public face; every name here is stable. Nothing is imported before it is used.

>>> import greekslab as gl
>>> sorted(gl.greeks("bsm", ["delta", "vanna"], S=100.0, K=110.0, T=0.25, sigma=0.6, r=0.02, q=0.01))
['delta', 'vanna']
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from greekslab import plots, widgets
    from greekslab.book import Book, BookError, Option
    from greekslab.chains import Chain, ChainFormatError, load_chain, read_chain
    from greekslab.evaluate import DomainError, DomainWarning, derivative, greeks, list_greeks
    from greekslab.exposure import Exposure, MixedUnitsError, SignError, exposure
    from greekslab.fast import engine
    from greekslab.formulas import define, model
    from greekslab.glossary import lookup
    from greekslab.greeks import UnknownGreekError
    from greekslab.implied import implied_vol
    from greekslab.market import Market, MarketError, QuotedVols
    from greekslab.profiles import Profile, profile, walls

__version__ = "0.1.0"

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

_HOME = {
    "book": ("Book", "BookError", "Option"),
    "chains": ("Chain", "ChainFormatError", "load_chain", "read_chain"),
    "evaluate": ("DomainError", "DomainWarning", "derivative", "greeks", "list_greeks"),
    "exposure": ("Exposure", "MixedUnitsError", "SignError", "exposure"),
    "fast": ("engine",),
    "formulas": ("define", "model"),
    "glossary": ("lookup",),
    "greeks": ("UnknownGreekError",),
    "implied": ("implied_vol",),
    "market": ("Market", "MarketError", "QuotedVols"),
    "profiles": ("Profile", "profile", "walls"),
}
"""Module -> the public names that it holds."""

_WHERE = {name: module for module, names in _HOME.items() for name in names}


class _Package(ModuleType):
    """`greekslab.greeks` and `greekslab.exposure` are functions, though modules of these names lie below."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name in ("plots", "widgets"):
            return import_module(f"greekslab.{name}")
        if name not in _WHERE:
            raise AttributeError(f"module 'greekslab' has no attribute {name!r}")
        value = getattr(import_module(f"greekslab.{_WHERE[name]}"), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *__all__})


sys.modules[__name__].__class__ = _Package
