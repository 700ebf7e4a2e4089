// What every part of the page uses: HTML that escapes by itself, numbers, the state, the theme.
"use strict";
const antigrad = { views: {} };
{
  class Html {
    constructor(text) { this.text = text; }
  }
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const escaped = (value) => String(value).replace(/[&<>"']/g, (c) => entities[c]);
  const shown = (value) => {
    if (value instanceof Html) return value.text;
    if (Array.isArray(value)) return value.map(shown).join("");
    return value === null || value === undefined || value === false ? "" : escaped(value);
  };
  // html`<b>${text}</b>`: what is put in is text, unless it was made by html or is trusted.
  const html = (parts, ...values) =>
    new Html(parts.reduce((out, part, i) => out + shown(values[i - 1]) + part));
  // For HTML that the server has escaped.
  const trusted = (text) => new Html(text);
  const put = (element, content) => { element.innerHTML = shown(content); };

  const number = (v, digits = 4) => {
    if (v === null || v === undefined || Number.isNaN(v)) return "–";
    if (typeof v !== "number") return String(v);
    if (!Number.isFinite(v)) return v > 0 ? "∞" : "−∞";
    const size = Math.abs(v);
    let text;
    if (Number.isInteger(v) && size < 1e15) text = size.toLocaleString("en-US");
    else if (size >= 1e6 || size < 1e-4) text = size.toExponential(2);
    else text = size >= 100 ? size.toFixed(1) : size.toPrecision(digits);
    return (v < 0 ? "−" : "") + text;
  };
  const duration = (seconds) => {
    if (!(seconds >= 0)) return "–";
    if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
    const minutes = seconds / 60;
    return minutes < 90 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`;
  };
  const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

  antigrad.state = {
    studies: [],        // heads, with `run`
    key: null,          // {run, study} that is looked at
    study: null,        // its head
    rows: [],           // by number
    curves: new Map(),  // by number: {task: [[step, loss], ...]}
    drawings: new Map(),
    properties: new Map(),
    chosen: new Set(),  // for the comparison
    filter: "",
    sort: { by: "score", down: false },
  };

  const themes = ["auto", "light", "dark"];
  const remembered = () => {
    try { return localStorage.getItem("antigrad-theme") ?? "auto"; } catch { return "auto"; }
  };
  const theme = {
    now: remembered(),
    apply(name) {
      theme.now = themes.includes(name) ? name : "auto";
      if (theme.now === "auto") document.documentElement.removeAttribute("data-theme");
      else document.documentElement.dataset.theme = theme.now;
      try { localStorage.setItem("antigrad-theme", theme.now); } catch { /* a page from a file may have no store */ }
    },
    next() { theme.apply(themes[(themes.indexOf(theme.now) + 1) % themes.length]); },
  };
  theme.apply(theme.now);

  const say = (text) => { document.getElementById("news").textContent = text; };
  const swatch = (style) => html`<svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><path class="line ${style}" d="M1 4L27 4"/></svg>`;
  // Saves a text as a file.
  const save = (name, text, type = "text/plain") => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  // How a trial is drawn: the study's own series keep their colours, others get one of six.
  const styleOf = (n) => {
    const series = antigrad.state.study?.series?.find((s) => s.number === n);
    return series ? series.style : `f${n % 6}`;
  };
  Object.assign(antigrad, { html, trusted, put, escaped, number, duration, plural, theme, say, swatch, save, styleOf });
}
