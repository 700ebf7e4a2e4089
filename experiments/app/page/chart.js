// Charts as SVG text. Sizes are those of the element, so that type stays readable on a narrow screen.
"use strict";
{
  const { html, trusted, put, escaped } = antigrad;

  const scales = {
    linear: { to: (v) => v, ticks: null },
    log: { to: (v) => Math.log10(v) },
    asinh: { to: (v) => Math.asinh(v) },
  };
  const steps = (lo, hi, about) => {
    const raw = (hi - lo) / Math.max(1, about);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((f) => f * power >= raw * 0.7);
    const out = [];
    for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step && out.length < 60; ++k) out.push(k === 0 ? 0 : k * step);
    return { places: out, decimals: Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))) };
  };
  const ticks = (axis) => {
    const about = axis.ticks ?? 5;
    if (axis.scale === "log" || axis.scale === "asinh") {
      const out = [];
      for (let k = -12; k <= 12; ++k) for (const m of [1, 3]) for (const sign of axis.scale === "log" ? [1] : [1, -1]) {
        const v = sign * m * 10 ** k;
        if ((axis.scale === "log" || k >= 0) && v >= axis.lo && v <= axis.hi) out.push(v);
      }
      if (axis.scale === "asinh" && axis.lo <= 0 && axis.hi >= 0) out.push(0);
      let few = out.sort((a, b) => a - b);
      if (few.length > about + 3) few = few.filter((v) => v === 0 || Math.abs(Math.log10(Math.abs(v)) % 1) < 1e-9);
      if (few.length >= 2) return few.map((v) => [v, Math.abs(v) >= 1e5 || (v !== 0 && Math.abs(v) < 1e-3) ? v.toExponential(0) : String(Number(v.toPrecision(6)))]);
    }
    const { places, decimals } = steps(axis.lo, axis.hi, about);
    return places.map((v) => [v, Math.abs(v) >= 1e5 ? v.toExponential(1) : v.toFixed(decimals)]);
  };

  // Smallest and largest of the finite values, with a margin; outliers are cut at `robust` times the
  // distance from the median to the outer decile.
  const rangeOf = (values, margin = 0.05, robust = 0) => {
    const finite = values.filter((v) => Number.isFinite(v)).sort((a, b) => a - b);
    if (finite.length === 0) return { lo: 0, hi: 1 };
    let lo = finite[0], hi = finite[finite.length - 1];
    if (robust) {
      const at = (share) => finite[Math.floor(share * (finite.length - 1))];
      const middle = at(0.5);
      if (at(0.1) < middle) lo = Math.max(lo, middle - robust * (middle - at(0.1)));
      if (at(0.9) > middle) hi = Math.min(hi, middle + robust * (at(0.9) - middle));
    }
    const pad = hi - lo > 1e-12 * (Math.abs(hi) + Math.abs(lo)) ? (hi - lo) * margin : Math.max(0.5, 0.05 * Math.abs(lo));
    return { lo: lo - pad, hi: hi + pad };
  };

  const place = (v) => (Math.round(v * 10) / 10).toString();

  // {width, height, x, y} with axes {lo, hi, scale, label, ticks}; layers are added, then text().
  class Chart {
    constructor(width, height, x, y, margin = {}) {
      const m = { left: y.label ? 56 : 38, right: 12, top: 10, bottom: x.label ? 40 : 22, ...margin };
      Object.assign(this, { width, height, xAxis: x, yAxis: y, m, inside: "", over: "" });
    }
    unit(axis, v) {
      const to = scales[axis.scale ?? "linear"].to;
      return (to(v) - to(axis.lo)) / (to(axis.hi) - to(axis.lo));
    }
    x(v) { return this.m.left + Math.max(-3, Math.min(4, this.unit(this.xAxis, v))) * (this.width - this.m.left - this.m.right); }
    y(v) { return this.m.top + (1 - Math.max(-3, Math.min(4, this.unit(this.yAxis, v)))) * (this.height - this.m.top - this.m.bottom); }
    back(px) {
      const { to } = scales[this.xAxis.scale ?? "linear"];
      const u = (px - this.m.left) / (this.width - this.m.left - this.m.right);
      const t = to(this.xAxis.lo) + u * (to(this.xAxis.hi) - to(this.xAxis.lo));
      return this.xAxis.scale === "log" ? 10 ** t : t;
    }
    path(points) {
      let d = "", down = false;
      for (const [px, py] of points) {
        const fine = Number.isFinite(px) && Number.isFinite(py) && px !== null && py !== null;
        if (fine) d += `${down ? "L" : "M"}${place(this.x(px))} ${place(this.y(py))}`;
        down = fine;
      }
      return d;
    }
    // Many lines of one style are one element: ten thousand cost as little as one.
    lines(many, style, data = "") {
      const d = many.map((points) => this.path(points)).join("");
      if (d) this.inside += `<path class="line ${style}" d="${d}"${data}/>`;
      return this;
    }
    line(points, style) { return this.lines([points], style); }
    // Discs: segments without length, with round caps.
    dots(points, style, size = 6) {
      const d = points.filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py)).map(([px, py]) => `M${place(this.x(px))} ${place(this.y(py))}h0`).join("");
      if (d) this.inside += `<path class="dots ${style}" style="stroke-width:${size}px" d="${d}"/>`;
      return this;
    }
    rings(points, style, r = 2.6) {
      const d = points.filter(([px, py]) => Number.isFinite(px) && Number.isFinite(py)).map(([px, py]) => `M${place(this.x(px) - r)} ${place(this.y(py))}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`).join("");
      if (d) this.inside += `<path class="rings ${style}" d="${d}"/>`;
      return this;
    }
    crosses(points, style, r = 3.2) {
      const d = points.map(([px, py]) => [this.x(px), this.y(py)]).map(([a, b]) => `M${place(a - r)} ${place(b - r)}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`).join("");
      if (d) this.over += `<path class="rings ${style}" d="${d}"/>`;
      return this;
    }
    level(v, style) { return this.line([[this.xAxis.lo, v], [this.xAxis.hi, v]], style); }
    vertical(v, style) { return this.line([[v, this.yAxis.lo], [v, this.yAxis.hi]], style); }
    band(lo, hi, style) {
      const top = this.y(hi), bottom = this.y(lo);
      this.inside = `<rect class="band ${style}" x="${place(this.m.left)}" y="${place(top)}" width="${place(this.width - this.m.left - this.m.right)}" height="${place(Math.max(1, bottom - top))}"/>` + this.inside;
      return this;
    }
    label(px, py, text, style, anchor = "start", dx = 0, dy = 0) {
      if (Number.isFinite(px) && Number.isFinite(py)) this.over += `<text class="${style}" x="${place(this.x(px) + dx)}" y="${place(this.y(py) + dy)}" text-anchor="${anchor}">${escaped(text)}</text>`;
      return this;
    }
    // Names at the right edge, beside the value of each but never on top of each other.
    endLabels(labels) {
      const bottom = this.height - this.m.bottom;
      const list = labels.filter((l) => Number.isFinite(l.y)).map((l) => ({ ...l, at: Math.max(this.m.top, Math.min(bottom, this.y(l.y))) })).sort((a, b) => a.at - b.at);
      list.forEach((l, i) => { l.place = i ? Math.max(l.at, list[i - 1].place + 13) : l.at; });
      for (let i = list.length - 1, limit = bottom; i >= 0; --i) { list[i].place = Math.min(list[i].place, limit); limit = list[i].place - 13; }
      const edge = this.width - this.m.right;
      for (const l of list) this.over += `<path class="leader ${l.style}" d="M${place(edge + 1)} ${place(l.at)}L${place(edge + 8)} ${place(l.place)}"/><text class="name" x="${place(edge + 10)}" y="${place(l.place + 4)}">${escaped(l.text)}</text>`;
      return this;
    }
    axes() {
      const right = this.width - this.m.right, bottom = this.height - this.m.bottom;
      let out = "";
      const text = (x, y, anchor, content, more = "") => { out += `<text class="tick" x="${place(x)}" y="${place(y)}" text-anchor="${anchor}"${more}>${escaped(content)}</text>`; };
      let last = -Infinity;
      if (this.xAxis.ticks !== 0) for (const [v, t] of ticks(this.xAxis)) {
        if (this.x(v) - last < 30) continue;
        last = this.x(v);
        if (this.xAxis.grid !== false) out += `<path class="grid-line" d="M${place(this.x(v))} ${this.m.top}V${place(bottom)}"/>`;
        text(this.x(v), bottom + 15, "middle", t.replace("-", "−"));
      }
      last = Infinity;
      if (this.yAxis.ticks !== 0) for (const [v, t] of ticks(this.yAxis)) {
        if (last - this.y(v) < 15) continue;
        last = this.y(v);
        out += `<path class="grid-line" d="M${this.m.left} ${place(this.y(v))}H${place(right)}"/>`;
        text(this.m.left - 6, this.y(v) + 4, "end", t.replace("-", "−"));
      }
      out += `<path class="axis" d="M${this.m.left} ${this.m.top}V${place(bottom)}H${place(right)}"/>`;
      if (this.xAxis.label) text((this.m.left + right) / 2, this.height - 5, "middle", this.xAxis.label);
      if (this.yAxis.label) text(0, 0, "middle", this.yAxis.label, ` transform="translate(12 ${place((this.m.top + bottom) / 2)}) rotate(-90)"`);
      return out;
    }
    text(title) {
      const id = `clip${++Chart.count}`;
      return trusted(`<svg viewBox="0 0 ${this.width} ${this.height}" role="img" aria-label="${escaped(title)}"><defs><clipPath id="${id}"><rect x="${this.m.left}" y="${this.m.top - 4}" width="${place(this.width - this.m.left - this.m.right + 4)}" height="${place(this.height - this.m.top - this.m.bottom + 8)}"/></clipPath></defs>${this.axes()}<g clip-path="url(#${id})">${this.inside}</g>${this.over}<g class="pointer"></g></svg>`);
    }
  }
  Chart.count = 0;

  // Puts a chart into an element; `near(px, py)` gives what the pointer is at: {x, y, tip, mark, go}.
  const mountChart = (element, chart, title, near) => {
    element.classList.add("chart");
    element.style.height = `${chart.height}px`;
    put(element, html`${chart.text(title)}<div class="tip" hidden></div>`);
    if (!near) return;
    const svg = element.querySelector("svg"), tip = element.querySelector(".tip"), pointer = element.querySelector(".pointer");
    let at = null;
    const leave = () => { at = null; tip.hidden = true; pointer.innerHTML = ""; element.style.cursor = ""; };
    element.onpointermove = (event) => {
      const box = svg.getBoundingClientRect();
      const scale = chart.width / box.width;
      const px = (event.clientX - box.left) * scale, py = (event.clientY - box.top) * scale;
      at = near(px, py);
      if (!at) return leave();
      put(tip, at.tip);
      tip.hidden = false;
      pointer.innerHTML = at.mark ?? `<circle class="ring complete" cx="${place(at.x)}" cy="${place(at.y)}" r="6"/>`;
      element.style.cursor = at.go ? "pointer" : "";
      const left = at.x / scale, width = tip.offsetWidth;
      tip.style.left = `${Math.max(0, Math.min(box.width - width, left + 14 + width > box.width ? left - width - 14 : left + 14))}px`;
      tip.style.top = `${Math.max(0, at.y / scale - tip.offsetHeight - 10)}px`;
    };
    element.onpointerleave = leave;
    element.onclick = () => { if (at?.go) at.go(); };
  };
  // The point of a list nearest to the pointer, within 28 units.
  const nearest = (chart, points, px, py) => {
    let best = null, least = 28 ** 2;
    for (const p of points) {
      const d = (chart.x(p.x) - px) ** 2 + (chart.y(p.y) - py) ** 2;
      if (d < least) { least = d; best = p; }
    }
    return best;
  };
  const widthOf = (element) => Math.max(260, Math.round(element.clientWidth || element.parentElement?.clientWidth || 360));
  Object.assign(antigrad, { Chart, mountChart, nearest, rangeOf, widthOf });
}
