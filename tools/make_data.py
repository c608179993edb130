"""Make the packaged tables in data/ from the venues' own payloads.

    python tools/make_data.py --raw DIR

DIR holds the raw payloads, one folder each (see `TABLES`). Each table is written in this package's own
columns and units, so that `greekslab.read_chain` reads it, under a header that names source and licence.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np

from greekslab.chains import Chain, read_chain

FIGURES = ("multiplier", "index", "forward", "iv", "bid_iv", "ask_iv", "mark", "bid", "ask", "open_interest")


class Table(NamedTuple):
    """Which payload a table is made from, and what its header says."""

    raw: str
    about: dict[str, str]


TABLES = {
    "deribit_btc_20260627.csv": Table(
        raw="deribit_btc_20260627/deribit_snapshot.json.gz",
        about={
            "source": "Deribit, BTC options, tickers of 27 June 2026",
            "origin": "github.com/kalam360/f405-options-bot data/deribit_snapshot.json at b8ae296",
            "licence of the origin": "MIT, Copyright 2026 Abul Kalam Faruk",
            "units": "prices and open interest BTC; index and forward USD; volatilities decimal; "
            "delta, gamma per USD, vega per 0.01 of volatility, theta per day, rho per 0.01 of rate, in USD",
        },
    )
}


def table_text(chain: Chain, about: dict[str, str]) -> str:
    """The chain as a table in our own columns, sorted by expiry, strike and call before put."""
    columns = chain.columns
    order = np.lexsort((-columns["right"], columns["strike"], columns["expiry"]))
    figures = [columns[name] for name in FIGURES] + list(chain.published.values())
    head = [f"# {key}: {value}" for key, value in about.items()]
    head += [f"# asof: {chain.asof} UTC", *(f"# spot {name}: {spot}" for name, spot in chain.spot.items())]
    head.append(",".join(["instrument", "time", *FIGURES, *chain.published]))
    rows = (
        ",".join([columns["instrument"][row], str(columns["time"][row]), *(_digits(f[row]) for f in figures)])
        for row in order
    )
    return "\n".join([*head, *rows, ""])


def _digits(value: float) -> str:
    """A figure with the digits that the venue gives (at most ten), none for NaN."""
    return "" if np.isnan(value) else np.format_float_positional(float(f"{value:.10g}") + 0.0, trim="-")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--raw", type=Path, required=True, help="folder of the raw payloads")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data")
    given = parser.parse_args()
    for name, table in TABLES.items():
        text = table_text(read_chain(given.raw / table.raw), table.about)
        (given.out / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
