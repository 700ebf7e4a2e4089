// What can be taken away: kernel source, exports for other frameworks, tables, the journal.
"use strict";
{
  const { state, html, put, source, flat, save } = antigrad;
  let target = "c";

  const quoted = (value) => { const text = Array.isArray(value) ? value.join(" ") : String(value ?? ""); return /[",\n\r]/.test(text) || /^[=+\-@]/.test(text) && Number.isNaN(Number(text)) ? `"${text.replaceAll('"', '""')}"` : text; };
  const csv = (rows) => {
    const names = antigrad.attributes().map((a) => a.name);
    return [names.join(","), ...rows.map((row) => names.map((n) => quoted(flat(row)[n])).join(","))].join("\n") + "\n";
  };

  const rowsOf = (study) => {
    const name = study.name.replace(/[^\w.-]+/g, "_");
    const here = () => antigrad.shownRows().rows;
    return [
      ["Trials as CSV", "every attribute, as filtered and sorted now", () => save(`${name}.csv`, csv(here()), "text/csv")],
      ["Trials as JSON", "as filtered and sorted now", () => save(`${name}.json`, JSON.stringify(here(), null, 1), "application/json")],
    ];
  };
  const stored = [["study.yaml", "the study"], ["journal.log", "the journal: optuna.load_study and optuna-dashboard open it"], ["hall_of_fame.yaml", "the best, for programs"], ["report.html", "this page as a file, as the search left it"]];

  antigrad.views.files = {
    title: "Files",
    mount(element) {
      put(element, html`<h2 style="margin-top:1.2em">Kernel source and exports</h2><div class="tools"><label class="field">Activation <select id="of"></select></label><label class="field">For <select id="target"></select></label></div><p class="note meaning"></p><div class="sources"></div>
        <h2>Tables and records</h2><ul class="files"></ul>`);
      element.querySelector("#of").onchange = (event) => antigrad.go(`files/${event.target.value}`);
      element.querySelector("#target").onchange = (event) => { target = event.target.value; this.sources(element); };
      put(element.querySelector(".files"), html`${rowsOf(state.study).map(([name, what], i) => html`<li><span class="what">${name}<small>${what}</small></span><button data-table="${i}">Download</button></li>`)}
        ${!source.offline && state.study.ours && stored.map(([name, what]) => html`<li><span class="what">${name}<small>${what}</small></span><a class="button" href="${source.address(name)}" download="${name}">Download</a></li>`)}`);
      for (const button of element.querySelectorAll("[data-table]")) button.onclick = () => rowsOf(state.study)[button.dataset.table][2]();
    },
    async sources(element) {
      const box = element.querySelector(".sources"), n = Number(element.dataset.of);
      const meaning = this.targets.find((t) => t.name === target)?.meaning ?? "";
      element.querySelector(".meaning").textContent = meaning;
      const asked = (element.dataset.asked = `${n} ${target}`);
      let files, why;
      try { files = await source.files(n, target); } catch (error) { why = error.message; }
      if (element.dataset.asked !== asked || !element.isConnected) return;
      if (!files) return put(box, html`<p class="empty">${why ?? html`Not in this file. <code>antigrad export ${state.study.name}:${n} --to ${target}</code> writes it.`}</p>`);
      put(box, files.map((file, i) => html`<div class="tools"><b>${file.name}</b>${file.content !== undefined && html`<button data-copy="${i}">Copy</button>`}<button data-save="${i}">Download</button></div>${file.content === undefined ? html`<p class="note">Not a text.</p>` : html`<pre class="source" tabindex="0" aria-label="${file.name}">${file.content}</pre>`}`));
      for (const button of box.querySelectorAll("[data-save]")) button.onclick = () => {
        const { name, content, base64 } = files[button.dataset.save];
        save(name.split("/").pop(), content ?? Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)), content === undefined ? "application/octet-stream" : "text/plain");
      };
      for (const button of box.querySelectorAll("[data-copy]")) button.onclick = () => navigator.clipboard.writeText(files[button.dataset.copy].content).then(() => antigrad.say("copied"), () => antigrad.say("the browser does not allow copying"));
    },
    update(element, n) {
      const rows = state.rows.filter((row) => row?.activation);
      if (n === undefined) n = state.study.best?.number ?? rows[0]?.number;
      element.dataset.of = n;
      const select = element.querySelector("#of");
      rows.sort((a, b) => (b.number === state.study.best?.number) - (a.number === state.study.best?.number) || (a.kind === "baseline" ? 0 : 1) - (b.kind === "baseline" ? 0 : 1) || (a.score ?? 1e99) - (b.score ?? 1e99));
      const list = rows.slice(0, 500);
      if (state.rows[n] && !list.includes(state.rows[n])) list.unshift(state.rows[n]);
      if (select.dataset.of !== `${list.length} ${n}`) put(select, list.map((row) => html`<option value="${row.number}">${row.name}${row.number === state.study.best?.number && " (best)"}</option>`));
      select.dataset.of = `${list.length} ${n}`;
      select.value = n;
      if (n === undefined) return put(element.querySelector(".sources"), html`<p class="empty">Nothing to export yet.</p>`);
      if (element.dataset.asked?.startsWith(`${n} `)) return;
      source.targets().then((targets) => {
        this.targets = targets;
        const choice = element.querySelector("#target");
        if (choice.options.length === 0) put(choice, targets.map((t) => html`<option value="${t.name}">${t.name}</option>`));
        if (!targets.some((t) => t.name === target)) target = targets[0]?.name;
        choice.value = target;
        return this.sources(element);
      }).catch(antigrad.fault);
    },
  };
}
