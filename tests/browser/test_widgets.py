"""The lesson on the book, as a reader meets it: run it, move its controls by keyboard, see what changes."""

import json
import re
import statistics
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.lab import ARTEFACTS, LabServer, open_notebook, run_all, save_screenshot

SECONDS = 1000
STEPS = 12
SIDES = (
    "long calls, short puts",
    "short calls, long puts",
    "short calls, short puts",
    "long calls, long puts",
)

# Clocked inside the page, from the key to the moment when the new picture has been decoded.
CLOCK = """(image) => {
    window.pictures = [];
    let pressed = 0;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    new MutationObserver(() => image.decode().then(
        () => window.pictures.push(performance.now() - pressed), () => undefined
    )).observe(image, {attributes: true, attributeFilter: ['src']});
}"""


@pytest.fixture(scope="module")
def panels() -> str:
    """What a panel is found by: the box that holds controls and picture."""
    return ".jp-OutputArea-output .widget-vbox"


def parts(panel: Locator) -> dict[str, Locator]:
    return {
        "picture": panel.locator("img"),
        "words": panel.get_by_role("status"),
        "slider": panel.locator(".noUi-handle").last,
        "expiry": panel.locator(".noUi-handle").first,
    } | {side: panel.get_by_role("button", name=side) for side in SIDES}


def show(panel: Locator) -> None:
    """Bring a panel to the middle; twice, for outputs above it get their height only when they come by."""
    for _ in range(2):
        panel.evaluate("panel => panel.scrollIntoView({block: 'center'})")
        panel.page.wait_for_timeout(500)


def press(page: Page, panel: Locator, control: str, key: str) -> str:
    """Press a key on a control and wait until both the words and the picture are new; return the words."""
    part = parts(panel)
    words, source = part["words"].inner_text(), part["picture"].get_attribute("src")
    part[control].focus()
    page.keyboard.press(key)
    expect(part["words"]).not_to_have_text(words, timeout=10 * SECONDS)
    expect(part["picture"]).not_to_have_attribute("src", source or "", timeout=10 * SECONDS)
    return part["words"].inner_text()


def test_the_lesson_runs_and_its_panels_answer_the_keyboard(
    page: Page, lab_server: LabServer, panels: str
) -> None:
    open_notebook(page, lab_server, "notebooks/09_the_book.ipynb")
    run_all(page, seconds=90)
    for trouble in (".jupyter-widgets-error-widget", ".jp-OutputArea-output[data-mime-type*=stderr]"):
        expect(page.locator(trouble)).to_have_count(0)
    signs = page.locator(panels, has=page.locator("label", has_text="Spot looked at"))
    show(signs)
    part = parts(signs)
    expect(part["words"]).to_contain_text("Flip at")
    expect(part["picture"]).to_have_attribute("title", re.compile("gamma .* per 1 %"))
    size = {side: part["picture"].bounding_box()[side] for side in ("x", "width", "height")}
    save_screenshot(page, "dealer_sign")

    part["picture"].evaluate(CLOCK)
    assert "(+0.5 %)" in press(page, signs, "slider", "ArrowRight")
    clocked(page, signs, "slider", "ArrowRight")
    assert "amplifies" in press(page, signs, SIDES[1], "Space")
    assert "damps" in press(page, signs, SIDES[3], "Enter")
    expect(part["words"]).to_contain_text("No flip: positive throughout")
    before = part["words"].inner_text()
    assert before != press(page, signs, "expiry", "ArrowRight")
    assert {side: part["picture"].bounding_box()[side] for side in size} == size
    save_screenshot(page, "dealer_sign_long_both")

    signs.get_by_role("button", name="Code for what I see").focus()
    page.keyboard.press("Space")
    expect(signs.locator("pre")).to_contain_text('signs="long_both"')
    save_screenshot(page, "dealer_sign_code")


def clocked(page: Page, panel: Locator, control: str, key: str) -> None:
    """Press a key several times and keep how long each new picture took, for a person to read."""
    page.evaluate("window.pictures.length = 0")
    for _ in range(STEPS):
        press(page, panel, control, key)
    took: list[Any] = page.evaluate("window.pictures")
    assert len(took) >= STEPS
    kept = {"key to new picture, ms": [round(ms, 1) for ms in took], "median": statistics.median(took)}
    (ARTEFACTS / "key_to_picture.json").write_text(json.dumps(kept, indent=1))
    assert statistics.median(took) < 500


def test_the_flow_answers_and_a_term_opens(page: Page, lab_server: LabServer, panels: str) -> None:
    open_notebook(page, lab_server, "notebooks/09_the_book.ipynb")
    run_all(page, seconds=90)
    flow = page.locator(panels, has=page.locator("label", has_text="Spot moves"))
    show(flow)
    press(page, flow, SIDES[3], "Space")
    assert re.search(r"\+2\.5 %\): dealers sell .* damps", press(page, flow, "slider", "ArrowRight"))
    assert re.search(r"\+2\.5 %\): dealers buy .* amplifies", press(page, flow, SIDES[2], "Space"))
    save_screenshot(page, "hedge_flow")

    page.locator(".jp-RenderedMarkdown").get_by_role("link", name="gamma flip", exact=True).first.click()
    expect(page.locator(".jp-MarkdownViewer").get_by_role("heading", name="Gamma flip")).to_be_visible()
    save_screenshot(page, "gamma_flip")


def test_the_map_runs_and_leads_to_the_lesson(page: Page, lab_server: LabServer) -> None:
    open_notebook(page, lab_server, "notebooks/00_map.ipynb")
    run_all(page)
    expect(page.locator(".jp-OutputArea-output mjx-container").first).to_be_visible()
    save_screenshot(page, "map")
    page.get_by_role("link", name="09, the book").last.click()
    heading = page.get_by_role("heading", name="What is a market maker's exposure?")
    expect(heading).to_be_visible(timeout=30 * SECONDS)
