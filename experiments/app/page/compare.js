// Functions over each other, and what is proved of each side by side.
"use strict";
{
  const { state, html, put, number, source } = antigrad;
  let reach = 5;
  let claims = new Map();
  let differing = false;

  const chosen = () => {
    if (state.chosen.size === 0 && !state.touched) for (const [kind, most] of [["candidate", 3], ["baseline", 2]]) {
      const rows = (state.study.series ?? []).map((s) => state.rows[s.number]).filter((row) => row?.kind === kind);
      if (kind === "baseline") rows.sort((a, b) => (a.score ?? 1e99) - (b.score ?? 1e99));
      for (const row of rows.slice(0, most)) state.chosen.add(row.number);
    }
    return [...state.chosen].filter((n) => state.rows[n]?.activation);
  };
  // Beside each other every function has a colour of its own, baselines too.
  const series = (numbers) => numbers.map((n, i) => ({ number: n, name: state.rows[n].name, style: i < 6 ? `f${i}` : `b${i % 8}`, drawing: state.drawings.get(n) }));

  const verdictCell = (claim) => {
    if (!claim) return html`<td class="muted">–</td>`;
    const stated = claim.value !== null && claim.value !== undefined;
    return html`<td class="${claim.verdict} ${stated && "stated"}" title="${claim.verdict}: ${claim.statement}">${stated ? number(Number(claim.value), 6) : claim.verdict === "proved" && claim.statement.length < 60 ? claim.statement : claim.verdict}</td>`;
  };
  const table = (all) => {
    const lists = all.map((s) => claims.get(s.number));
    const first = lists.find(Array.isArray);
    if (!first) return html`<p class="note">${lists.some((l) => l?.reason) ? lists.find((l) => l?.reason).reason : "Proving …"}</p>`;
    const names = [];
    for (const list of lists) if (Array.isArray(list)) for (const c of list) if (!names.includes(c.property)) names.push(c.property);
    const said = (list, name) => { const c = Array.isArray(list) ? list.find((x) => x.property === name) : null; return c ? `${c.verdict} ${c.value ?? ""}` : ""; };
    const differs = (name) => !differing || new Set(lists.map((list) => said(list, name))).size > 1;
    return html`<div class="scroll" role="region" aria-label="Proved properties" tabindex="0"><table class="properties"><thead><tr><th scope="col">property</th>${all.map((s) => html`<th scope="col">${antigrad.swatch(s.style)} ${s.name}</th>`)}</tr></thead><tbody>
      ${names.filter(differs).map((name) => html`<tr><th scope="row">${name}</th>${lists.map((list) => (Array.isArray(list) ? verdictCell(list.find((c) => c.property === name)) : html`<td class="muted">${list?.reason ? "–" : "…"}</td>`))}</tr>`)}</tbody></table></div>`;
  };

  antigrad.views.compare = {
    title: "Compare",
    count: () => state.chosen.size || "",
    mount(element) {
      put(element, html`<h2 class="unseen">Compare functions</h2><div class="tools"><label class="field">Add <select id="add" aria-label="Add a function"></select></label>
        <label class="field">x from <select id="reach">${[5, 3, 2, 1].map((r) => html`<option value="${r}">−${r} to ${r}</option>`)}</select></label><button id="none">Remove all</button></div>
        <div class="chips"></div><div class="sheet">${["f", "g", "h"].map((key) => html`<figure class="panel"><figcaption>${{ f: "f, the activation", g: "g = f′, what is searched", h: "f″" }[key]}</figcaption><div data-part="${key}"></div></figure>`)}</div>
        <h2>Proved properties</h2><label class="check noprint"><input type="checkbox" id="differing">only where they differ</label><p class="note">By ball arithmetic, at the parameters' start values unless a line says otherwise. What is known stands behind each cell: rest the pointer on it.</p><div class="claims"></div>`);
      const refresh = () => this.update(element);
      element.querySelector("#add").onchange = (event) => { state.touched = true; if (event.target.value !== "") state.chosen.add(Number(event.target.value)); antigrad.tabs(); refresh(); };
      element.querySelector("#reach").onchange = (event) => { reach = Number(event.target.value); refresh(); };
      element.querySelector("#differing").checked = differing;
      element.querySelector("#differing").onchange = (event) => { differing = event.target.checked; refresh(); };
      element.querySelector("#none").onclick = () => { state.touched = true; state.chosen.clear(); antigrad.tabs(); refresh(); };
      element.querySelector(".chips").onclick = (event) => {
        const n = event.target.closest("button")?.dataset.number;
        if (n === undefined) return;
        state.touched = true;
        state.chosen.delete(Number(n));
        antigrad.tabs();
        refresh();
      };
      element.querySelector("#reach").value = reach;
    },
    update(element) {
      const numbers = chosen();
      const select = element.querySelector("#add");
      const { rows } = { rows: state.rows.filter((row) => row?.activation && !state.chosen.has(row.number)) };
      rows.sort((a, b) => (a.kind === "baseline" ? 0 : 1) - (b.kind === "baseline" ? 0 : 1) || (a.score ?? 1e99) - (b.score ?? 1e99));
      if (document.activeElement !== select || select.dataset.chosen !== String(numbers)) put(select, html`<option value="">a trial or baseline …</option>${rows.slice(0, 400).map((row) => html`<option value="${row.number}">${row.name}${Number.isFinite(row.score) && ` (${number(row.score)})`}</option>`)}`);
      select.dataset.chosen = numbers;
      const all = series(numbers);
      put(element.querySelector(".chips"), all.length ? all.map((s) => html`<span class="chip">${antigrad.swatch(s.style)}<a href="#${antigrad.addressHere(`trial/${s.number}`)}">${s.name}</a><button data-number="${s.number}" aria-label="remove ${s.name}">×</button></span>`) : html`<span class="note">Choose functions here, in the hall of fame or in the table of trials.</span>`);
      const draw = () => {
        const now = series(numbers);
        for (const panel of element.querySelectorAll("[data-part]")) antigrad.overlay(panel, panel.dataset.part, now, reach);
        const missing = now.filter((s) => s.drawing?.reason);
        if (missing.length) element.querySelector(".chips").insertAdjacentHTML("beforeend", antigrad.html`<span class="note">Not drawn: ${missing.map((s) => `${s.name}: ${s.drawing.reason} `)}</span>`.text);
      };
      const asked = String(numbers);
      element.dataset.asked = asked;
      const still = () => element.isConnected && element.dataset.asked === asked;
      source.drawings(numbers).then(() => { if (still()) draw(); }, antigrad.fault);
      const box = element.querySelector(".claims");
      const show = () => { if (still()) put(box, all.length ? table(all) : ""); };
      show();
      (async () => {
        for (const n of numbers) {
          if (!still()) return;
          if (!claims.has(n) || claims.epoch !== state.epoch) { if (claims.epoch !== state.epoch) { claims = new Map(); claims.epoch = state.epoch; } claims.set(n, await source.properties(n)); }
          show();
        }
      })().catch(antigrad.fault);
    },
  };
}
