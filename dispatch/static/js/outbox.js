// What was pressed without a line is kept on this device and sent when the line is back: in order,
// with the moment it was pressed and a key of its own, so that the server does it once.
//   <body data-outbox="worker-7">      whose it is: nobody else's sign-in sends it
//   <form data-queue="I have arrived"> kept if it cannot be sent; the words stand in the list
//   <form data-queue data-urgent>      a cry for help: it waits behind nothing
//   <form data-queue data-toggle> with a button[role=switch][data-then]: pressed again, it is as it was
//   <div data-steps> of such forms     the one after a kept one is shown, so that work can go on
//   #outbox                            [data-waiting] with [data-count] and a list, [data-refused] with a
//       list; the <template>s of a line in them have [data-words], [data-pressed], [data-why], [data-seen]
// What the server refuses stays in the list until it is read: nothing is dropped in silence.
(() => {
  "use strict";
  const PATIENCE_MS = 15000;
  const root = document.documentElement;
  const store = () => `one-number.outbox.${document.body.dataset.outbox}`;
  const unsure = new Map(); // what is being sent by htmx, by its key
  let held = [], isStored = true;

  // --- the list, in the browser's storage; where that is full or forbidden, in the page alone ---
  function read() {
    if (!isStored) return held;
    try { held = JSON.parse(localStorage.getItem(store())) ?? []; } catch { /* as it was */ }
    return held;
  }
  function write(list) {
    held = list;
    try {
      localStorage.setItem(store(), JSON.stringify(list));
      isStored = true;
    } catch { isStored = false; } // the page has it
    draw();
  }
  const waiting = () => read().filter((press) => !press.why);
  const change = (key, found) => write(read().flatMap((press) => (press.key === key ? found(press) : [press])));

  function keep(press) {
    const same = waiting().find(({ key, path }) => key === press.key || path === press.path);
    if (same?.toggles && same.key !== press.key) change(same.key, () => []); // back as it was
    if (!same) {
      write(press.urgent ? [press, ...held] : [...held, press]);
      document.getElementById("outbox").scrollIntoView({ block: "nearest" });
    }
    if (press.urgent) hurry();
    else if (!same) later();
  }

  // --- sending ---
  const { flush, later, hurry } = carry({
    waiting,
    patience: PATIENCE_MS,
    body: ({ fields }) => new URLSearchParams(fields.filter(([name]) => name !== "csrfmiddlewaretoken")),
    done: ({ key }) => change(key, () => []),
    refused: ({ key }, { message }) => change(key, (press) => [{ ...press, why: message }]),
  });

  // --- what htmx sends: with its key from the first try, because an answer may be what is lost ---
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt.closest?.("form[data-queue]");
    if (!form || event.detail.verb === "get") return;
    const press = {
      key: carry.key(),
      path: event.detail.path,
      fields: [...event.detail.formData ?? Object.entries(event.detail.parameters)].filter(([, value]) => typeof value === "string"), // photos.js has the files
      words: form.dataset.queue,
      toggles: "toggle" in form.dataset,
      urgent: "urgent" in form.dataset,
      at: carry.now(),
    };
    if ((waiting().length && !press.urgent) || !navigator.onLine) {
      event.preventDefault();
      keep(press);
      form.reset();
      return;
    }
    Object.assign(event.detail.headers, carry.headers(press));
    unsure.set(press.key, press);
  });
  const keyOf = ({ requestConfig }) => requestConfig?.headers?.["Idempotency-Key"];
  const failed = ({ status }) => status === 0 || status >= 500 || [408, 429].includes(status);
  function lost({ detail }) {
    const press = unsure.get(keyOf(detail));
    unsure.delete(keyOf(detail));
    if (press) keep(press);
  }
  // htmx says afterRequest before it says why.
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (!failed(detail.xhr)) unsure.delete(keyOf(detail)); });
  for (const kind of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(kind, lost);
  document.addEventListener("htmx:responseError", (event) => { if (failed(event.detail.xhr)) lost(event); });

  // --- what one sees ---
  const hour = () => new Intl.DateTimeFormat(root.lang || "en", {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: root.dataset.timeZone || undefined,
  });

  // A line stays the node it was while nothing changes: who is pressing it would press nothing.
  const drawn = new WeakMap();
  function list(part, presses) {
    const asked = JSON.stringify(presses);
    if (drawn.get(part) === asked) return;
    drawn.set(part, asked);
    part.hidden = !presses.length;
    const count = part.querySelector("[data-count]"), lines = part.querySelector("ul");
    if (count) count.textContent = presses.length;
    lines.replaceChildren(...presses.map((press) => {
      const line = part.querySelector("template").content.cloneNode(true);
      const write = (name, words) => { const node = line.querySelector(`[data-${name}]`); if (node) node.textContent = words; };
      write("words", press.words);
      write("pressed", hour().format(press.at));
      write("why", press.why);
      line.querySelector("[data-seen]")?.setAttribute("data-seen", press.key);
      return line;
    }));
  }

  // A switch stands as it was pressed; its value is what the server was asked to make of it.
  function turn(node, isKept) {
    if (isKept === node.hasAttribute("data-turned")) return;
    const checked = isKept ? node.value === "1" : node.value !== "1";
    node.setAttribute("aria-checked", String(checked));
    [node.textContent, node.dataset.then] = [node.dataset.then, node.textContent.trim()];
    node.toggleAttribute("data-turned", isKept);
  }

  function draw() {
    const box = document.getElementById("outbox");
    if (!box) return;
    const kept = held.filter((press) => !press.why), refused = held.filter((press) => press.why);
    list(box.querySelector("[data-waiting]"), kept);
    list(box.querySelector("[data-refused]"), refused);
    box.hidden = !held.length;
    const paths = new Set(kept.map((press) => press.path));
    for (const form of document.querySelectorAll("form[data-queue]")) {
      const isKept = paths.has(new URL(form.action).pathname);
      form.toggleAttribute("data-kept", isKept);
      if ("toggle" in form.dataset) turn(form.querySelector("[role=switch]"), isKept);
    }
    for (const steps of document.querySelectorAll("[data-steps]")) {
      const forms = [...steps.children].filter((node) => node.matches("form[data-queue]"));
      const last = forms.findLastIndex((form) => form.hasAttribute("data-kept"));
      if (last >= 0) forms.forEach((form, n) => { form.hidden = n !== last + 1; });
      else if (steps.hasAttribute("data-ahead")) forms.forEach((form, n) => { form.hidden = n !== 0; });
      steps.toggleAttribute("data-ahead", last >= 0);
    }
  }

  document.addEventListener("click", (event) => {
    const seen = event.target.closest?.("[data-seen]");
    if (seen) change(seen.dataset.seen, () => []);
  });
  addEventListener("storage", () => { read(); draw(); });
  document.addEventListener("DOMContentLoaded", () => {
    read();
    draw();
    flush();
    document.body.addEventListener("htmx:afterSwap", draw);
  });
})();
