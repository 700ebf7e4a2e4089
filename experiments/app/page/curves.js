// Learning curves of all trials that the filter lets through, pruned ones to where they were stopped.
"use strict";
{
  const { state, html, put, number, source, Chart, mountChart, rangeOf, widthOf } = antigrad;
  const kMost = 600;
  const show = { pruned: true, baselines: true, log: false, relative: false };

  // The best, and of the others evenly many.
  const thinned = (rows) => {
    if (rows.length <= kMost) return rows;
    const best = rows.slice(0, kMost / 3), rest = rows.slice(kMost / 3);
    const step = rest.length / (kMost - best.length);
    return [...best, ...Array.from({ length: kMost - best.length }, (_, i) => rest[Math.floor(i * step)])];
  };

  // The baseline with the lowest last loss.
  const level = (task) => {
    let best = null;
    for (const [n, tasks] of state.curves) {
      const points = tasks[task];
      if (state.rows[n]?.kind !== "baseline" || !points?.length) continue;
      if (!best || points[points.length - 1][1] < best.points[best.points.length - 1][1]) best = { name: state.rows[n].name, points };
    }
    return best;
  };

  const figure = (box, task, rows) => {
    const lines = rows.map((row) => ({ row, points: state.curves.get(row.number)?.[task] })).filter((l) => l.points?.length);
    const base = show.relative ? level(task) : null;
    if (base) {
      const at = new Map(base.points);
      for (const l of lines) l.points = l.points.filter(([step]) => at.has(step)).map(([step, v]) => [step, v - at.get(step)]);
    }
    if (lines.length === 0) return put(box, html`<p class="note">No trial that is shown has a curve yet.</p>`);
    const width = widthOf(box);
    const steps = Math.max(...lines.map((l) => l.points[l.points.length - 1][0]));
    // The first points are far above the rest: they need not be seen whole.
    const late = lines.flatMap((l) => l.points.filter((p) => p[0] >= 0.3 * steps).map((p) => p[1]));
    const all = lines.flatMap((l) => l.points.map((p) => p[1]));
    let y = rangeOf(late.length ? late : all, 0.04, 3);
    if (!base && late.length) y.hi += 0.6 * (y.hi - y.lo);
    if (show.log && !base) {
      const positive = lines.flatMap((l) => l.points.map((p) => p[1])).filter((v) => v > 0);
      y = { lo: Math.min(...positive) * 0.97, hi: Math.min(y.hi > 0 ? y.hi : Infinity, Math.max(...positive)) * 1.03, scale: "log" };
    }
    const chart = new Chart(width, width < 500 ? 280 : 340, { lo: 0, hi: steps, label: "training steps" }, { ...y, label: base ? `loss less that of ${base.name}` : "validation loss", ticks: 6 }, { right: width < 500 ? 58 : 84 });
    const of = (test) => lines.filter((l) => test(l.row)).map((l) => l.points);
    const many = lines.length > 120 ? "crowd" : "bundle";
    chart.lines(of((r) => r.state === "pruned"), `pruned ${many}`);
    chart.lines(of((r) => r.state === "fail"), `failed ${many}`);
    chart.lines(of((r) => r.state !== "pruned" && r.state !== "fail" && r.kind !== "baseline"), `complete ${many}`);
    const marked = new Map((state.study.series ?? []).map((s) => [s.number, s.style]));
    for (const n of state.chosen) if (!marked.has(n)) marked.set(n, `f${n % 6}`);
    if (base) chart.level(0, "reference");
    const labels = [];
    for (const l of lines) {
      if (l.row.state === "pruned" && l.points.length) chart.rings([l.points[l.points.length - 1]], `pruned ${many}`, 1.8);
      const style = marked.get(l.row.number);
      if (!style || (l.row.kind === "baseline" && !show.baselines)) continue;
      chart.line(l.points, style);
      labels.push({ y: l.points[l.points.length - 1][1], text: l.row.name, style });
    }
    chart.endLabels(labels.slice(0, 16));
    mountChart(box, chart, `${task}: validation loss against training steps`, (px, py) => {
      let best = null, least = 22 ** 2;
      for (const l of lines) for (let i = 0; i < l.points.length; ++i) {
        const ax = chart.x(l.points[i][0]), ay = chart.y(l.points[i][1]);
        const next = l.points[i + 1];
        const bx = next ? chart.x(next[0]) : ax, by = next ? chart.y(next[1]) : ay;
        const length = (bx - ax) ** 2 + (by - ay) ** 2;
        const t = length ? Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length)) : 0;
        const d = (ax + t * (bx - ax) - px) ** 2 + (ay + t * (by - ay) - py) ** 2;
        if (d < least) { least = d; best = { l, p: t > 0.5 && next ? next : l.points[i] }; }
      }
      if (!best) return null;
      const { l, p } = best;
      return {
        x: chart.x(p[0]), y: chart.y(p[1]),
        mark: `<path class="line hot ${marked.get(l.row.number) ?? l.row.state}" d="${chart.path(l.points)}"/>`,
        tip: html`${antigrad.tipOf(l.row)}<br>step ${number(p[0])}: ${number(p[1])}`, go: () => antigrad.go(`trial/${l.row.number}`),
      };
    });
  };

  antigrad.views.curves = {
    title: "Curves",
    mount(element) {
      put(element, html`<h2 class="unseen">Learning curves</h2><div class="tools"><span class="filter"><input type="search" id="filter" aria-label="Filter trials" placeholder="Filter: state:complete score&lt;0.5 tanh" value="${state.filter}" autocomplete="off" spellcheck="false"></span>
        ${[["pruned", "pruned runs"], ["baselines", "baselines"], ["log", "logarithmic"], ["relative", "less the best baseline"]].map(([key, text]) => html`<label class="check"><input type="checkbox" data-key="${key}" ${show[key] && "checked"}>${text}</label>`)}<span class="shown" role="status"></span></div>
        <p class="note">Validation loss of the averaged weights in the search, mean over its seeds. Coloured: the finalists, what is chosen for the comparison, and the baselines (grey, dashed). A ring is where a run was pruned.</p><div class="sheet broad"></div>`);
      element.querySelector("#filter").oninput = (event) => { state.filter = event.target.value; this.update(element); };
      for (const box of element.querySelectorAll("[data-key]")) box.onchange = () => { show[box.dataset.key] = box.checked; this.update(element); };
    },
    update(element) {
      source.curves().then(() => {
        if (!element.isConnected) return;
        const { rows, wrong } = antigrad.shownRows();
        const wanted = rows.filter((row) => state.curves.has(row.number) && (show.pruned || row.state !== "pruned") && (show.baselines || row.kind !== "baseline"));
        const named = new Set([...(state.study.series ?? []).map((s) => s.number), ...state.chosen]);
        const some = thinned(wanted), there = new Set(some);
        const drawn = [...some, ...wanted.filter((row) => named.has(row.number) && !there.has(row))];
        element.querySelector(".shown").textContent = wrong.length ? `no attribute “${wrong[0]}”` : drawn.length < wanted.length ? `${number(drawn.length)} of ${number(wanted.length)} curves drawn` : `${number(drawn.length)} curves`;
        const sheet = element.querySelector(".sheet");
        const tasks = (state.study.tasks ?? []).map((t) => t.name);
        if (sheet.childElementCount !== tasks.length) put(sheet, tasks.map((name) => html`<figure class="panel"><figcaption>${name}</figcaption><div></div></figure>`));
        tasks.forEach((name, i) => figure(sheet.children[i].lastElementChild, name, drawn));
        if (tasks.length === 0) put(sheet, html`<div class="empty"><p>This study has no learning curves.</p></div>`);
      }, antigrad.fault);
    },
  };
}
