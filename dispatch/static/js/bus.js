// One socket a page. Regions name what they watch and fetch themselves again when poked:
//   <section id="case" data-topic="request:7" hx-get="…" hx-ext="live" hx-swap="live"
//            hx-trigger="request:7 from:body, resync from:body">
// `data-topic` may hold several topics with spaces between. `<body data-socket="/ws/track/…/">`
// names another socket than /ws/live/. A page without topics opens none.
// Pokes and resyncs become DOM events on <body>, at most two rounds a second; a resync stands for
// every poke of its round. <html data-link> says "live", "down" or "out" (no longer signed in).
(() => {
  "use strict";
  const ROUND_MS = 500, JITTER_MS = 120, RESYNC_MS = 15000, PATIENCE_MS = 8000, SIGNED_OUT = 4401;
  const root = document.documentElement;
  const refused = new Set();
  let socket, failures = 0, reopening, answerDue;

  const topics = () => [...new Set([...document.querySelectorAll("[data-topic]")]
    .flatMap((region) => region.dataset.topic.split(/\s+/)))]
    .filter((topic) => topic && !refused.has(topic));

  // --- rounds: pokes wait for each other, then go out together ---
  const waiting = new Map();
  let nextRound, lastRound = -Infinity;

  function announce(topic, detail = {}) {
    waiting.set(topic, detail);
    if (nextRound) return;
    const wait = Math.max(0, lastRound + ROUND_MS - performance.now()) + Math.random() * JITTER_MS;
    nextRound = setTimeout(round, wait);
  }

  function round() {
    lastRound = performance.now();
    nextRound = undefined;
    const events = waiting.has("resync") ? [["resync", {}]] : [...waiting];
    waiting.clear();
    for (const [topic, detail] of events) {
      document.body.dispatchEvent(new CustomEvent(topic, { bubbles: true, detail }));
    }
  }

  // --- the socket ---
  const link = (state) => { if (root.dataset.link !== "out") root.dataset.link = state; };

  function subscribe() {
    const wanted = topics();
    if (!wanted.length || socket?.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ subscribe: wanted }));
    // Every subscription is answered at once: no answer means the line is dead, whatever it says.
    clearTimeout(answerDue);
    answerDue = setTimeout(() => drop(socket), PATIENCE_MS);
  }

  function receive(event) {
    clearTimeout(answerDue);
    link("live");
    const message = JSON.parse(event.data);
    if (message.error) {
      if (message.topic) refused.add(message.topic);
      announce("resync");
    } else if (message.topic) {
      announce(message.topic, { seq: message.seq });
    }
  }

  function drop(old, code) {
    if (old !== socket) return;
    clearTimeout(answerDue);
    socket = undefined;
    old?.close();
    link(code === SIGNED_OUT ? "out" : "down");
    if (code === SIGNED_OUT) {
      announce("resync"); // the regions will hear why
      return;
    }
    const wait = Math.min(10000, 300 * 2 ** failures++) * (0.7 + Math.random() * 0.6);
    clearTimeout(reopening);
    reopening = setTimeout(open, wait);
  }

  function open() {
    clearTimeout(reopening);
    if (socket || !topics().length) return;
    const path = document.body.dataset.socket || "/ws/live/";
    const opened = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    socket = opened;
    opened.onopen = () => { failures = 0; link("live"); subscribe(); announce("resync"); };
    opened.onmessage = receive;
    opened.onclose = (event) => drop(opened, event.code);
  }

  // --- when to look again, poked or not ---
  function wake() {
    if (document.visibilityState === "hidden") return;
    failures = 0;
    announce("resync");
    if (socket) subscribe(); else open();
  }

  let known = "";
  function regionsChanged() {
    const now = topics().join(" ");
    if (now === known) return;
    known = now;
    if (socket) subscribe(); else open();
  }

  document.addEventListener("DOMContentLoaded", () => {
    known = topics().join(" ");
    open();
    setInterval(() => { announce("resync"); if (socket) subscribe(); }, RESYNC_MS);
    document.body.addEventListener("htmx:afterSettle", regionsChanged);
  });
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("offline", () => socket && drop(socket));
  addEventListener("pageshow", (event) => event.persisted && wake());
  window.bus = { resync: () => announce("resync") };
})();
