"""The page that `antigrad serve` gives, in a real browser, headless: trials appear as they are written, without a reload; the server
goes away and comes again; proofs, kernel source and files come from it. Nothing is asked of another host."""
import json
import os
import shutil
import sys
import urllib.parse

from browser import CHROMIUM, Browser
from program import run_tests
from server import Server, serving
from synthetic import append_trial, make_run

MARK = "window.mark === 'the same page'"


def opened(browser, server, view):
    browser.open(server.url + "/#mine/" + view)
    browser.until(f"document.querySelector('#view > .view-{view.split('/')[0]}')")
    browser.evaluate("window.mark = 'the same page'")


def count(browser):
    return browser.evaluate("document.querySelector('.shown')?.textContent")


def asked_elsewhere(browser, server):
    own = urllib.parse.urlsplit(server.url).netloc
    return [url for url in browser.events if urllib.parse.urlsplit(url).netloc not in ("", own)]


def test_the_list_of_studies_opens_one():
    make_run("runs", "mine", 40, confirmed=False, planned=60)
    make_run("runs", "other", 10, seed=2)
    with serving("--dir", "runs") as server, Browser() as browser:
        browser.open(server.url)
        browser.until("document.querySelector('#view > .view-studies') && document.body.innerText.includes('mine') && document.body.innerText.includes('other')")
        browser.evaluate("[...document.querySelectorAll('.view-studies a')].find((a) => a.textContent.includes('other')).click()")
        browser.until("location.hash.startsWith('#other/') && document.querySelector('.scores svg')")
        assert browser.errors == [] and asked_elsewhere(browser, server) == [], browser.errors


def test_trials_appear_without_a_reload_and_a_server_that_comes_again_is_found():
    folder = "runs/mine"
    server = Server("--dir", "runs", "--port", "0")
    try:
        with Browser() as browser:
            opened(browser, server, "trials")
            browser.until("document.querySelector('.shown').textContent === '43 trials'")
            activation = append_trial(folder, 43, 5)
            browser.until("document.querySelector('.shown').textContent === '44 trials'")
            assert browser.evaluate(MARK), "the page was loaded again"
            browser.until("document.querySelector('.live.on')")
            assert browser.errors == [], browser.errors
            port = server.port
            server.kill()
            browser.until("document.querySelector('.live.lost')")
            append_trial(folder, 44, 6)
            server = Server("--dir", "runs", "--port", str(port))
            browser.until("document.querySelector('.shown').textContent === '45 trials'", timeout=60)
            browser.until("document.querySelector('.live.on')")
            assert browser.evaluate(MARK), "the page was loaded again"
            browser.evaluate("location.hash = '#mine/trial/43'")
            browser.until("document.querySelector('.view-trial .log li')")
            assert activation.split("*")[0][:4] in browser.evaluate("document.querySelector('.view-trial').innerText")
            assert asked_elsewhere(browser, server) == []
    finally:
        server.kill()


def test_what_is_looked_at_stays_while_trials_come():
    with serving("--dir", "runs") as server, Browser() as browser:
        opened(browser, server, "trials")
        browser.until("document.querySelector('.shown').textContent === '45 trials'")
        browser.type("#filter", "kind:baseline")
        browser.until("document.querySelector('.shown').textContent.includes('3 of 45')")
        browser.evaluate("document.querySelector('#filter').focus()")
        append_trial("runs/mine", 45, 7)
        browser.until("document.querySelector('.shown').textContent.includes('3 of 46')")
        assert browser.evaluate("document.querySelector('#filter').value") == "kind:baseline"
        assert browser.evaluate("document.activeElement.id") == "filter", "the focus was lost"


def of_another_program(path):
    """A journal of Python's, with attributes of any name."""
    records = [{"op_code": 0, "study_name": "odd", "directions": [1]}]
    for n in range(12):
        attrs = {"a b/\u03c0<c": (5 * n) % 7, "text: of": f"word {n % 3}", "plain": n * n} if n != 4 else {}
        records.append({"op_code": 4, "study_id": 0, "state": 1, "values": [(7 * n) % 12], "datetime_start": None, "user_attrs": attrs,
                        "params": {"learning rate": n / 8}, "distributions": {"learning rate": '{"name": "FloatDistribution", "attributes": {"low": 0, "high": 2, "log": false, "step": null}}'}})
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps({**record, "worker_id": "p"}) + "\n" for record in records)


