"""The report in a real browser, and the decisions that come out of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from strategies import ODD, SMALL

from translit import Lexicon
from translit.cli import main
from translit.matching.decisions import Decision, read_decisions

HOSTILE = '<script>document.title="broken"</script><img src=x onerror=\'document.title="broken"\'> "&amp;'
TEXTS = [
    f"Achmad Massud, Massuds brother, in Panjsjir’s Punjir, CABOUL and Peking. {HOSTILE}",
    f"{HOSTILE} Hamid Karsai in Caboul, Punjir and Bombay",
    "در پنجشیر و کابل بود. احمد مسعود گفت",
    "Pun\u200bjir and \u202ePunjir Bombay",
    "Nothing here. Wolf came.",
]


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("lexicon") / "small.translit"
    Lexicon.build(SMALL).save(path)
    return str(path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / f"{HOSTILE.replace('/', '')[:60]}.jsonl"
    path.write_text("".join(json.dumps({"t": text}, ensure_ascii=False) + "\n" for text in TEXTS), encoding="utf-8")
    return path


def clean(lexicon: str, source: Path, *options: object) -> tuple[list[str], Path]:
    """The cleaned texts, and the report."""
    output, page = source.with_name("out.jsonl"), source.with_name("report.html")
    asked = ["clean", "--lexicon", lexicon, source, "--column", "t", "-o", output, "--report", page, *options]
    assert main([str(word) for word in asked]) == 0
    return [json.loads(line)["t"] for line in output.read_text("utf-8").splitlines()], page


class Tags(HTMLParser):
    """What a page holds: its tags, and what it would fetch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "input"):
            self.open.append(tag)
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset") or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(lexicon: str, source: Path) -> None:
    texts, page = clean(lexicon, source)
    tags = Tags(page.read_text("utf-8"))
    assert (tags.open, tags.fetched) == ([], [])
    assert "img" not in tags.seen
    assert tags.seen.count("script") == 2
    assert texts[4] == TEXTS[4]
    # Watching changes nothing.
    plain = source.with_name("plain.jsonl")
    assert main(["clean", "--lexicon", lexicon, str(source), "--column", "t", "-o", str(plain)]) == 0
    assert [json.loads(line)["t"] for line in plain.read_text("utf-8").splitlines()] == texts


def test_the_page_does_not_depend_on_the_workers(lexicon: str, source: Path) -> None:
    one = clean(lexicon, source)[1].read_bytes()
    assert clean(lexicon, source, "--workers", 2)[1].read_bytes() == one


@pytest.mark.parametrize("mode", ["text", "name"])
def test_odd_characters_are_shown(lexicon: str, tmp_path: Path, mode: str) -> None:
    source = tmp_path / "odd.jsonl"
    values = [*(f"{odd} Punjir {odd} Bombay" for odd in ODD), *(f"Punjir{odd}" for odd in ODD), "Panjshear", "Bombay"]
    source.write_text("".join(json.dumps({"t": value}) + "\n" for value in values), encoding="utf-8")
    Tags(clean(lexicon, source, "--mode", mode)[1].read_text("utf-8"))


def test_a_disguise_is_told(lexicon: str, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"t": "Fighting in P\u0430njsjir."}) + "\n", encoding="utf-8")
    assert clean(lexicon, source)[1].read_text("utf-8").count("written with letters of another script that look alike") == 1


