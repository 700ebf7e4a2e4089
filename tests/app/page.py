"""The page in a real browser, headless, as the file that `antigrad report` writes. What a person does is done (sort, filter,
compare, open, keys), the console stays silent, nothing is asked of another host, nothing is wider than a telephone. Screenshots
of every view lie in screenshots/ of this test's folder, to be looked at."""
import json
import os
import shutil
import sys
import time

from browser import CHROMIUM, Browser
from program import output, run_tests
from synthetic import make_run

VIEWS = ["overview", "fame", "trials", "compare", "curves", "tradeoffs", "files", "trial/5"]


def report(name):
    path = os.path.abspath(output("report", name, "--dir", "runs").strip())
    return "file://" + path


def show(browser, address, view):
    """Goes to a view of the first study in the address, and waits until it stands."""
    browser.evaluate(f"location.hash = location.hash.slice(1).split('/')[0].replace(/^$/, {json.dumps(address)}) + '/{view}'")
    name = view.split("/")[0]
    browser.until(f"document.querySelector('#view > .view-{name}')")
    settled = {"fame": "document.querySelectorAll('.fame .thumb svg').length > 3", "compare": "document.querySelectorAll('.properties tbody tr').length > 5",
               "curves": "document.querySelectorAll('.chart svg').length > 1", "files": "document.querySelector('pre.source')",
               "trial": "document.querySelector('.log li')", "overview": "document.querySelector('.scores svg')",
               "tradeoffs": "document.querySelector('.pareto svg') && document.querySelector('.parallel svg')", "trials": "document.querySelectorAll('tbody tr').length > 3"}
    browser.until(settled[name])


def texts(browser, selector):
    return browser.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)")


def column(browser, name):
    """The cells of a column of the table of trials."""
    at = browser.evaluate(f"[...document.querySelectorAll('.grid thead button')].findIndex((b) => b.dataset.name === {json.dumps(name)}) + 1")
    return browser.evaluate(f"[...document.querySelectorAll('.grid tbody tr')].map((tr) => tr.cells[{at}].textContent)")


def silent(browser):
    assert browser.errors == [], browser.errors


def test_every_view_of_the_file_stands_in_both_colours_and_at_400_pixels():
    make_run("runs", "study", 60)
    address = report("study")
    with Browser() as browser:
        browser.open(address)
        for width in [1280, 400]:
            for colours in ["light", "dark"]:
                browser.resize(width)
                browser.media(prefers_color_scheme=colours)
                for view in VIEWS:
                    show(browser, "study", view)
                    wide = browser.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, f"{view} is {wide} wide at {width}"
                    time.sleep(0.05)
                    browser.screenshot(f"screenshots/{view.replace('/', '_')}_{width}_{colours}.png")
                light = browser.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)[0]")
                assert (light > 128) == (colours == "light"), light
        silent(browser)
        outside = [url for url in browser.events if not url.startswith(("file:", "blob:", "about:", "data:"))]
        assert outside == [], outside


def test_sort_filter_and_keys_in_the_table():
    with Browser() as browser:
        browser.open("file://" + os.path.abspath("runs/study/report.html"))
        show(browser, "study", "trials")
        assert texts(browser, ".shown") == ["63 trials"]
        browser.click('.grid thead button[data-name="number"]')
        assert column(browser, "number")[:3] == ["0", "1", "2"]
        browser.click('.grid thead button[data-name="number"]')
        assert column(browser, "number")[:3] == ["62", "61", "60"]
        assert browser.evaluate("document.querySelector('[aria-sort=descending] button').dataset.name") == "number"
        browser.type("#filter", "state:complete !relu steps>=2000")
        browser.until("document.querySelector('.shown').textContent.includes(' of 63')")
        assert set(column(browser, "state")) == {"complete"} and "ReLU" not in column(browser, "name")
        for sign, count in (("<", 60), ("<=", 61), (">", 2), (">=", 3), ("=", 1), ("!=", 62)):
            browser.type("#filter", f"number{sign}60")
            browser.until(f"document.querySelector('.shown').textContent === '{count} of 63 trials'")
        browser.type("#filter", "nonsense<3")
        browser.until("document.querySelector('.shown').textContent.includes('no attribute')")
        assert browser.evaluate("document.querySelector('#filter').getAttribute('aria-invalid')") == "true"
        browser.type("#filter", "")
        browser.until("document.querySelector('.shown').textContent === '63 trials'")
        # Keys: the first row is reached by Tab, then arrows, Space, Enter.
        browser.evaluate("document.querySelector('.grid thead tr th:last-child button').focus()")
        browser.key("Tab")
        assert browser.evaluate("document.activeElement.tagName") == "TR"
        browser.key("ArrowDown")
        browser.key("ArrowDown")
        third = column(browser, "number")[2]
        assert browser.evaluate("document.activeElement.dataset.number") == third
        assert browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is to be seen"
        browser.key(" ")
        assert browser.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
        browser.key("PageDown")
        assert texts(browser, ".pager span") == ["2 of 2"]
        browser.key("PageUp")
        browser.key("ArrowDown")
        browser.key("ArrowDown")
        browser.key("Enter")
        browser.until("document.querySelector('.view-trial .title h1')")
        assert browser.evaluate("location.hash").endswith(f"/trial/{third}")
        silent(browser)


