// Quality against cost: the Pareto front of two attributes, and parallel coordinates of several.
"use strict";
{
  const { state, html, put, number, Chart, mountChart, nearest, rangeOf, widthOf, flat } = antigrad;
  const axes = { x: { by: "operations", down: false }, y: { by: "score", down: false } };
  let lanes = null;

  const numeric = () => antigrad.attributes().filter((a) => a.numeric).map((a) => a.name);
  const value = (row, name) => { const v = flat(row)[name]; return typeof v === "number" ? v : NaN; };

  // What no other beats in both; `down`: larger is better.
  const front = (points, x, y) => {
    const sx = x.down ? -1 : 1, sy = y.down ? -1 : 1;
    const order = [...points].sort((a, b) => sx * (a.x - b.x) || sy * (a.y - b.y));
    const out = [];
    let best = Infinity;
    for (const p of order) if (sy * p.y < best) { best = sy * p.y; out.push(p); }
    return out;
  };
  antigrad.paretoFront = front;

  const scatter = (element, rows) => {
    const { x, y } = axes;
    const points = rows.map((row) => ({ row, x: value(row, x.by), y: value(row, y.by) })).filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
    const box = element.querySelector(".pareto"), list = element.querySelector(".front-list");
    if (points.length === 0) { put(box, html`<p class="empty">No trial that is shown has both attributes.</p>`); put(list, ""); return; }
    // Scores and losses of different rungs do not compare: the front is of trials that were trained to the end.
    const whole = points.filter((p) => p.row.state === "complete");
    const best = front(whole.length ? whole : points, x, y);
    const width = widthOf(box);
    const tall = rangeOf(y.by === "score" ? points.map((p) => Math.asinh(p.y)) : points.map((p) => p.y), 0.08, y.by === "score" ? 2 : 6);
    const yAxis = y.by === "score" ? { lo: Math.sinh(tall.lo), hi: Math.sinh(tall.hi), scale: "asinh" } : tall;
    const chart = new Chart(width, width < 500 ? 300 : 380, { ...rangeOf(points.map((p) => p.x), 0.05, 6), label: `${x.by}, ${x.down ? "higher" : "lower"} is better`, ticks: width < 500 ? 4 : 8 }, { ...yAxis, label: `${y.by}, ${y.down ? "higher" : "lower"} is better`, ticks: 7 });
    const of = (test) => points.filter((p) => test(p.row)).map((p) => [p.x, p.y]);
    const stairs = best.flatMap((p, i) => (i ? [[p.x, best[i - 1].y], [p.x, p.y]] : [[p.x, p.y]]));
    const crowd = points.length > 1500;
    chart.rings(of((r) => r.state === "pruned"), `pruned${crowd ? " crowd" : ""}`);
    chart.dots(of((r) => r.state !== "pruned" && r.kind !== "baseline"), "complete", crowd ? 3.5 : 6);
    chart.dots(of((r) => r.kind === "baseline"), "baseline", 7);
    chart.line(stairs, "front").dots(best.map((p) => [p.x, p.y]), "front", 9);
    const names = best.length > 9 ? [best[0], best[best.length - 1]] : best;
    for (const p of names) chart.label(p.x, p.y, p.row.name, "name", "start", 8, -7);
    mountChart(box, chart, `${y.by} against ${x.by}`, (px, py) => {
      const found = nearest(chart, points, px, py);
      return found && { x: chart.x(found.x), y: chart.y(found.y), go: () => antigrad.go(`trial/${found.row.number}`), tip: html`${antigrad.tipOf(found.row)}<br>${x.by} ${number(found.x)}, ${y.by} ${number(found.y)}` };
    });
    put(list, html`<h3>On the front: ${number(best.length)}</h3><div class="scroll" role="region" aria-label="Trials on the front" tabindex="0"><table><thead><tr><th scope="col">trial</th><th scope="col" class="num">${x.by}</th><th scope="col" class="num">${y.by}</th><th scope="col">gradient</th></tr></thead><tbody>${best.slice(0, 40).map((p) => html`<tr><th scope="row"><a href="#${antigrad.addressHere(`trial/${p.row.number}`)}">${p.row.name}</a></th><td class="num">${number(p.x)}</td><td class="num">${number(p.y)}</td><td><code>${p.row.activation}</code></td></tr>`)}</tbody></table></div>`);
  };

  const standard = () => {
    const names = numeric();
    const varied = (name) => { const seen = new Set(); for (const row of state.rows) if (row) { const v = value(row, name); if (Number.isFinite(v)) seen.add(v); if (seen.size > 1) return true; } return false; };
    const wanted = ["pieces", "terms", "parameters", "operations", ...names.filter((n) => n.startsWith("params.")), "steps", ...names.filter((n) => n.startsWith("loss.")), "rung", "score"];
    return wanted.filter((n) => names.includes(n) && varied(n)).slice(0, 9);
  };

  // Each trial a line over all axes, coloured by the quintile of its score.
  const parallel = (element, rows, refresh) => {
    const box = element.querySelector(".parallel");
    const names = (lanes ?? standard()).filter((n) => numeric().includes(n));
    if (names.length < 2 || rows.length === 0) return put(box, html`<p class="empty">Too little to draw: choose two attributes that vary.</p>`);
    const width = Math.max(widthOf(box.parentElement) - 30, names.length * 84), height = 340;
    const wide = Object.fromEntries(names.map((n) => [n, rangeOf(rows.map((row) => (n === "score" ? Math.asinh(value(row, n)) : value(row, n))), 0, n === "score" ? 2 : 6)]));
    const left = 40, right = 46, top = 34, bottom = 22;
    const at = (i) => left + (i * (width - left - right)) / (names.length - 1);
    const up = (n, v) => { const { lo, hi } = wide[n]; const u = ((n === "score" ? Math.asinh(v) : v) - lo) / (hi - lo); return top + (1 - Math.max(0, Math.min(1, u))) * (height - top - bottom); };
    const back = (n, y) => { const { lo, hi } = wide[n]; const v = lo + (1 - (y - top) / (height - top - bottom)) * (hi - lo); return n === "score" ? Math.sinh(v) : v; };
    const scores = rows.map((row) => row.score).filter(Number.isFinite).sort((a, b) => a - b);
    const quintile = (row) => (Number.isFinite(row.score) ? Math.min(3, Math.floor((4 * scores.findLastIndex((s) => s <= row.score)) / scores.length)) : 4);
    const paths = ["", "", "", "", ""];
    const order = rows.length > 3000 ? rows.filter((_, i) => i % Math.ceil(rows.length / 3000) === 0) : rows;
    for (const row of order) {
      let d = "";
      let down = false;
      names.forEach((n, i) => { const v = value(row, n); if (Number.isFinite(v)) d += `${down ? "L" : "M"}${at(i).toFixed(1)} ${up(n, v).toFixed(1)}`; down = Number.isFinite(v); });
      paths[quintile(row)] += d;
    }
    const many = order.length > 400 ? "crowd" : "bundle";
    const axis = (n, i) => { const { lo, hi } = wide[n]; const real = (v) => (n === "score" ? Math.sinh(v) : v);
      return html`<path class="axis" d="M${at(i)} ${top}V${height - bottom}"/><text class="axis-name" x="${at(i)}" y="${i % 2 ? 12 : 24}" text-anchor="middle">${n}</text><text class="tick" x="${at(i) + 5}" y="${top + 10}">${number(real(hi), 3)}</text><text class="tick" x="${at(i) + 5}" y="${height - bottom - 3}">${number(real(lo), 3)}</text><rect data-axis="${n}" x="${at(i) - 14}" y="${top}" width="28" height="${height - top - bottom}" fill="transparent" style="cursor:ns-resize"/>`; };
    put(box, html`<svg viewBox="0 0 ${width} ${height}" style="min-width:${width}px;height:${height}px" role="img" aria-label="parallel coordinates of ${names.join(", ")}">${[4, 3, 2, 1, 0].map((q) => paths[q] && html`<path class="line q${q} ${many}" d="${paths[q]}"/>`)}${names.map(axis)}<rect class="brush" hidden/></svg>`);
    brush(box, height, top, bottom, back, refresh, width);
  };
  // A stroke along an axis becomes two words of the filter.
  const brush = (box, height, top, bottom, back, refresh, width) => {
    const svg = box.querySelector("svg"), shade = svg.querySelector(".brush");
    const y = (event) => { const r = svg.getBoundingClientRect(); return Math.max(top, Math.min(height - bottom, ((event.clientY - r.top) * height) / r.height)); };
    for (const rect of svg.querySelectorAll("[data-axis]")) {
      rect.onpointerdown = (event) => {
        const begin = y(event), name = rect.dataset.axis;
        rect.setPointerCapture(event.pointerId);
        const move = (e) => { const now = y(e); shade.removeAttribute("hidden"); for (const [k, v] of Object.entries({ x: rect.getAttribute("x"), width: 28, y: Math.min(begin, now), height: Math.abs(now - begin) })) shade.setAttribute(k, v); };
        rect.onpointermove = move;
        rect.onpointerup = (e) => {
          rect.onpointermove = rect.onpointerup = null;
          const [lo, hi] = [back(name, Math.max(begin, y(e))), back(name, Math.min(begin, y(e)))];
          const rest = state.filter.split(/\s+/).filter((w) => w && !w.startsWith(`${name}>=`) && !w.startsWith(`${name}<=`));
          if (Math.abs(y(e) - begin) > 5) rest.push(`${name}>=${Number(lo.toPrecision(4))}`, `${name}<=${Number(hi.toPrecision(4))}`);
          state.filter = rest.join(" ");
          refresh();
        };
      };
    }
  };

  antigrad.views.tradeoffs = {
    title: "Trade-offs",
    mount(element) {
      const menu = (key) => html`<label class="field">${key === "x" ? "Across" : "Up"} <select data-axis-of="${key}"></select></label><button data-turn="${key}"></button>`;
      put(element, html`<h2 class="unseen">Trade-offs</h2><div class="tools"><span class="filter"><input type="search" id="filter" aria-label="Filter trials" placeholder="Filter: state:complete score&lt;0.5 tanh" autocomplete="off" spellcheck="false"></span><span class="shown" role="status"></span></div>
        <div class="tools">${menu("x")}${menu("y")}</div><figure class="panel"><figcaption>Pareto front of the trials that were trained on every rung</figcaption><div class="pareto"></div></figure><div class="front-list"></div>
        <h2>Parallel coordinates</h2><p class="note">One line a trial; blue is the best quarter by score, then green, ochre, orange; grey has no score. A stroke along an axis filters; a click on it lets all through again.</p>
        <details class="menu"><summary>Axes</summary><div class="lanes"></div></details><figure class="panel" style="overflow-x:auto;margin-top:8px"><div class="parallel"></div></figure>`);
      const refresh = () => this.update(element);
      element.querySelector("#filter").oninput = (event) => { state.filter = event.target.value; refresh(); };
      for (const select of element.querySelectorAll("[data-axis-of]")) select.onchange = () => { axes[select.dataset.axisOf] = { by: select.value, down: select.value.startsWith("accuracy") }; refresh(); };
      for (const button of element.querySelectorAll("[data-turn]")) button.onclick = () => { axes[button.dataset.turn].down = !axes[button.dataset.turn].down; refresh(); };
    },
    update(element) {
      const names = numeric();
      if (!names.includes(axes.x.by)) axes.x.by = names.find((n) => n.startsWith("params.") || n === "steps") ?? names[0];
      if (!names.includes(axes.y.by)) axes.y.by = names.includes("score") ? "score" : names[names.length - 1];
      for (const key of ["x", "y"]) {
        const select = element.querySelector(`[data-axis-of=${key}]`);
        if (select.options.length !== names.length) put(select, names.map((n) => html`<option value="${n}">${n}</option>`));
        select.value = axes[key].by;
        element.querySelector(`[data-turn=${key}]`).textContent = axes[key].down ? "higher is better" : "lower is better";
      }
      const input = element.querySelector("#filter");
      if (input.value !== state.filter) input.value = state.filter;
      const { rows, wrong } = antigrad.shownRows();
      element.querySelector(".shown").textContent = wrong.length ? `no attribute “${wrong[0]}”` : `${number(rows.length)} trials`;
      scatter(element, rows);
      const menu = element.querySelector(".lanes");
      if (menu.childElementCount !== names.length) {
        const used = lanes ?? standard();
        put(menu, names.map((n) => html`<label class="check"><input type="checkbox" value="${n}" ${used.includes(n) && "checked"}>${n}</label>`));
        menu.onchange = () => { lanes = [...menu.querySelectorAll("input:checked")].map((b) => b.value); this.update(element); };
      }
      parallel(element, rows, () => this.update(element));
    },
  };
}
