// The list of studies, and one study at a glance: progress, evidence, the score of every trial.
"use strict";
{
  const { state, html, trusted, put, number, plural, duration, Chart, mountChart, nearest, rangeOf, widthOf } = antigrad;
  const phases = { baselines: "training the baselines", candidates: "searching", confirmation: "confirming the best", done: "finished" };
  const stateColour = { complete: "var(--f0)", pruned: "var(--base)", fail: "var(--bad)", running: "var(--good)", waiting: "var(--rule)" };
  const share = (study) => Math.min(1, (study.finished ?? 0) / Math.max(1, study.planned ?? study.trials));

  const track = (study) => html`<div class="track" role="img" aria-label="${Math.round(100 * share(study))} % of the trials are finished">${
    Object.entries(study.counts ?? {}).map(([name, n]) => html`<i style="width:${(100 * n) / Math.max(1, study.planned ?? study.trials)}%;background:${trusted(stateColour[name] ?? "var(--base)")}"></i>`)}</div>`;

  const remaining = (study) => {
    if (study.phase === "done" || !study.finished) return "";
    const started = state.rows.map((row) => row?.started).filter(Boolean).sort()[0];
    const spent = (Date.parse(study.updated) - Date.parse(started)) / 1000;
    const left = (spent * (study.planned - study.finished)) / study.finished;
    return left > 0 ? `, about ${duration(left)} to go` : "";
  };
  const progress = (study) => html`<div class="progress">${track(study)}<p class="line"><span><b>${phases[study.phase] ?? "a study of Optuna"}</b>${remaining(study)}</span>
    <span><b>${number(study.finished ?? study.trials)}</b> of ${number(study.planned ?? study.trials)} trials</span>
    ${Object.entries(study.counts ?? {}).map(([name, n]) => html`<span class="state-mark ${name}">${number(n)} ${name}</span>`)}</p></div>`;

  antigrad.views.studies = {
    title: "Studies",
    mount(element) { put(element, html`<h1 style="margin-top:22px">Studies</h1><div class="studies"></div>`); },
    update(element) {
      put(element.querySelector(".studies"), state.studies.length === 0
        ? html`<div class="empty"><p>No study yet.</p><p><code>antigrad search experiments/quickstart.yaml</code> starts one; it appears here by itself.</p></div>`
        : state.studies.map((study) => html`<a class="study" href="#${antigrad.addressOf(study.run, study.name)}"><h2>${study.name}</h2>
          ${progress(study)}<p>${study.verdict ?? plural(study.trials, "trial")}</p>
          ${study.fault && html`<p class="fault">${study.fault}</p>`}${study.best && html`<p><code>${study.best.activation}</code></p>`}</a>`));
    },
  };

  const bestSoFar = (rows) => {
    const out = [];
    for (const row of rows) {
      if (row.state !== "complete" || row.kind === "baseline" || !Number.isFinite(row.score)) continue;
      if (out.length && row.score >= out[out.length - 1][1]) continue;
      if (out.length) out.push([row.number, out[out.length - 1][1]]);
      out.push([row.number, row.score]);
    }
    if (out.length) out.push([rows[rows.length - 1].number, out[out.length - 1][1]]);
    return out;
  };

  const draw = (element) => {
    const rows = state.rows.filter(Boolean);
    if (rows.length === 0) return put(element, html`<p class="empty">Nothing has been trained yet.</p>`);
    const scored = rows.filter((row) => Number.isFinite(row.score));
    const of = (test) => scored.filter(test).map((row) => [row.number, Math.min(row.score, Math.sinh(spread.hi))]);
    const spread = rangeOf(scored.map((row) => Math.asinh(row.score)), 0.1, 3);
    const width = widthOf(element);
    const x = { lo: -0.5 - rows.length * 0.01, hi: rows.length - 0.5 + rows.length * 0.01, label: "trial", ticks: width < 500 ? 5 : 10, grid: false };
    const chart = new Chart(width, width < 500 ? 270 : 330, x, { lo: Math.sinh(spread.lo), hi: Math.sinh(spread.hi), scale: "asinh", label: "score, lower is better", ticks: 8 });
    const levels = rows.filter((row) => row.kind === "baseline" && row.state === "complete").map((row) => row.score);
    if (levels.length) chart.band(Math.min(...levels), Math.max(...levels), "baselines").level(Math.min(...levels), "reference");
    const crowd = rows.length > 1500 ? 3.5 : 7;
    chart.line(bestSoFar(rows), "best");
    chart.rings(of((r) => r.state === "pruned"), `pruned${rows.length > 1500 ? " crowd" : ""}`);
    chart.dots(of((r) => r.state === "complete" && r.kind !== "baseline"), "complete", crowd);
    chart.dots(of((r) => r.kind === "baseline"), "baseline", 7);
    chart.crosses(rows.filter((r) => r.state === "fail").map((r) => [r.number, chart.yAxis.hi]), "fail");
    for (const s of state.study.series ?? []) {
      const row = state.rows[s.number];
      if (row && row.kind !== "baseline") chart.dots([[row.number, row.score]], s.style, 10).label(row.number, row.score, s.name, "name", "middle", 0, 19);
    }
    const points = rows.map((row) => ({ row, x: row.number, y: Number.isFinite(row.score) ? Math.min(row.score, chart.yAxis.hi) : chart.yAxis.hi }));
    mountChart(element, chart, "score of every trial of the search", (px, py) => {
      const found = nearest(chart, points, px, py);
      return found && { x: chart.x(found.x), y: chart.y(found.y), tip: antigrad.tipOf(found.row), go: () => antigrad.go(`trial/${found.row.number}`) };
    });
  };
  antigrad.tipOf = (row) => html`<b>${row.name}</b> ${row.state}${Number.isFinite(row.score) && html`, score ${number(row.score)} at rung ${row.rung}`}<br><code>${(row.activation ?? "").slice(0, 160)}</code>${row.reason && html`<br>${row.reason.slice(0, 160)}`}`;

  const legend = html`<ul class="legend"><li><svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><circle class="dot complete" cx="14" cy="4" r="3.5"/></svg>trained on every rung</li>
    <li><svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><circle class="ring pruned" cx="14" cy="4" r="3"/></svg>pruned</li>
    <li><svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><path class="rings fail" d="M11 1L17 7M11 7L17 1"/></svg>failed, at the upper edge</li>
    <li><svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><circle class="dot baseline" cx="14" cy="4" r="3.5"/></svg>baseline; the band spans them</li>
    <li>${antigrad.swatch("best")}best so far</li></ul>`;

  // The best one drawn beside its formulas.
  const picture = (evidence) => {
    const box = evidence.querySelector(".winner");
    const n = state.study.best?.number;
    if (!box || n === undefined) return;
    if (!box.querySelector(".portrait")) box.insertAdjacentHTML("beforeend", html`<figure class="portrait"><ul class="legend"><li>${antigrad.swatch("is-f")}f</li><li>${antigrad.swatch("is-g")}g</li></ul><div class="thumb"></div></figure>`.text);
    antigrad.source.drawings([n]).then(() => antigrad.thumb(box.querySelector(".portrait .thumb"), state.drawings.get(n), state.study.best.name), antigrad.fault);
  };

  antigrad.views.overview = {
    title: "Overview",
    mount(element) {
      put(element, html`<h2>Progress of the search</h2><p class="note">Score at the last rung that a trial reached, in units of the baselines' spread; 0 is the median baseline. The axis is linear near 0 and logarithmic beyond. Choose a point to open its trial.</p>${legend}<div class="scores"></div>`);
    },
    update(element) {
      const shown = document.getElementById("evidence");
      if (shown.dataset.of !== `${state.epoch} ${state.evidence?.length}` || shown.text !== state.evidence) {
        if (state.evidence !== undefined) put(shown, trusted(state.evidence));
        else if (!antigrad.source.offline) put(shown, html`<header><p class="kind">study of Optuna</p><h1>${state.study.name}</h1></header>`);
        shown.text = state.evidence;
        shown.dataset.of = `${state.epoch} ${state.evidence?.length}`;
      }
      put(document.getElementById("now"), progress(state.study));
      picture(shown);
      draw(element.querySelector(".scores"));
    },
  };
}
