"""What every test shares: the raw market data, what a skip may mean, how far hypothesis searches."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

CI = bool(os.environ.get("CI"))

# A skip for one of these is a hole in a run that promised to try everything.
LACKS = ("GREEKSLAB_REAL_DATA", "chromium", "could not import")

hypothesis.settings.register_profile("home", max_examples=60, deadline=None, print_blob=True)
HOME = hypothesis.settings.get_profile("home")
hypothesis.settings.register_profile("ci", HOME, derandomize=True)
hypothesis.settings.register_profile("thorough", HOME, max_examples=3000)
hypothesis.settings.load_profile("ci" if CI else "home")


class RealData(type(Path())):
    """A path into the raw files of the venues; a step to what is not there skips, and names it."""

    def __truediv__(self, name: str) -> "RealData":
        found = super().__truediv__(name)
        if not found.exists():
            pytest.skip(f"GREEKSLAB_REAL_DATA has no {found}")
        return found


@pytest.fixture(scope="session")
def real_data() -> RealData:
    """The folder of raw market data that GREEKSLAB_REAL_DATA names."""
    root = os.environ.get("GREEKSLAB_REAL_DATA")
    if not root:
        pytest.skip("GREEKSLAB_REAL_DATA is not set")
    return RealData(Path(root))


def fail_if_lacking(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Under CI, turn a skip for what should have been installed into a failure."""
    if not (CI and report.skipped and isinstance(report.longrepr, tuple)):
        return
    reason = report.longrepr[2]
    if any(lack in reason for lack in LACKS):
        report.outcome = "failed"
        report.longrepr = f"with CI set nothing may be lacking: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Look at the skip of a test or of a fixture."""
    report = yield
    fail_if_lacking(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Look at the skip of a whole module."""
    report = yield
    fail_if_lacking(report)
    return report
