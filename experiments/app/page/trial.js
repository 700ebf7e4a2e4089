// One trial: formulas, drawings, every run, its log.
"use strict";
{
  const { state, html, trusted, put, number, duration, source, Chart, mountChart, rangeOf, widthOf } = antigrad;

  const neighbours = (n) => {
    const { rows } = antigrad.shownRows();
    const at = rows.findIndex((row) => row.number === n);
    return at < 0 ? [] : [rows[at - 1], rows[at + 1]];
  };
  const link = (n, text) => html`<a href="#${antigrad.addressHere(`trial/${n}`)}">${text ?? state.rows[n]?.name ?? `#${n}`}</a>`;

  const facts = (row) => {
    const items = [["State", html`<span class="state-mark ${row.state}">${row.state}</span>`], ["Score", number(row.score)], ["Rungs reached", row.rung], ["Steps", number(row.steps)], ["Worker time", duration(row.seconds)], ["Made by", row.operation],
      ["Parents", row.parents?.map((n, i) => html`${i ? ", " : ""}${link(n)}`)], ["Pieces, terms", row.pieces && `${row.pieces}, ${row.terms ?? 0}`], ["Trainable parameters", row.parameters], ["Operations of g, modelled", row.operations && number(row.operations)], ["Fingerprint", row.fingerprint && html`<code>${row.fingerprint}</code>`],
      ["Started", row.started?.slice(0, 19).replace("T", " ")], ["Completed", row.completed?.slice(0, 19).replace("T", " ")]];
    for (const [key, value] of Object.entries({ ...row.params, ...row.attributes })) items.push([key, typeof value === "number" ? number(value) : value]);
    return html`<dl class="facts">${items.filter(([, v]) => v !== undefined && v !== null && v !== "").map(([name, v]) => html`<div><dt>${name}</dt><dd>${v}</dd></div>`)}</dl>`;
  };

  const runs = (title, list) => list?.length > 0 && html`<h2>${title}</h2><div class="sheet">${[...new Set(list.map((run) => run.task))].map((task) => html`<figure class="panel"><figcaption>${task}: loss by step</figcaption><div class="curve" data-title="${title}" data-task="${task}"></div></figure>`)}</div>
    <div class="scroll" style="margin-top:14px" role="region" aria-label="${title}" tabindex="0"><table><thead><tr><th scope="col">task</th><th scope="col" class="num">seed</th><th scope="col">outcome</th><th scope="col" class="num">steps</th><th scope="col" class="num">validation loss</th><th scope="col" class="num">accuracy</th><th scope="col" class="num">training</th><th scope="col" class="num">memory</th><th scope="col">trained parameters</th></tr></thead><tbody>${list.map((run) => {
      const end = run.curve[run.curve.length - 1] ?? [];
      return html`<tr><th scope="row">${run.task}</th><td class="num">${run.seed}</td><td>${run.outcome}${run.reason && html`<br><small>${run.reason}</small>`}</td><td class="num">${number(run.steps)}</td><td class="num">${number(end[2], 5)}</td><td class="num">${end[3] === undefined || end[3] === null ? "–" : `${(100 * end[3]).toFixed(1)} %`}</td><td class="num">${duration(run.seconds)}</td><td class="num">${run.mebibytes ? `${number(Math.round(run.mebibytes))} MiB` : "–"}</td><td>${run.theta.length ? html`<details><summary>${run.theta.length} values</summary><code>${run.theta.map((v) => number(v)).join(", ")}</code></details>` : ""}</td></tr>`;
    })}</tbody></table></div>`;

  const curve = (box, list) => {
    const points = list.flatMap((run) => run.curve.flatMap((p) => [p[1], p[2]]));
    const steps = Math.max(1, ...list.flatMap((run) => run.curve.map((p) => p[0])));
    const chart = new Chart(widthOf(box), 240, { lo: 0, hi: steps, label: "training steps" }, { ...rangeOf(points, 0.05, 4), label: "loss" });
    for (const run of list) {
      chart.line(run.curve.map((p) => [p[0], p[1]]), "faint").line(run.curve.map((p) => [p[0], p[2]]), "complete");
      if (run.curve.length === 1) chart.dots([[run.curve[0][0], run.curve[0][2]]], "complete");
    }
    mountChart(box, chart, "validation loss and training loss (grey)");
  };

  antigrad.views.trial = {
    title: "Trial",
    mount(element) { put(element, html`<div class="crumbs"></div><div class="body"><p class="note">Loading …</p></div>`); },
    async show(element, detail, n) {
      const row = detail.row;
      const [before, after] = neighbours(n);
      put(element.querySelector(".crumbs"), html`<a href="#${antigrad.addressHere("fame")}">Hall of fame</a><a href="#${antigrad.addressHere("trials")}">Trials</a><span style="flex:1"></span>
        ${before && html`<a class="button" rel="prev" href="#${antigrad.addressHere(`trial/${before.number}`)}">← ${before.name}</a>`}${after && html`<a class="button" rel="next" href="#${antigrad.addressHere(`trial/${after.number}`)}">${after.name} →</a>`}`);
      const open = [...element.querySelectorAll("details[open]")].length > 0;
      if (open && element.dataset.shown === String(n)) return;  // somebody reads
      element.dataset.shown = n;
      put(element.querySelector(".body"), html`<div class="title"><h1>${row.name}</h1><span class="muted">trial ${row.number} of ${state.study.name}</span><label class="check noprint" style="margin-left:auto"><input type="checkbox" id="pick" ${state.chosen.has(n) && "checked"}>compare</label></div>
        ${row.reason && html`<p class="fault">${row.outcome !== "ok" && html`<b>${row.outcome}</b>: `}${row.reason}</p>`}
        ${detail.missing && html`<p class="note">This file holds the details of the best trials; <code>antigrad show</code> and <code>antigrad serve</code> have those of every one.</p>`}
        ${detail.g_html && html`<div class="sheet broad"><div class="panel formulas"><dl><dt>g, searched</dt><dd>${trusted(detail.g_html)}</dd><dt>f, its integral</dt><dd>${trusted(detail.f_html)}</dd></dl></div><div class="panel">${facts(row)}</div></div>`}
        ${!detail.g_html && html`<div class="panel">${row.activation && html`<p><code>${row.activation}</code></p>`}${facts(row)}</div>`}
        ${detail.drawing && !detail.drawing.reason && html`<h2>Function</h2><p class="note">${detail.trained?.length ? "Strong: at the start values of its parameters. Thin: at the trained values, one line for each place in the networks (first seed)." : "Over −5 to 5."}</p><div class="sheet">${["f", "g", "h"].map((key) => html`<figure class="panel"><figcaption>${antigrad.partName[key]}</figcaption><div data-part="${key}"></div></figure>`)}</div>`}
        ${runs("Runs of the search", detail.runs)}${runs("Runs of the confirmation", detail.confirmation)}
        ${detail.refused?.length > 0 && html`<h2>Refused before it</h2><div class="scroll"><table><thead><tr><th scope="col">property</th><th scope="col" class="num">draws</th><th scope="col">the last</th><th scope="col">why</th></tr></thead><tbody>${detail.refused.map((r) => html`<tr><th scope="row">${r.property}</th><td class="num">${r.count}</td><td><code>${r.activation}</code></td><td>${r.reason}</td></tr>`)}</tbody></table></div>`}
        ${detail.log.length > 0 && html`<h2>Log</h2><ol class="log">${detail.log.map((text) => html`<li>${text}</li>`)}</ol>`}
        ${row.activation && html`<h2>Take it away</h2><p><a class="button" href="#${antigrad.addressHere(`files/${n}`)}">Kernel source and exports</a></p>`}`);
      element.querySelector("#pick").onchange = (event) => { if (event.target.checked) state.chosen.add(n); else state.chosen.delete(n); antigrad.tabs(); };
      this.draw(element, detail);
    },
    draw(element, detail) {
      for (const panel of element.querySelectorAll("[data-part]")) {
        const key = panel.dataset.part;
        const extra = (detail.trained ?? []).map((t) => t.drawing).filter((d) => d[key]);
        antigrad.overlay(panel, key, [{ name: detail.row.name, style: `is-${key}`, drawing: detail.drawing, extra }], 5, 240);
      }
      for (const box of element.querySelectorAll(".curve")) {
        const list = box.dataset.title.includes("confirmation") ? detail.confirmation : detail.runs;
        curve(box, list.filter((run) => run.task === box.dataset.task));
      }
    },
    update(element, n) {
      n = Number(n);
      if (!state.rows[n]) return put(element.querySelector(".body"), html`<p class="empty">There is no trial ${n} in this study.</p>`);
      source.trial(n).then((detail) => element.isConnected && this.show(element, detail, n), (error) => {
        if (error.status) put(element.querySelector(".body"), html`<div class="title"><h1>${state.rows[n].name}</h1></div><div class="panel">${facts(state.rows[n])}</div><p class="note">${error.message}</p>`);
        else antigrad.fault(error);
      });
    },
  };
}
