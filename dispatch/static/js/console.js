// What only the console needs.
//   <textarea data-draft="request:7">  what is typed is kept in this tab until it is sent, also when
//       another card is opened or the page is reloaded; data-sends: Shift+Enter sends its form;
//       data-keeps="/…": the house keeps it too, as it is typed
//   <button data-opens="id">, data-closes="id">  a dialog
//   <details class="menu">  one at a time, closed by Escape and by a press elsewhere
//   [data-pick-button]  refuses a press in the moment after somebody else's change moved it
(() => {
  "use strict";
  const SETTLED_MS = 900, TYPED_MS = 700, KEPT = "one-number.draft.", NEWER = "one-number.newer.";

  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  // --- drafts ---
  const drafts = () => document.querySelectorAll("[data-draft]");
  function restore() {
    for (const field of drafts()) {
      const kept = sessionStorage.getItem(KEPT + field.dataset.draft);
      const isNewer = sessionStorage.getItem(NEWER + field.dataset.draft) && field.value !== kept;
      if (!kept || document.activeElement === field || (field.value && !isNewer)) continue;
      field.value = kept;
      if (isNewer) later(field);
    }
  }
  document.addEventListener("input", (event) => {
    const { draft } = event.target.dataset ?? {};
    if (!draft) return;
    if (event.target.value) sessionStorage.setItem(KEPT + draft, event.target.value);
    else sessionStorage.removeItem(KEPT + draft);
    if (!event.target.dataset.keeps) return;
    sessionStorage.setItem(NEWER + draft, "1"); // than what the house has
    later(event.target);
  });
  let typing, keeping, typed;
  function later(field) {
    clearTimeout(typing);
    typed = field;
    typing = setTimeout(() => keep(field), TYPED_MS);
  }
  // Without a line the tab still has it, and the next key, or the card when it is opened again, tries anew.
  function keep(field) {
    keeping?.abort();
    keeping = new AbortController();
    const { signal } = keeping, { keeps, draft } = field.dataset, text = field.value;
    fetch(keeps, { method: "POST", body: new URLSearchParams({ text }), signal, headers: { "X-CSRFToken": token() } })
      .then(({ ok }) => { if (ok && sessionStorage.getItem(KEPT + draft) === (text || null)) sessionStorage.removeItem(NEWER + draft); })
      .catch(() => undefined);
  }
  // What is sent as a note need not be kept as its draft; what another form sends stops no draft.
  document.addEventListener("submit", ({ target }) => {
    if (![...target.querySelectorAll("[data-draft]")].some(({ dataset }) => dataset.draft === typed?.dataset.draft)) return;
    clearTimeout(typing);
    keeping?.abort();
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const { successful, requestConfig } = event.detail;
    if (!successful || requestConfig.verb === "get") return;
    const { elt } = requestConfig;
    const form = elt.localName === "form" ? elt : elt.form;
    form?.querySelectorAll("[data-draft]").forEach((field) => {
      for (const name of [KEPT, NEWER]) sessionStorage.removeItem(name + field.dataset.draft);
      field.value = "";
    });
    elt.closest?.("details.menu")?.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey && !event.isComposing && "sends" in (event.target.dataset ?? {})) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  // --- what lies open is in the address, so that a reload shows it again ---
  function address() {
    const work = document.getElementById("work");
    if (!work) return;
    const query = work.dataset.query ? `?${work.dataset.query}` : location.pathname;
    if (query !== location.search) history.replaceState(null, "", query);
    for (const row of document.querySelectorAll("[aria-current=page]")) row.removeAttribute("aria-current");
    const [what, id] = (work.dataset.query || "=").split("=");
    if (what === "request") document.getElementById(`row-${id}`)?.setAttribute("aria-current", "page");
  }

  // --- the picked candidate: a change that nobody here made must be seen before it can be sent ---
  let shown, movedAt = -Infinity;
  const label = () => {
    const button = document.querySelector("[data-pick-button]");
    return button && `${button.dataset.bound.split(":")[0]} ${button.form.querySelector(":checked")?.value}`;
  };
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("[data-picks]")) { shown = label(); movedAt = -Infinity; }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-pick-button]") || performance.now() - movedAt > SETTLED_MS) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.say?.(document.body.dataset.movedWords, "danger");
  }, true);
  function watchPick() {
    const now = label();
    if (now && shown && now !== shown && now.split(" ")[0] === shown.split(" ")[0]) movedAt = performance.now();
    shown = now;
  }

  // --- search ---
  const find = () => document.getElementById("find");
  function closeFind(empty) {
    document.getElementById("found")?.replaceChildren();
    if (empty && find()) find().value = "";
  }
  document.addEventListener("keydown", (event) => {
    if (event.target === find() && event.key === "Escape") { closeFind(true); find().blur(); }
    if (event.target === find() && event.key === "Enter") document.querySelector("#found a")?.click();
    if (event.target === find() && event.key === "ArrowDown") { event.preventDefault(); document.querySelector("#found a")?.focus(); }
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
  });

  // --- menus and dialogs ---
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (event.target.closest?.("#found a")) closeFind(true);
    else if (!event.target.closest?.(".find")) closeFind(false);
    const { opens, closes } = event.target.closest?.("[data-opens], [data-closes]")?.dataset ?? {};
    if (opens) document.getElementById(opens)?.showModal();
    if (closes) document.getElementById(closes)?.close();
  });

  // --- the demo: let the town live ---
  async function living(on) {
    const button = document.querySelector("[data-living]");
    if (!button) return;
    const asked = on === undefined ? {} : { method: "POST", body: JSON.stringify({ on }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() } };
    const answer = await fetch(button.dataset.living, asked).catch(() => undefined);
    if (answer?.ok) button.setAttribute("aria-pressed", String((await answer.json()).on));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-living]");
    if (button) living(button.getAttribute("aria-pressed") !== "true");
  });

  // --- our own worker and database: whoever is dead says nothing of itself, so the page asks ---
  const STANDING_MS = 15_000, ANSWER_MS = 10_000;
  const unanswered = () => document.getElementById("unanswered").innerHTML.trim();
  async function stands(url) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (answer.ok && !answer.redirected) return (await answer.text()).trim();
      return answer.status >= 500 ? unanswered() : undefined;
    } catch (fault) {
      return fault.name === "TimeoutError" ? unanswered() : undefined;
    }
  }
  async function standing() {
    const line = document.querySelector("[data-standing]");
    if (!line) return;
    // Without a link or an account the line keeps what it says; that stands elsewhere.
    const words = await stands(line.dataset.standing);
    if (words === undefined) return;
    if (words !== line.dataset.said) line.innerHTML = words;
    line.dataset.said = words;
    line.hidden = !words;
  }

  document.addEventListener("DOMContentLoaded", () => {
    standing();
    setInterval(standing, STANDING_MS);
    restore();
    watchPick();
    address();
    living();
    document.body.addEventListener("htmx:afterSwap", () => { restore(); watchPick(); address(); });
  });
})();
