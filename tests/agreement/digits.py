"""The worst point of every Greek of every model, against derivatives to 40 digits and more.

    python -m tests.agreement.digits --points 20000 --processes 2

takes about a minute a model. The error is given as a share of the bound
max(2e-14, 6 eps (1 + d1^2)) relative to max(|exact|, modulus/2), or to |exact| alone where a Greek crosses
zero nowhere (`agree.pure`). The fast engine (numba), where it is installed, is tried at the same points; its
price counts by the first of the two scales, for it does not sum the series that keeps a thin price's digits.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from multiprocessing import Pool
from typing import Any

from greekslab.formulas import MODELS
from tests.agreement.agree import Truth, Values, many_times, package, served_fast, truth
from tests.agreement.points import seeded


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit status says whether any Greek missed its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--points", type=int, default=20_000, help="points a model (default: %(default)s)")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS), metavar="MODEL")
    parser.add_argument("--processes", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=2026, help="default: %(default)s")
    given = parser.parse_args(arguments)
    with Pool(given.processes) if given.processes > 1 else nullcontext() as pool:
        each = partial(pool.imap, chunksize=50) if pool else map
        worst = max(report(model, given.points, given.seed, each) for model in given.models)
    print(f"\nworst of all: {worst:.2f} of the bound")
    return int(worst > 1)


def report(model: str, count: int, seed: int, each: Callable[..., Iterable[Any]]) -> float:
    """One model's table; its worst share."""
    points = list(seeded(MODELS[model], count, seed))

    def watched(function: Callable[..., Any], jobs: Sequence[Any]) -> Iterator[Any]:
        return progress(model, each(function, jobs), len(jobs))

    exact = truth(model, points, watched)
    return max(table(exact, engine, values) for engine, values in engines(model))


def engines(model: str) -> Iterator[tuple[str, Values]]:
    """Each engine that serves a model, while it is in charge."""
    for engine, values in ("numpy", package), ("fast", many_times):
        if engine == "numpy" or model in served_fast():
            os.environ["GREEKSLAB_ENGINE"] = engine
            yield engine, values


def table(exact: Truth, engine: str, values: Values) -> float:
    """Print the worst point of each Greek; the worst share of all."""
    shares = exact.shares(values)
    print(f"\n{exact.model}: {len(exact.points)} points, {engine} engine")
    print(f"{'greek':24}{'share':>7}  {'value':>12}  worst point")
    for name, share in shares.items():
        n = int(share.argmax())
        where = ", ".join(f"{i}={x:.17g}" for i, x in exact.points[n].items())
        print(f"{name:24}{share[n]:7.3f}  {exact.high[name][n]:12.4g}  {where}")
    return max(float(share.max()) for share in shares.values())


def progress(what: str, items: Iterable[Any], total: int) -> Iterator[Any]:
    """Pass items on; say every twentieth of them how far it is."""
    start = time.monotonic()
    for number, item in enumerate(items, 1):
        if number % max(1, total // 20) == 0:
            seconds = time.monotonic() - start
            print(f"{what}: {number}/{total} in {seconds:.0f} s", file=sys.stderr, flush=True)
        yield item


if __name__ == "__main__":
    sys.exit(main())
