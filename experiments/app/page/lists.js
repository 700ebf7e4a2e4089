// Two lists of the same trials, sorted and filtered alike: cards with f and g drawn, and a table.
"use strict";
{
  const { state, html, put, number, plural, source } = antigrad;
  const page = { fame: 0, trials: 0 };
  const sizes = { fame: 24, trials: 50 };
  let columns = null;

  const tools = (sorting) => html`<div class="tools"><span class="filter"><input type="search" id="filter" placeholder="Filter: state:complete score&lt;0.5 tanh" aria-label="Filter trials" value="${state.filter}" autocomplete="off" spellcheck="false"></span>
    ${sorting && html`<label class="field">Sort by <select id="sort" aria-label="Sort by"></select></label><button id="down" aria-pressed="${state.sort.down}" title="Reverse the order">${state.sort.down ? "↓ falling" : "↑ rising"}</button>`}
    ${!sorting && html`<details class="menu"><summary>Columns</summary><div id="columns"></div></details>`}
    <span class="shown" role="status"></span></div>
    <details class="help"><summary>How to filter</summary><p>Words must all fit: <code>tanh</code> looks in names, formulas and reasons; <code>score&lt;0.5</code>, <code>steps&gt;=900</code>, <code>operation=mutate</code>, <code>state:comp</code> look at one attribute; <code>!</code> in front turns a word round. Attributes: <span class="names"></span></p></details>`;

  const bindTools = (element, name, refresh) => {
    const input = element.querySelector("#filter");
    input.addEventListener("input", () => { state.filter = input.value; page[name] = 0; refresh(); });
    element.querySelector("#sort")?.addEventListener("change", (event) => { state.sort = { by: event.target.value, down: false }; page[name] = 0; refresh(); });
    element.querySelector("#down")?.addEventListener("click", () => { state.sort.down = !state.sort.down; page[name] = 0; refresh(); });
  };
  const updateTools = (element, wrong, rows) => {
    const names = antigrad.attributes();
    const select = element.querySelector("#sort");
    if (select) {
      if (select.options.length !== names.length) put(select, names.map((a) => html`<option value="${a.name}">${a.name}</option>`));
      select.value = state.sort.by;
      const down = element.querySelector("#down");
      down.textContent = state.sort.down ? "↓ falling" : "↑ rising";
      down.setAttribute("aria-pressed", state.sort.down);
    }
    put(element.querySelector(".names"), names.map((a, i) => html`${i ? ", " : ""}<code>${a.name}</code>`));
    const input = element.querySelector("#filter");
    input.setAttribute("aria-invalid", wrong.length > 0);
    const all = state.rows.filter(Boolean).length;
    element.querySelector(".shown").textContent = wrong.length ? `no attribute “${wrong[0]}”` : rows.length === all ? plural(all, "trial") : `${number(rows.length)} of ${plural(all, "trial")}`;
  };
  const pager = (name, count, refresh, element) => {
    const pages = Math.max(1, Math.ceil(count / sizes[name]));
    page[name] = Math.min(page[name], pages - 1);
    put(element, pages < 2 ? "" : html`<button data-step="-1" ${page[name] === 0 && "disabled"}>← Previous</button><span>${page[name] + 1} of ${number(pages)}</span><button data-step="1" ${page[name] === pages - 1 && "disabled"}>Next →</button>`);
    for (const button of element.querySelectorAll("button")) button.onclick = () => { turn(name, Number(button.dataset.step), refresh); element.querySelector(`[data-step="${button.dataset.step}"]:not(:disabled)`)?.focus(); };
  };
  const turn = (name, step, refresh) => { page[name] = Math.max(0, page[name] + step); refresh(); };
  const part = (name, rows) => rows.slice(page[name] * sizes[name], (page[name] + 1) * sizes[name]);
  const choose = (n, on) => {
    if (on) state.chosen.add(n); else state.chosen.delete(n);
    antigrad.tabs();
  };
  const nothing = html`<div class="empty"><p>No trial fits.</p></div>`;

  const card = (row, rank) => html`<article data-number="${row.number}" class="${state.chosen.has(row.number) && "chosen"}"><div class="head"><span class="rank">${rank}</span><a href="#${antigrad.addressHere(`trial/${row.number}`)}">${row.name}</a><span class="score"><small>score</small> ${number(row.score)}</span></div>
    <div class="thumb"></div><code title="${row.activation}">${row.activation}</code>
    <div class="foot"><span class="state-mark ${row.state}">${row.state}</span><span>${row.kind === "baseline" ? "baseline" : row.operation}</span>${state.sort.by !== "score" && antigrad.flat(row)[state.sort.by] !== undefined && html`<span>${state.sort.by} ${number(antigrad.flat(row)[state.sort.by])}</span>`}
    <label class="check"><input type="checkbox" ${state.chosen.has(row.number) && "checked"}>compare</label></div></article>`;

  antigrad.views.fame = {
    title: "Hall of fame",
    count: () => state.rows.filter((row) => row && Number.isFinite(row.score)).length,
    mount(element) {
      put(element, html`<h2 class="unseen">Hall of fame</h2>${tools(true)}<ul class="legend"><li>${antigrad.swatch("is-f")}f</li><li>${antigrad.swatch("is-g")}g, its derivative</li></ul><div class="fame"></div><div class="pager"></div>`);
      bindTools(element, "fame", () => this.update(element));
      element.querySelector(".fame").addEventListener("change", (event) => {
        const article = event.target.closest("article");
        choose(Number(article.dataset.number), event.target.checked);
        article.classList.toggle("chosen", event.target.checked);
      });
    },
    update(element) {
      const { rows, wrong } = antigrad.shownRows();
      updateTools(element, wrong, rows);
      const list = element.querySelector(".fame");
      const focused = document.activeElement?.closest?.(".fame article")?.dataset.number;
      const inBox = document.activeElement?.type === "checkbox";
      pager("fame", rows.length, () => this.update(element), element.querySelector(".pager"));
      const here = part("fame", rows);
      put(list, here.length ? here.map((row, i) => card(row, page.fame * sizes.fame + i + 1)) : nothing);
      if (focused) list.querySelector(`[data-number="${focused}"] ${inBox ? "input" : "a"}`)?.focus();
      const drawAll = () => {
        for (const row of here) {
          const thumb = list.querySelector(`[data-number="${row.number}"] .thumb`);
          if (thumb && row.activation) antigrad.thumb(thumb, state.drawings.get(row.number), row.name);
        }
      };
      drawAll();
      source.drawings(here.filter((row) => row.activation).map((row) => row.number)).then(drawAll, (error) => antigrad.fault(error));
    },
  };

  const standard = () => {
    const names = antigrad.attributes().map((a) => a.name);
    const wanted = ["number", "name", "state", "score", "rung", ...names.filter((n) => n.startsWith("loss.") || n.startsWith("value.") || n.startsWith("params.")).slice(0, 4), "steps", "operation", "activation", "reason"];
    return wanted.filter((n) => names.includes(n));
  };
  const cell = (row, { name, numeric }) => {
    const value = antigrad.flat(row)[name];
    if (name === "state") return html`<td class="state"><span class="state-mark ${value}">${value}</span></td>`;
    if (numeric) return html`<td class="num">${value === undefined ? "" : number(value)}</td>`;
    return html`<td class="text" title="${value}">${["activation", "f"].includes(name) ? html`<code>${value}</code>` : value}</td>`;
  };
  const line = (row, used, index) => html`<tr data-number="${row.number}" class="${row.state}" tabindex="-1" aria-rowindex="${index + 2}" aria-selected="${state.chosen.has(row.number)}"><td class="mark"><input type="checkbox" tabindex="-1" aria-label="compare ${row.name}" ${state.chosen.has(row.number) && "checked"}></td>${used.map((a) => cell(row, a))}</tr>`;

  antigrad.views.trials = {
    title: "Trials",
    count: () => state.rows.filter(Boolean).length,
    mount(element) {
      put(element, html`<h2 class="unseen">Trials</h2>${tools(false)}<p class="note noprint keys">Arrow keys move, Enter opens a trial, Space chooses it for the comparison.</p><div class="scroll" role="region" aria-label="Table of trials"><table class="grid" role="grid"><thead></thead><tbody></tbody></table></div><div class="pager"></div>`);
      const refresh = () => this.update(element);
      bindTools(element, "trials", refresh);
      const body = element.querySelector("tbody");
      body.addEventListener("click", (event) => {
        const tr = event.target.closest("tr");
        if (!tr) return;
        if (event.target.type === "checkbox") { choose(Number(tr.dataset.number), event.target.checked); tr.setAttribute("aria-selected", event.target.checked); }
        else if (!event.target.closest(".mark")) antigrad.go(`trial/${tr.dataset.number}`);
      });
      body.addEventListener("keydown", (event) => this.key(event, element, refresh));
      element.querySelector("thead").addEventListener("click", (event) => {
        const name = event.target.closest("button")?.dataset.name;
        if (!name) return;
        state.sort = { by: name, down: state.sort.by === name && !state.sort.down };
        page.trials = 0;
        refresh();
        element.querySelector(`thead button[data-name="${CSS.escape(name)}"]`).focus();
      });
    },
    key(event, element, refresh) {
      const tr = event.target.closest("tr");
      if (!tr) return;
      const rows = [...tr.parentElement.rows];
      const at = rows.indexOf(tr);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
      if (to !== undefined) {
        if (rows[to]) this.focus(rows[to]);
        else if (to >= rows.length && !element.querySelector('[data-step="1"]')?.disabled) { turn("trials", 1, refresh); this.focus(element.querySelector("tbody tr")); }
        else if (to < 0 && page.trials > 0) { turn("trials", -1, refresh); this.focus(element.querySelector("tbody tr:last-child")); }
      } else if (event.key === "PageDown" || event.key === "PageUp") {
        turn("trials", event.key === "PageDown" ? 1 : -1, refresh);
        this.focus(element.querySelector("tbody tr"));
      } else if (event.key === "Enter") antigrad.go(`trial/${tr.dataset.number}`);
      else if (event.key === " ") {
        const box = tr.querySelector("input");
        box.checked = !box.checked;
        choose(Number(tr.dataset.number), box.checked);
        tr.setAttribute("aria-selected", box.checked);
      } else return;
      event.preventDefault();
    },
    focus(tr) {
      if (!tr) return;
      for (const other of tr.parentElement.rows) other.tabIndex = -1;
      tr.tabIndex = 0;
      tr.focus();
    },
    update(element) {
      const { rows, wrong } = antigrad.shownRows();
      updateTools(element, wrong, rows);
      const names = antigrad.attributes();
      const used = (columns ?? standard()).map((n) => names.find((a) => a.name === n)).filter(Boolean);
      const menu = element.querySelector("#columns");
      if (menu.childElementCount !== names.length) {
        put(menu, names.map((a) => html`<label class="check"><input type="checkbox" value="${a.name}" ${used.some((u) => u.name === a.name) && "checked"}>${a.name}</label>`));
        menu.onchange = () => { columns = [...menu.querySelectorAll("input:checked")].map((box) => box.value); this.update(element); };
      }
      const sorted = (name) => state.sort.by === name && html` aria-sort="${state.sort.down ? "descending" : "ascending"}"`;
      put(element.querySelector("thead"), html`<tr aria-rowindex="1"><th scope="col"><span class="unseen">compare</span></th>${used.map((a) => html`<th scope="col" class="${a.numeric && "num"}"${sorted(a.name)}><button data-name="${a.name}">${a.name}</button></th>`)}</tr>`);
      element.querySelector("table").setAttribute("aria-rowcount", rows.length + 1);
      pager("trials", rows.length, () => this.update(element), element.querySelector(".pager"));
      const body = element.querySelector("tbody");
      const focused = document.activeElement?.closest?.("tbody tr")?.dataset.number;
      const here = part("trials", rows);
      put(body, here.length ? here.map((row, i) => line(row, used, page.trials * sizes.trials + i)) : html`<tr><td colspan="${used.length + 1}">No trial fits.</td></tr>`);
      const again = focused && body.querySelector(`tr[data-number="${focused}"]`);
      if (again) this.focus(again);
      else if (body.rows[0]) body.rows[0].tabIndex = 0;
    },
  };
}
