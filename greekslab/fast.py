"""The fast engine: block kernels compiled by numba, used where the `fast` extra is installed.

Which engine serves a call is decided by what is installed, by the environment variable `GREEKSLAB_ENGINE`
("numpy" or "fast"), and by the number of elements: importing numba takes longer than pricing a small book.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["Engine", "engine", "run", "serves"]

Floats = NDArray[np.float64]

WORTH_COMPILING = 200_000
"""Elements from which loading or compiling a kernel pays; once it is in this process, `WORTH_CALLING` do."""
WORTH_CALLING = 500
WORTH_SHARING = 40_000
"""Elements from which a second thread pays."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Which engine serves large arrays, and why.

    Parameters
    ----------
    name : "fast" or "numpy"
    why : str
    threads : int, how many share a large array
    """

    name: str
    why: str
    threads: int

    def __str__(self) -> str:
        return f"{self.name} engine, {self.threads} threads: {self.why}"


def engine() -> Engine:
    """The engine that serves large arrays now, and why.

    Raises
    ------
    ValueError
        `GREEKSLAB_ENGINE` names no engine.

    Examples
    --------
    >>> engine().name in ("fast", "numpy")
    True
    """
    asked = os.environ.get("GREEKSLAB_ENGINE", "")
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked not in ("", "fast", "numpy"):
        raise ValueError(f"GREEKSLAB_ENGINE={asked!r}; it may be fast or numpy")
    if asked == "numpy":
        return Engine("numpy", "GREEKSLAB_ENGINE=numpy asks for it", 1)
    if not _numba_found():
        return Engine("numpy", 'numba is not installed: pip install "greekslab[fast]"', 1)
    why = f"numba is installed; {WORTH_COMPILING:,} elements of a model compile its kernel, once on a machine"
    return Engine("fast", why, threads)


@cache
def _numba_found() -> bool:
    return find_spec("numba") is not None


def serves(model: str, names: tuple[str, ...], size: int) -> bool:
    """Whether the fast engine serves these Greeks of this model, for so many elements."""
    if size < WORTH_CALLING or (size < WORTH_COMPILING and not _compiled(model)):
        return False
    if engine().name != "fast":
        return False
    from greekslab import kernels_fast

    return model in kernels_fast.KERNELS and not set(names) & set(kernels_fast.LEFT_OUT)


def _compiled(model: str) -> bool:
    """Whether the model's kernel has been loaded or compiled in this process."""
    module = sys.modules.get("greekslab.kernels_fast")
    return module is not None and bool(getattr(module.KERNELS.get(model), "signatures", ()))


def run(model: str, want: int, columns: Mapping[str, Floats], out: Floats) -> NDArray[np.intp]:
    """Fill `out` and return the elements that it leaves to the NumPy kernels.

    Parameters
    ----------
    model : str
    want : bits of the Greeks
    columns : the model's inputs and eta in order, each of the full length or of one element
    out : float64 array, shape (wanted Greeks in the order of their bits, n)
    """
    from greekslab import kernels_fast

    compiled = kernels_fast.KERNELS[model]
    size = out.shape[1]
    special = np.empty(size, np.bool_)
    inputs = [c if c.flags.writeable and c.flags.c_contiguous else c.copy() for c in columns.values()]

    def part(span: tuple[int, int]) -> None:
        compiled(want, *inputs, out, special, span)

    threads = engine().threads if size >= WORTH_SHARING else 1
    edges = [round(size * n / threads) for n in range(threads + 1)]
    spans = list(pairwise(edges))
    if threads == 1:
        part(spans[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, spans))
    return np.flatnonzero(special)
