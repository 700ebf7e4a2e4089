// What trials can be sorted and filtered by, and the language of the filter.
"use strict";
{
  const { state } = antigrad;
  const nested = ["loss", "accuracy", "params", "attributes"];
  const hidden = new Set([...nested, "scores", "values", "note"]);

  // One level of attributes: loss.images, scores.1, params.x.
  const flat = (row) => {
    if (row.flat) return row.flat;
    const out = {};
    for (const [key, value] of Object.entries(row)) if (!hidden.has(key)) out[key] = Array.isArray(value) ? value.map((v) => `#${v}`).join(" ") : value;
    for (const key of nested) for (const [name, value] of Object.entries(row[key] ?? {})) out[`${key}.${name}`] = value;
    (row.scores ?? []).forEach((v, i) => { out[`score.${i + 1}`] = v; });
    (row.values ?? []).forEach((v, i) => { out[`value.${i + 1}`] = v; });
    Object.defineProperty(row, "flat", { value: out });
    return out;
  };

  const order = ["number", "name", "state", "score", "rung"];
  const last = ["activation", "f", "reason", "fingerprint", "started", "completed"];
  const rank = (name) => {
    if (order.includes(name)) return order.indexOf(name);
    return last.includes(name) ? 900 + last.indexOf(name) : name.includes(".") ? 100 : 200;
  };
  let known = { of: null, names: [] };
  const attributes = () => {
    if (known.of === state.record && known.epoch === state.epoch) return known.names;
    const seen = new Map();
    for (const row of state.rows) {
      if (!row) continue;
      for (const [name, value] of Object.entries(flat(row))) if (!seen.has(name) || typeof value === "number") seen.set(name, typeof value === "number");
    }
    const names = [...seen].map(([name, numeric]) => ({ name, numeric }));
    names.sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
    known = { of: state.record, epoch: state.epoch, names };
    return names;
  };

  const relation = /^(<=|>=|!=|<|>|=|:)(.+)$/;
  const condition = /^([^<>=!:]+)(<=|>=|!=|<|>|=|:)(.+)$/;
  const searched = ["name", "activation", "f", "operation", "reason", "state", "fingerprint"];
  const compare = {
    "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
    "=": (a, b) => a === b, "!=": (a, b) => a !== b,
  };
  const words = (text) => (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((w) => w.replaceAll('"', ""));
  // [name, relation, value]: by the longest attribute in front, whose name may hold anything.
  const divided = (word, names) => {
    const known = names.filter((n) => word.startsWith(n) && relation.test(word.slice(n.length))).sort((a, b) => b.length - a.length)[0];
    return known === undefined ? condition.exec(word)?.slice(1) : [known, ...relation.exec(word.slice(known.length)).slice(1)];
  };

  // Text -> {test(row), wrong: words that name no attribute}.
  const parsed = (text) => {
    const names = attributes().map((a) => a.name);
    const tests = [];
    const wrong = [];
    for (let word of words(text)) {
      const not = word.startsWith("!") && word.length > 1;
      if (not) word = word.slice(1);
      const found = divided(word, names);
      let test;
      if (found) {
        const [name, sign, value] = found;
        if (!names.includes(name)) { wrong.push(name); continue; }
        const wanted = Number(value);
        if (sign === ":" || Number.isNaN(wanted)) {
          const lower = value.toLowerCase();
          const has = (row) => String(flat(row)[name] ?? "").toLowerCase();
          if (sign === ":") test = (row) => has(row).includes(lower);
          else if (sign === "!=") test = (row) => has(row) !== lower;
          else if (sign === "=") test = (row) => has(row) === lower;
          else { wrong.push(word); continue; }
        } else {
          test = (row) => typeof flat(row)[name] === "number" && compare[sign](flat(row)[name], wanted);
        }
      } else {
        const lower = word.toLowerCase();
        test = (row) => searched.some((key) => String(row[key] ?? "").toLowerCase().includes(lower));
      }
      tests.push(not ? (row) => !test(row) : test);
    }
    return { test: (row) => tests.every((t) => t(row)), wrong };
  };

  // Missing values come last in either direction; ties by number.
  const sorted = (rows, { by, down }) => {
    const key = (row) => flat(row)[by];
    const missing = (v) => v === undefined || v === null || v === "";
    const rung = by === "score";  // scores of different rungs do not compare: more rungs first, failures last
    return rows.sort((a, b) => {
      const x = key(a), y = key(b);
      if (missing(x) || missing(y)) return missing(x) - missing(y) || a.number - b.number;
      if (rung && a.rung !== b.rung && a.rung !== undefined) return b.rung - a.rung;
      const sign = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
      return (down ? -sign : sign) || a.number - b.number;
    });
  };
  const shown = () => {
    const { test, wrong } = parsed(state.filter);
    const rows = state.rows.filter((row) => row && test(row));
    return { rows: sorted(rows, state.sort), wrong };
  };
  antigrad.attributes = attributes;
  antigrad.flat = flat;
  antigrad.shownRows = shown;
  antigrad.parsedFilter = parsed;
}
