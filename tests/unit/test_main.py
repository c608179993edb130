"""The command line: what it prints, draws, copies and refuses."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import greekslab as gl
from greekslab import __main__ as cli
from tests.unit.handmade import ticker

PNG = b"\x89PNG\r\n\x1a\n"


def payload(tmp_path: Path, **broken: object) -> Path:
    """Three tickers as the venue answers them, one of them changed."""
    rows = [ticker(f"BTC-25SEP26-{strike}-C") for strike in (50000, 60000, 70000)]
    rows[1] |= broken
    path = tmp_path / "tickers.json"
    path.write_text(json.dumps([{"jsonrpc": "2.0", "result": row} for row in rows]), encoding="utf-8")
    return path


def test_the_packaged_chain(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["chain"]) == 0
    out = capsys.readouterr().out
    market, book = gl.load_chain()
    names = ("delta_usd", "gamma_usd_1pct", "vega_pt", "theta_day", "vanna_usd_pt", "volga_pt")
    assert str(gl.exposure(book, market, names, signs="calls_long_puts_short")) in out
    assert str(gl.profile(book, market, "gamma")) in out
    assert "USD of delta per 1 %" in out
    for side, strike in gl.walls(book, market).items():
        assert f"{side} {strike:,.0f}" in out
    assert "partial: " in out


def test_a_chain_of_ones_own_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, picture = payload(tmp_path), tmp_path / "out.png"
    zipped = tmp_path / "tickers.json.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert cli.main(["chain", str(zipped), "--signs", "short_both", "--plot", str(picture)]) == 0
    out = capsys.readouterr().out
    assert "no flip: negative throughout" in out
    assert "short_both" in out
    assert picture.read_bytes().startswith(PNG)


def test_a_bad_row_is_named_or_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = payload(tmp_path, open_interest=-5.0)
    assert cli.main(["chain", str(file)]) == 1
    err = capsys.readouterr().err
    for word in (file.name, "open_interest", "-5"):
        assert word in err
    assert cli.main(["chain", str(file), "--skip-bad-rows"]) == 0
    caught = capsys.readouterr()
    assert "left out" in caught.err
    assert "open_interest" in caught.err
    assert "gamma_usd_1pct" in caught.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chain", "no/such/file"], ["no/such/file"]),
        (["chain", "--signs", "short_boht"], ["short_boht", "short_both"]),
        (["whatis", "nonsense"], ["nonsense", "nearest"]),
    ],
)
def test_a_fault_is_one_line_and_status_1(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert all(word in err for word in words)


def test_whatis_joins_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["whatis", "vega", "convexity"]) == 0
    assert capsys.readouterr().out.startswith("Volga")


def test_without_jupyterlab_the_lab_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    assert cli.main(["lab", "--dest", str(tmp_path / "mine")]) == 1
    assert 'pip install "greekslab[lab]"' in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


def test_the_lab_starts_jupyterlab_in_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def started_with(
        command: list[str], env: dict[str, str], check: bool
    ) -> subprocess.CompletedProcess[bytes]:
        started.append(command)
        assert env["JUPYTER_CONFIG_PATH"].startswith(str(tmp_path / "mine" / ".jupyter"))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(cli.subprocess, "run", started_with)
    assert cli.main(["lab", "--dest", str(tmp_path / "mine"), "--", "--no-browser"]) == 0
    (command,) = started
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in command
    assert command[-1] == "--no-browser"
    assert (tmp_path / "mine" / "notebooks" / "00_map.ipynb").exists()


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_reader_that_stops_early_is_no_fault() -> None:
    command = f"{sys.executable} -m greekslab chain | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("expiry")
    assert done.stderr == ""
