"""Small payloads, written by hand after the venues' documentation."""

import json

import numpy as np

NOW = 1782552297563  # 2026-06-27T09:24:57.563


def ticker(name, *, iv=40.0, forward=60300.0, index=60250.0, **changed):
    """One answer of public/ticker, without its envelope."""
    return {
        "timestamp": NOW,
        "state": "open",
        "stats": {"high": 0.02, "low": None, "price_change": None, "volume": 1.5, "volume_usd": 900.0},
        "greeks": {"delta": 0.5, "gamma": 0.00005, "vega": 40.1, "theta": -50.2, "rho": 10.3},
        "interest_rate": 0.0,
        "index_price": index,
        "instrument_name": name,
        "last_price": None,
        "open_interest": 12.5,
        "mark_price": 0.0301,
        "best_ask_price": 0.0305,
        "best_bid_price": 0.0295,
        "best_ask_amount": 1.0,
        "best_bid_amount": 2.0,
        "mark_iv": iv,
        "bid_iv": 39.5,
        "ask_iv": 40.5,
        "underlying_price": forward,
        "underlying_index": "BTC-25SEP26",
        **changed,
    }


def summary(name, **changed):
    """One row of get_book_summary_by_currency."""
    row = {
        "instrument_name": name,
        "base_currency": "BTC",
        "quote_currency": "BTC",
        "creation_timestamp": NOW,
        "high": None,
        "low": None,
        "last": 0.03,
        "bid_price": 0.0295,
        "ask_price": None,
        "mid_price": None,
        "mark_price": 0.0301,
        "price_change": None,
        "volume": 0.0,
        "volume_usd": 0.0,
        "open_interest": 12.5,
        "estimated_delivery_price": 60250.0,
    }
    option = {
        "mark_iv": 40.0,
        "underlying_price": 60300.0,
        "underlying_index": "BTC-25SEP26",
        "interest_rate": 0.0,
    }
    return row | (option if name[-2:] in ("-C", "-P") else {}) | changed


def definition(name, **changed):
    """One row of get_instruments."""
    return {
        "kind": "option",
        "instrument_name": name,
        "base_currency": "BTC",
        "quote_currency": "BTC",
        "counter_currency": "USD",
        "settlement_currency": "BTC",
        "instrument_type": "reversed",
        "option_type": "call" if name.endswith("C") else "put",
        "strike": float(name.split("-")[2].replace("d", ".")),
        "expiration_timestamp": 1790323200000,  # 2026-09-25T08:00
        "creation_timestamp": 1700000000000,
        "contract_size": 1.0,
        "tick_size": 0.0001,
        "is_active": True,
        "settlement_period": "month",
        **changed,
    }


CALL, PUT, HIGH = "BTC-25SEP26-60000-C", "BTC-25SEP26-60000-P", "BTC-25SEP26-65000-C"
EXPIRY = np.datetime64("2026-09-25T08:00", "ms")

ETH_HEADER = (
    ",mid_price,estimated_delivery_price,creation_timestamp,underlying_price,mark_price,open_interest,"
    "ask_price,bid_price,instrument_name,mark_iv,expire_date,strike_price,option_type"
)
ETH_ROW = (
    "0,0.0007,2222.19,1704712781414,2241.65,0.000853,965.0,0.001,,ETH-26JAN24-1200-P,120.5,26JAN24,1200,P"
)
SUMMARY_CSV = f"{ETH_HEADER}\n{ETH_ROW}\n"

YEARS_CSV = """\
instrument_name,type,expiry_date,strike,T_years,S0,market_price_btc,market_price_usd,mark_iv,bid_btc,ask_btc,open_interest
BTC-19DEC25-90000-C,call,19DEC25,90000.0,0.03913,92653.1,0.05,4632.0,47.1,0.049,,10.5
BTC-26DEC25-90000-C,call,26DEC25,90000.0,0.05831,92726.4,0.05,4636.0,46.0,0.049,0.051,3.5
BTC-27FEB26-90000-P,put,27FEB26,90000.0,0.23092,93505.7,0.06,5610.0,45.2,,0.061,0.0
"""

CBOE_COLUMNS = "Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
CBOE_HEAD = (
    "\n"
    "Standard & Poors 500 Index,Last: 4300.00,Change:  6.0798\n"
    "Date: 9 June 2023, 1:40 PM EDT,Bid: 4299.3398,Ask: 4300.8301,Size: 1*1,Volume: 0\n"
    f"Expiration Date,Calls,{CBOE_COLUMNS},Strike,Puts,{CBOE_COLUMNS}\n"
)


def cboe_line(root, day, strike, *, forward=4310.0, discount=0.99, iv=0.15):
    """One line of a delayed-quotes file whose quotes keep put-call parity."""
    date = {"230609": "Fri Jun 09 2023", "230616": "Fri Jun 16 2023", "230721": "Fri Jul 21 2023"}[day]
    put = max(40.0, 40.0 - discount * (forward - strike))
    call = put + discount * (forward - strike)
    sides = [
        f"{root}{day}{side}{strike * 1000:08d},0,0,{mid - 0.5},{mid + 0.5},0,{iv},{delta},0.001,{10 + add}"
        for side, mid, delta, add in (("C", call, 0.5, 0), ("P", put, -0.5, 1))
    ]
    return f"{date},{sides[0]},{strike}.00,{sides[1]}\n"


def cboe(*lines):
    return CBOE_HEAD + "".join(lines)


OWN_CSV = """\
# source: by hand
# spot BTC: 60250
instrument,time,multiplier,index,forward,iv,bid_iv,ask_iv,mark,bid,ask,open_interest,delta
BTC-25SEP26-60000-C,2026-06-27T09:24:57.563,1,60250,60300,0.4,,0.41,0.03,,0.031,2.5,0.5
BTC-25SEP26-60000-P,2026-06-27T09:24:57.563,1,60250,60300,0.4,,0.41,0.02,,0.021,0,-0.5
"""


KINDS = {
    "snapshot": {
        "index": {"index_price": 60250.0, "estimated_delivery_price": 60250.0},
        "instruments": [definition(CALL), definition(PUT)],
        "tickers": {CALL: ticker(CALL), PUT: ticker(PUT)},
    },
    "snapshot with lists": {"instruments": [definition(CALL)], "tickers": [ticker(CALL), ticker(PUT)]},
    "snapshot of envelopes": {
        "index": {"jsonrpc": "2.0", "result": {"index_price": 60250.0}},
        "instruments": {"jsonrpc": "2.0", "result": [definition(CALL)]},
        "tickers": {CALL: {"result": ticker(CALL)}, PUT: {"result": ticker(PUT)}},
    },
    "ticker": {"jsonrpc": "2.0", "result": ticker(CALL), "usIn": 1, "usOut": 2, "testnet": False},
    "tickers": [{"jsonrpc": "2.0", "result": ticker(CALL)}, {"jsonrpc": "2.0", "result": ticker(PUT)}],
    "bare tickers": [ticker(CALL), ticker(PUT)],
    "book summary": {"jsonrpc": "2.0", "id": 1, "result": [summary(CALL), summary(PUT)]},
    "book summary with instruments": [
        {"result": [definition(CALL), definition(PUT)]},
        {"result": [summary(CALL), summary(PUT)]},
    ],
    "book summary as CSV": SUMMARY_CSV,
    "chain table": YEARS_CSV,
    "Cboe": cboe(cboe_line("SPX", "230616", 4300), cboe_line("SPXW", "230616", 4300)),
    "own table": OWN_CSV,
}


def write(folder, payload, name="payload"):
    """The payload as a file in the folder."""
    text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
