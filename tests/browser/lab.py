"""Drive JupyterLab as a reader does: open a notebook, run it, look."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from greekslab import share

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
CELL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-CodeCell"
SECONDS = 1000


@dataclass(frozen=True)
class LabServer:
    """A JupyterLab on loopback, over a copy of the notebooks that a test may change."""

    root: Path
    port: int
    token: str
    process: subprocess.Popen[bytes]
    log: Path

    def url(self, path: str) -> str:
        """Address a page of the server."""
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"

    def wait(self, seconds: float = 60) -> None:
        """Wait until the server answers; fail with its log where it does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url("api/status"), timeout=5).close()
                return
            except OSError:  # refused, or too slow
                time.sleep(0.2)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Stop the server and its kernels: the session that it was started in."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)


def start_lab(home: Path) -> LabServer:
    """Start JupyterLab on a copy of the folders that a reader opens, all inside `home`."""
    root = home / "root"
    for folder in ("notebooks", "glossary", "data"):
        shutil.copytree(share.path(folder), root / folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, log = secrets.token_hex(16), home / "lab.log"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"]
    command += ["--allow-root"] if os.geteuid() == 0 else []
    kept = {"env": away_from_home(home), "stdin": subprocess.DEVNULL, "start_new_session": True}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=root, stdout=out, stderr=out, **kept)
    server = LabServer(root, port, token, process, log)
    try:
        server.wait()
    except BaseException:
        server.stop()
        raise
    return server


def away_from_home(home: Path) -> dict[str, str]:
    """Move what JupyterLab keeps of a user's to `home`; bring the project's settings as `make lab` does."""
    moved = {f"JUPYTER_{place}_DIR": str(home / place) for place in ("CONFIG", "DATA", "RUNTIME")}
    moved |= {f"JUPYTERLAB_{place}_DIR": str(home / place) for place in ("SETTINGS", "WORKSPACES")}
    moved |= {"IPYTHONDIR": str(home / "IPYTHON"), "JUPYTER_CONFIG_PATH": str(share.path(".jupyter"))}
    return os.environ | moved


def open_notebook(page: Page, server: LabServer, name: str) -> None:
    """Open a notebook, named from the top (`notebooks/00_map.ipynb`), and wait for its kernel."""
    page.goto(server.url(f"lab/tree/{name}") + "&reset")
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=60 * SECONDS)
    # Until the status bar says Idle a click on Run is dropped without a word.
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60 * SECONDS)


def run_all(page: Page, seconds: float = 60) -> None:
    """Run all cells and wait until the last one has its number."""
    started = page.locator(CELL).first.locator(".jp-InputPrompt")
    for _ in range(3):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
        try:
            expect(started).to_have_text(re.compile(r"\[(\*|\d+)\]:"), timeout=8 * SECONDS)
            break
        except AssertionError:
            continue
    finished = page.locator(CELL).last.locator(".jp-InputPrompt")
    expect(finished).to_have_text(re.compile(r"\[\d+\]:"), timeout=seconds * SECONDS)


def save_screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the page for a person to look at, in the folder artefacts/ (not tracked)."""
    ARTEFACTS.mkdir(exist_ok=True)
    path = ARTEFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path
