// Where the data come from: the file itself, or the server, which is asked again and again for what is new.
"use strict";
{
  const { state } = antigrad;
  const inside = JSON.parse(document.getElementById("data").textContent);
  const offline = inside !== null;
  let asking = null;  // stops the question that waits for news

  // A server that is not on this machine wants a token; it is kept until the tab is closed.
  const store = { get token() { try { return sessionStorage.getItem("antigrad-token"); } catch { return null; } },
    set token(text) { try { sessionStorage.setItem("antigrad-token", text); } catch { /* then it is asked for again */ } } };
  const get = async (path, parameters, signal) => {
    const query = new URLSearchParams(Object.entries(parameters).filter(([, v]) => v !== undefined));
    const answer = await fetch(`v1/page/${path}?${query}`, { signal, headers: store.token ? { Authorization: `Bearer ${store.token}` } : {} });
    const body = await answer.json().catch(() => null);
    if (!answer.ok) throw Object.assign(new Error(body?.message ?? body?.error ?? `the server answers ${answer.status}`), { status: answer.status });
    return body;
  };
  const here = () => ({ run: state.key.run, study: state.key.study });

  const take = (news) => {
    if (news.epoch !== state.epoch) {
      state.rows = [];
      state.curves.clear();
      state.drawings.clear();
      state.properties.clear();
    }
    state.epoch = news.epoch;
    state.record = news.record;
    state.study = news.study;
    for (const row of news.trials) state.rows[row.number] = row;
    if (news.evidence !== undefined) state.evidence = news.evidence;
  };
  const takeCurves = (news) => {
    state.curvesRecord = news.record;
    state.curvesEpoch = news.epoch;
    for (const line of news.curves) state.curves.set(line.number, line.tasks);
  };

  const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
  // Tells `changed` of every change until another study is opened.
  const follow = async (changed) => {
    asking?.abort();
    const mine = (asking = new AbortController());
    let wait = 1;
    while (!mine.signal.aborted) {
      try {
        take(await get("study", { ...here(), epoch: state.epoch, from: state.record, wait: 20 }, mine.signal));
        if (mine.signal.aborted) return;
        wait = 1;
        changed("on");
      } catch (error) {
        if (mine.signal.aborted) return;
        changed("lost", error);
        await pause(wait);
        wait = Math.min(30, 2 * wait);
      }
    }
  };

  const source = {
    offline,
    useToken(text) { store.token = text; },
    async studies() { return offline ? [] : (state.studies = await get("studies", {})); },
    async open(key, changed) {
      asking?.abort();
      Object.assign(state, { key, epoch: undefined, record: undefined, curvesEpoch: undefined, curvesRecord: undefined });
      if (offline) {
        take(inside);
        takeCurves(inside);
        for (const [n, drawing] of Object.entries(inside.drawings)) state.drawings.set(Number(n), drawing);
        for (const [n, list] of Object.entries(inside.properties)) state.properties.set(Number(n), list);
        return;
      }
      take(await get("study", here()));
      follow(changed);
    },
    async curves() {
      if (offline) return;
      if (state.curvesEpoch === state.epoch && state.curvesRecord === state.record) return;
      takeCurves(await get("curves", { ...here(), epoch: state.curvesEpoch, from: state.curvesRecord }));
    },
    // Fetches the drawings that are missing; what cannot be drawn has a reason instead.
    async drawings(numbers) {
      const missing = numbers.filter((n) => !state.drawings.has(n));
      if (missing.length === 0) return;
      const got = offline ? {} : await get("drawings", { ...here(), trials: missing.join(",") });
      for (const n of missing) state.drawings.set(n, got[n] ?? { reason: "not in this file: it holds the best trials" });
    },
    async properties(n) {
      if (!state.properties.has(n))
        state.properties.set(n, offline ? { reason: "not in this file: it holds the finalists and baselines" } : await get("properties", { ...here(), trial: n }));
      return state.properties.get(n);
    },
    async trial(n) {
      if (!offline) return get("trial", { ...here(), number: n });
      return { row: state.rows[n], drawing: state.drawings.get(n), ...(inside.details[n] ?? { missing: true, log: [], runs: [] }) };
    },
    async targets() { return offline ? inside.targets : get("targets", {}); },
    async files(n, target) {
      if (!offline) return get("export", { ...here(), trial: n, target });
      return inside.files[`${n} ${target}`] ?? null;
    },
    address: (name) => `v1/page/file?${new URLSearchParams({ run: state.key.run, name })}`,
  };
  antigrad.source = source;
}
