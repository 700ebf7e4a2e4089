// The bar, the tabs, and which view is shown: the address after # is run:study/view/argument.
"use strict";
{
  const { state, html, trusted, put, source, theme } = antigrad;
  const order = ["overview", "fame", "trials", "compare", "curves", "tradeoffs", "files"];
  let now = {};       // what is shown: {key, view, argument}
  let pulse = source.offline ? "file" : "on";

  const keyText = (run, study) => (run === study || study === undefined ? encodeURIComponent(run) : `${encodeURIComponent(run)}:${encodeURIComponent(study)}`);
  antigrad.addressOf = (run, study, rest = "overview") => `${keyText(run, study)}/${rest}`;
  antigrad.addressHere = (rest) => (state.key ? antigrad.addressOf(state.key.run, state.key.study, rest) : "");
  antigrad.go = (rest) => { location.hash = antigrad.addressHere(rest); };
  const parse = () => {
    const [key, view, argument] = location.hash.slice(1).split("/");
    if (!key) return {};
    const [run, study] = key.split(":").map(decodeURIComponent);
    return { run, study: study ?? run, view: antigrad.views[view] ? view : "overview", argument };
  };

  const mark = trusted('<svg viewBox="0 0 26 26" aria-hidden="true"><rect width="26" height="26" rx="7" fill="var(--link)"/><path d="M5 17.5C10.5 17.5 11.5 16.5 13.5 13.5S17 7 21 6" fill="none" stroke="var(--bg)" stroke-width="2.4" stroke-linecap="round"/><path d="M5 20.5C9.5 20.5 11 20 13 15.5S16 10.5 21 10.5" fill="none" stroke="var(--bg)" stroke-width="1.5" stroke-linecap="round" opacity=".6"/></svg>');
  const pulses = { on: ["on", "live"], lost: ["lost", "no answer from the server; asking again"], file: ["", "a file"] };
  const bar = () => {
    const [style, words] = pulses[pulse];
    const many = !source.offline && (state.studies.length > 1 || !state.key);
    put(document.getElementById("bar"), html`<div class="bar"><a class="brand" href="${many ? "#" : `#${antigrad.addressHere("overview")}`}" aria-label="${many ? "antigrad: all studies" : "antigrad"}">${mark}<span>antigrad</span></a>
      <span class="where">${state.key && html`<b>${state.study?.name}</b>`}</span><span class="live ${style}" title="${words}${state.record === undefined ? "" : `, record ${state.record}`}"><span class="words">${words}</span></span>
      <button class="plain noprint" id="theme" aria-label="Colours: ${theme.now}" title="Colours: ${theme.now}">${{ auto: "◐", light: "☀", dark: "☾" }[theme.now]}</button></div>`);
    document.getElementById("theme").onclick = () => { theme.next(); bar(); document.getElementById("theme").focus(); };
  };
  antigrad.tabs = () => {
    const nav = document.getElementById("tabs");
    nav.hidden = !state.key;
    if (!state.key) return;
    const focused = document.activeElement?.closest?.("#tabs a")?.dataset.view;
    const active = now.view === "trial" ? "trials" : now.view;
    put(nav, html`<div class="tabs">${order.map((name) => { const view = antigrad.views[name]; return html`<a data-view="${name}" href="#${antigrad.addressHere(name)}"${active === name && html` aria-current="page"`}>${view.title}${view.count && html`<span class="count">${antigrad.number(view.count())}</span>`}</a>`; })}</div>`);
    if (focused) nav.querySelector(`[data-view="${focused}"]`)?.focus();
    const current = nav.querySelector("[aria-current]");
    if (current && now.scrolled !== active) { now.scrolled = active; nav.scrollLeft = current.offsetLeft - 60; }
  };

  antigrad.fault = (error) => { console.info(error); antigrad.say(error.message); };

  const shown = () => document.getElementById("view").firstElementChild;
  const update = () => {
    bar();
    antigrad.tabs();
    if (now.view) antigrad.views[now.view].update(shown(), now.argument);
  };
  let waiting = false, rest = 0;
  const changed = (what, error) => {
    pulse = what;
    if (error) antigrad.say(error.message);
    if (what === "lost") return bar();
    if (waiting) return;
    waiting = true;  // many changes in one frame are one
    setTimeout(() => requestAnimationFrame(() => {
      waiting = false;
      const begin = performance.now();
      update();
      rest = Math.min(3000, 3 * (performance.now() - begin));  // a large study leaves time for its reader
    }), rest);
  };

  const showView = (view, argument) => {
    const same = now.view === view;
    now = { ...now, view, argument };
    for (const id of ["now", "evidence"]) document.getElementById(id).hidden = view !== "overview";
    if (!same || view === "trial" || view === "files") {
      const box = document.createElement("section");
      box.className = `view-${view}`;
      document.getElementById("view").replaceChildren(box);
      antigrad.views[view].mount(box);
    }
    const name = state.key ? state.study.name : "studies";
    document.title = view === "trial" ? `${state.rows[argument]?.name ?? argument} - ${name} - antigrad` : `${name} - antigrad`;
    update();
    if (!same || view === "trial") { window.scrollTo(0, 0); if (now.begun) document.getElementById("main").focus({ preventScroll: true }); }
    now.begun = true;
  };

  const route = async () => {
    try {
      const to = parse();
      if (source.offline) {
        if (!state.key) await source.open({ run: offlineName(), study: offlineName() }, changed);
        return showView(to.view ?? "overview", to.argument);
      }
      if (state.studies.length === 0 || !to.run) await source.studies();
      const only = state.studies.length === 1 ? state.studies[0] : null;
      if (!to.run && only) { history.replaceState(null, "", `#${antigrad.addressOf(only.run, only.name)}`); return route(); }
      if (!to.run) { state.key = null; return showView("studies"); }
      if (state.key?.run !== to.run || state.key?.study !== to.study) {
        state.chosen.clear();
        state.touched = false;
        await source.open({ run: to.run, study: to.study }, changed);
      }
      showView(to.view, to.argument);
    } catch (error) {
      state.key = null;
      now = {};
      bar();
      antigrad.tabs();
      for (const id of ["now", "evidence"]) document.getElementById(id).hidden = true;
      if (error.status === 401) return askForToken();
      put(document.getElementById("view"), html`<section><h1 style="margin-top:22px">This did not work</h1><p class="fault" role="alert">${error.message}</p><p><a href="#">All studies</a></p></section>`);
      console.info(error);
    }
  };
  const askForToken = () => {
    put(document.getElementById("view"), html`<section><h1 style="margin-top:22px">A token, please</h1><p>This server shows its studies to those who know its token.</p><form class="tools"><input type="password" id="token" aria-label="Token" autocomplete="off"><button>Open</button></form></section>`);
    document.querySelector("#view form").onsubmit = (event) => {
      event.preventDefault();
      source.useToken(document.getElementById("token").value);
      route();
    };
    document.getElementById("token").focus();
  };
  const offlineName = () => JSON.parse(document.getElementById("data").textContent).study.name;

  // Every part on paper, not only the one on the screen.
  window.addEventListener("beforeprint", () => {
    if (now.view !== "overview") return;
    for (const name of ["fame", "curves", "tradeoffs"]) {
      const box = document.createElement("section");
      box.className = `printed view-${name}`;
      document.getElementById("view").append(box);
      antigrad.views[name].mount(box);
      antigrad.views[name].update(box);
    }
  });
  window.addEventListener("afterprint", () => { for (const box of document.querySelectorAll(".printed")) box.remove(); });
  window.addEventListener("hashchange", route);
  let width = window.innerWidth;
  window.addEventListener("resize", () => { if (window.innerWidth !== width && now.view) { width = window.innerWidth; update(); } });
  // Studies begin by themselves: the list is asked for again now and then.
  setInterval(() => { if (!source.offline && now.view === "studies") source.studies().then(update, antigrad.fault); }, 4000);
  route();
}