def check_any_attribute(browser, least):
    """Sorts and filters the hall of fame by each attribute there is, and holds it to a sorting and a filter of this test's own."""
    flat = {int(number): row for number, row in browser.evaluate("Object.fromEntries(antigrad.state.rows.filter(Boolean).map((r) => [r.number, antigrad.flat(r)]))").items()}
    names = browser.evaluate("antigrad.attributes().map((a) => a.name)")
    offered = browser.evaluate("[...document.querySelectorAll('#sort option')].map((o) => o.value)")
    assert set(offered) == set(names) and len(names) >= least, (offered, names)

    def numbers():
        return browser.evaluate("[...document.querySelectorAll('.fame article')].map((a) => Number(a.dataset.number))")

    for name in names:
        values = {number: row[name] for number, row in flat.items() if row.get(name) not in (None, "")}
        browser.type("#filter", "")
        browser.choose("#sort", name)
        if name != "score" and all(isinstance(value, (int, float)) for value in values.values()):
            wanted = sorted(values, key=lambda number: (values[number], number)) + sorted(set(flat) - set(values))
            shown = numbers()
            assert shown == wanted[: len(shown)], (name, shown, wanted)
        some = sorted(values)[len(values) // 2]
        text = values[some]
        if isinstance(text, str) and '"' in text:
            continue
        browser.type("#filter", f'"{name}={text}"')
        browser.until("document.querySelector('.shown').textContent.length > 0")
        same = {number for number, value in values.items() if value == text or str(value).lower() == str(text).lower()}
        shown = set(numbers())  # of one page
        assert shown and shown <= same and (shown == same or len(shown) == 24), (name, text, shown, same)
        assert browser.evaluate("document.querySelector('#filter').getAttribute('aria-invalid')") != "true", (name, text)
    print(f"  {len(names)} attributes")


def test_the_hall_of_fame_is_sorted_and_filtered_by_any_attribute():
    of_another_program("odd.log")
    with Browser() as browser:
        for words, address, least in ((["--dir", "runs"], "mine", 15), (["odd.log"], "odd.log:odd", 8)):
            with serving(*words) as server:
                browser.open(f"{server.url}/#{address}/fame")
                browser.until("document.querySelectorAll('.fame article').length > 3")
                check_any_attribute(browser, least)
                assert browser.errors == [], browser.errors
                browser.open("about:blank")


def test_proofs_sources_and_files_come_from_the_server():
    with serving("--dir", "runs") as server, Browser() as browser:
        opened(browser, server, "fame")
        browser.until("document.querySelectorAll('.fame .thumb svg').length > 3")
        for n in (1, 2):
            browser.click(f".fame article:nth-child({n}) input")
        browser.evaluate("location.hash = '#mine/compare'")
        browser.until("document.querySelectorAll('.properties tbody tr').length > 5", timeout=60)
        browser.evaluate("location.hash = '#mine/files'")
        browser.until("document.querySelector('pre.source')?.textContent.length > 100", timeout=60)
        browser.choose("#target", "c")
        browser.until("document.querySelector('pre.source').textContent.includes('#include <math.h>')", timeout=60)
        addresses = browser.evaluate("[...document.querySelectorAll('a[href*=\"page/file\"]')].map((a) => a.getAttribute('href'))")
        assert any("journal.log" in address for address in addresses), addresses
        status, text = server.ask("GET", "/" + next(address for address in addresses if "journal.log" in address))
        with open("runs/mine/journal.log", "rb") as file:
            assert status == 200 and text == file.read()
        assert browser.errors == [] and asked_elsewhere(browser, server) == [], (browser.errors, json.dumps(browser.events))


if __name__ == "__main__":
    if CHROMIUM is None:
        print("skipped: no chromium; ./scripts/test installs it")
        sys.exit(77)
    shutil.rmtree("runs", ignore_errors=True)
    os.makedirs("runs")
    run_tests(globals())