def test_what_is_left_out_is_said(lexicon: str, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translit.limits.MAX_REPORT_ROWS", 2)
    page = clean(lexicon, source)[1].read_text("utf-8")
    assert "rarest spellings are left out" in page


# --- in the browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium; what it saves lands in ``browser.saved``."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        message = "Chromium is not installed; apt-get install chromium chromium-driver"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    saved = tmp_path_factory.mktemp("saved")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1400,1200"):
        options.add_argument(word)
    options.add_experimental_option("prefs", {"download.default_directory": str(saved)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    opened.saved = saved / "decisions.tsv"  # type: ignore[attr-defined]
    yield opened
    opened.quit()


def show(browser: Any, page: Path) -> Callable[[str, str], Any]:
    """Open a page; what finds the row of a spelling in one of its tables, and in it an element."""
    browser.get(page.as_uri())
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []

    def find(form: str, selector: str = "") -> Any:
        row = next(row for row in browser.find_elements("css selector", "tr.form") if row.get_attribute("data-key") == form)
        return row.find_element("css selector", selector) if selector else row

    return find


def saved(browser: Any) -> list[Decision]:
    """Press the button; the decisions in the file that it saves."""
    browser.saved.unlink(missing_ok=True)
    browser.find_element("id", "save").click()
    for _ in range(100):
        # The browser makes the file first and fills it then.
        if browser.saved.exists() and browser.saved.read_bytes().endswith(b"\n"):
            return list(read_decisions(browser.saved))
        time.sleep(0.05)
    raise AssertionError("nothing was saved")


def test_decide_save_and_apply_again(browser: Any, lexicon: str, source: Path) -> None:
    before, page = clean(lexicon, source)
    find = show(browser, page)
    assert browser.title.startswith("translit report: ")
    find("punjir", "[data-verdict=reject]").click()
    find("bombay", "[data-verdict=accept]").click()
    find("caboul", "[data-verdict=correct]").click()
    find("caboul", ".right input").send_keys("Kaboul")
    find("massud", "[data-verdict=accept]").click()
    for _ in range(2):
        find("hamid karsai", "[data-verdict=reject]").click()
    decisions = {(d.form, d.decision, d.id, d.canonical) for d in saved(browser)}
    assert decisions == {
        ("Punjir", "reject", "place:panjshir", ""), ("Bombay", "accept", "place:mumbai", "Mumbai"),
        ("CABOUL", "correct", "", "Kaboul"), ("Massud", "accept", "name:massoud", "Massoud"),
    }  # fmt: skip
    after, page = clean(lexicon, source, "--decisions", browser.saved)
    assert after[0].startswith("Ahmad Massoud, Massouds brother, in Panjshir’s Punjir, KABOUL and Beijing")
    assert after[1].endswith("Hamid Karzai in Kaboul, Punjir and Mumbai")
    assert (after[2], after[3]) == (before[2], "Pun\u200bjir and \u202ePunjir Mumbai")
    # The decisions in force are shown, kept, and can be taken back.
    find = show(browser, page)
    assert find("bombay", "[data-verdict=accept]").get_attribute("aria-pressed") == "true"
    assert find("punjir", "[data-verdict=reject]").get_attribute("aria-pressed") == "true"
    find("punjir", "[data-verdict=reject]").click()
    assert {d.form.lower() for d in saved(browser)} == {"bombay", "caboul", "massud"}


def test_sort_and_filter(browser: Any, lexicon: str, source: Path) -> None:
    show(browser, clean(lexicon, source)[1])

    def names() -> list[str]:
        bodies = browser.find_elements("css selector", "#changes tbody")
        return [body.get_attribute("data-name") for body in bodies if body.is_displayed()]

    first = names()
    sort = browser.find_element("css selector", "#changes [data-sort=name]")
    sort.click()
    assert names() == sorted(first)
    assert browser.find_element("css selector", "#changes th[aria-sort=ascending]").text.startswith("Spelling")
    sort.click()
    assert names() == sorted(first, reverse=True)
    browser.find_element("id", "find").send_keys("punj")
    assert names() == ["Panjshir"]
    assert len([row for row in browser.find_elements("css selector", "#changes tr.form") if row.is_displayed()]) == 1
    browser.find_element("id", "find").clear()
    browser.find_element("css selector", "#kind option:nth-child(2)").click()
    assert 0 < len(names()) < len(first)


def test_right_to_left(browser: Any, lexicon: str, source: Path) -> None:
    find = show(browser, clean(lexicon, source)[1])
    find("پنجشیر", "summary").click()
    line = find("پنجشیر", ".context li")
    assert line.value_of_css_property("direction") == "rtl"
    deleted, inserted = line.find_element("css selector", "del"), line.find_element("css selector", "ins")
    assert inserted.location["x"] < deleted.location["x"]


def test_every_control_has_a_name(browser: Any, lexicon: str, source: Path) -> None:
    show(browser, clean(lexicon, source)[1])
    controls = browser.find_elements("css selector", "button, input, select, summary")
    assert [c.get_attribute("outerHTML") for c in controls if c.is_displayed() and not c.accessible_name] == []
