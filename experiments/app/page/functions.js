// f, g and f'' drawn: small in lists, large over each other.
"use strict";
{
  const { html, Chart, mountChart, rangeOf, widthOf, number, put } = antigrad;
  const zip = (xs, ys) => xs.map((x, i) => [x, ys[i]]);
  const part = { f: "f", g: "g", h: "f″" };

  // Both f and g in one small picture.
  const thumb = (element, drawing, name) => {
    if (!drawing) return;
    if (drawing.reason) return put(element, html`<p class="note">Not drawn: ${drawing.reason}</p>`);
    const values = [...drawing.f.filter((v, i) => Math.abs(drawing.x[i]) <= 4), ...drawing.g];
    const y = rangeOf([...values, -0.3, 1.3], 0.04, 6);
    const chart = new Chart(widthOf(element), element.clientHeight || 132, { lo: -5, hi: 5, ticks: 4, grid: false }, { ...y, ticks: 3 }, { left: 28, right: 2, top: 4, bottom: 18 });
    chart.level(0, "zero").vertical(0, "zero");
    chart.line(zip(drawing.x, drawing.g), "is-g").line(zip(drawing.x, drawing.f), "is-f own");
    put(element, chart.text(`f and g of ${name} over -5 to 5`));
  };

  const valueAt = (drawing, key, x) => {
    let best = -1;
    drawing.x.forEach((v, i) => { if (drawing[key][i] !== null && (best < 0 || Math.abs(v - x) < Math.abs(drawing.x[best] - x))) best = i; });
    return best < 0 ? null : drawing[key][best];
  };
  // One part of several functions over each other: series {name, style, drawing, extra: thin lines}.
  const overlay = (element, key, series, reach, height = 300) => {
    const drawn = series.filter((s) => s.drawing && !s.drawing.reason);
    const values = drawn.flatMap((s) => s.drawing[key].filter((v, i) => v !== null && Math.abs(s.drawing.x[i]) <= reach));
    const y = rangeOf(key === "f" ? [...values, 0] : [...values, -0.1, 1.1], 0.05, 6);
    const chart = new Chart(widthOf(element), height, { lo: -reach, hi: reach, label: "x" }, { ...y, ticks: 6 });
    chart.level(0, "zero").vertical(0, "zero");
    for (const s of drawn) for (const extra of s.extra ?? []) chart.line(zip(extra.x, extra[key]), `${s.style} trained`);
    for (const s of drawn) chart.line(zip(s.drawing.x, s.drawing[key]), `${s.style} own`);
    for (const s of drawn) for (const knot of s.drawing.knots) if (Math.abs(knot) < reach) chart.vertical(knot, "knot");
    mountChart(element, chart, `${part[key]} of ${drawn.map((s) => s.name).join(", ")}`, (px) => {
      const x = chart.back(px);
      if (!(Math.abs(x) <= reach) || drawn.length === 0) return null;
      return {
        x: px, y: chart.m.top + 40,
        mark: `<path class="cross-hair" d="M${px} ${chart.m.top}V${chart.height - chart.m.bottom}"/>`,
        tip: html`<b>x = ${number(x, 3)}</b>${drawn.map((s) => html`<br>${antigrad.swatch(s.style)} ${s.name}: ${number(valueAt(s.drawing, key, x), 4)}`)}`,
      };
    });
  };
  Object.assign(antigrad, { thumb, overlay, partName: part });
}