def test_skip_link_tabs_and_switch_of_colours():
    with Browser() as browser:
        browser.open("file://" + os.path.abspath("runs/study/report.html"))
        browser.until("document.querySelector('.scores svg')")
        browser.key("Tab")
        assert browser.evaluate("document.activeElement.className") == "skip"
        browser.key("Tab")
        assert browser.evaluate("document.activeElement.className") == "brand"
        browser.key("Tab")
        assert browser.evaluate("document.activeElement.id") == "theme"
        browser.key("Enter")
        browser.key("Enter")
        assert browser.evaluate("document.documentElement.dataset.theme") == "dark"
        browser.key("Tab")
        browser.key("Tab")
        browser.key("Enter")
        browser.until("document.querySelector('.view-fame')")
        assert browser.evaluate("document.querySelector('[aria-current=page]').dataset.view") == "fame"
        names = browser.evaluate("[...document.querySelectorAll('#main button, #main input, #main select, #main a')].filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML)")
        assert names == [], names
        silent(browser)


def test_hall_of_fame_compare_and_trial():
    with Browser() as browser:
        browser.open("file://" + os.path.abspath("runs/study/report.html"))
        show(browser, "study", "fame")
        browser.choose("#sort", "steps")
        first = browser.evaluate("document.querySelector('.fame article').dataset.number")
        browser.click("#down")
        assert browser.evaluate("document.querySelector('.fame article').dataset.number") != first
        browser.choose("#sort", "score")
        for n in [1, 2, 3]:
            browser.click(f".fame article:nth-child({n}) input")
        chosen = browser.evaluate("[...document.querySelectorAll('.fame article.chosen')].map((e) => e.querySelector('.head a').textContent)")
        assert len(chosen) == 3
        show(browser, "study", "compare")
        assert texts(browser, ".chip a") == chosen
        for part in "fgh":
            assert browser.evaluate(f"document.querySelectorAll('[data-part={part}] path.own').length") == 3
        assert texts(browser, ".properties thead th")[1:] == [f" {name}" for name in chosen] or len(texts(browser, ".properties thead th")) == 4
        x, y = browser.place("[data-part=f]")
        browser.move(x, y)
        browser.until("!document.querySelector('[data-part=f] .tip').hidden")
        assert all(name in texts(browser, "[data-part=f] .tip")[0] for name in chosen)
        browser.click(".chip button")
        browser.until("document.querySelectorAll('.chip').length === 2")
        browser.click(".chip a")
        browser.until("document.querySelector('.view-trial .log li')")
        assert texts(browser, ".view-trial h1") == [chosen[1]]
        silent(browser)


def test_curves_front_files_and_print():
    with Browser() as browser:
        browser.open("file://" + os.path.abspath("runs/study/report.html"))
        show(browser, "study", "curves")
        all_curves = texts(browser, ".shown")[0]
        browser.click('[data-key="pruned"]')
        browser.until(f"document.querySelector('.shown').textContent !== {json.dumps(all_curves)}")
        assert browser.evaluate("document.querySelectorAll('.chart path.pruned').length") == 0
        show(browser, "study", "tradeoffs")
        front = [float(v.replace("−", "-").replace(",", "")) for v in texts(browser, ".front-list tbody td:nth-child(3)")]
        assert front == sorted(front, reverse=True) and len(front) >= 1, "cheaper ones on the front are worse"
        box = browser.evaluate("(() => { const e = document.querySelector('[data-axis=steps]'); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x + 14, r.y, r.height]; })()")
        for kind, share, buttons in [("mouseMoved", 0.02, 0), ("mousePressed", 0.02, 1), ("mouseMoved", 0.2, 1), ("mouseReleased", 0.3, 0)]:
            browser.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1] + share * box[2], button="none" if kind == "mouseMoved" and not buttons else "left", buttons=buttons, clickCount=1)
        browser.until("document.querySelector('#filter').value.includes('steps>=')")
        browser.type("#filter", "")
        show(browser, "study", "files")
        source = texts(browser, "pre.source")[0]
        assert "forward_f32" in source and "backward_f32" in source
        browser.choose("#target", "torch")
        browser.until("document.querySelector('pre.source').textContent.includes('import torch')")
        show(browser, "study", "overview")
        browser.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert browser.evaluate("document.querySelectorAll('.printed').length") == 3
        browser.media(media="print")
        assert browser.evaluate("getComputedStyle(document.getElementById('bar')).display") == "none"
        browser.screenshot("screenshots/print.png")
        browser.evaluate("window.dispatchEvent(new Event('afterprint'))")
        silent(browser)


if __name__ == "__main__":
    if CHROMIUM is None:
        print("skipped: no chromium; ./scripts/test installs it")
        sys.exit(77)
    for old in ["runs", "screenshots"]:
        shutil.rmtree(old, ignore_errors=True)
    os.makedirs("screenshots")
    run_tests(globals())
