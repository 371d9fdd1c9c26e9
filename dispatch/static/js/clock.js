// Timers from the server's instants, in the page's language, once a second:
//   <time data-since="ISO">   02:14, counting up
//   <time data-until="ISO">   4:50, counting down; below zero −1:12 and class "late"
//   <time data-ago="ISO">     22s ago / 22秒前; older than data-old seconds: class "old"
//   <time data-at="ISO">      14:31, the town's wall clock (data-at-day adds the day)
//   <time data-clock>         the town's wall clock now
//   <time data-minutes-until="ISO">  6, whole minutes left, at least 1
//   <i class="meter" data-from="ISO" data-until="ISO">  how much of the time has gone
// Our own clock may be wrong, so the server's is kept: <html data-now="ISO">, then every answer's Date.
(() => {
  "use strict";
  const root = document.documentElement;
  const lang = root.lang || "en";
  const zone = root.dataset.timeZone || undefined;
  // Each takes a slow telephone some 50 ms to make: those that a page needs, and when it needs them.
  const once = (make) => { let made; return { format: (...what) => (made ??= make()).format(...what) }; };
  const ago = once(() => new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "narrow" }));
  const hour = once(() => new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }));
  const day = once(() => new Intl.DateTimeFormat(lang, { month: "numeric", day: "numeric", timeZone: zone }));
  let offset = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;

  const pad = (n) => String(n).padStart(2, "0");
  function length(seconds) {
    const s = Math.floor(Math.abs(seconds));
    const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
    return h ? `${h}:${pad(m)}:${pad(s % 60)}` : `${m}:${pad(s % 60)}`;
  }
  function age(seconds) {
    const s = Math.max(0, Math.round(seconds));
    if (s < 60) return ago.format(s < 2 ? 0 : -s, "second");
    if (s < 3600) return ago.format(-Math.floor(s / 60), "minute");
    if (s < 86400) return ago.format(-Math.floor(s / 3600), "hour");
    return ago.format(-Math.floor(s / 86400), "day");
  }

  const write = (node, words) => { if (node.textContent !== words) node.textContent = words; };
  const left = (iso, now) => (Date.parse(iso) - now) / 1000;
  const kinds = {
    since: (node, now) => write(node, length(Math.max(0, -left(node.dataset.since, now)))),
    until(node, now) {
      if (node.localName !== "time") return;
      const seconds = left(node.dataset.until, now);
      write(node, (seconds <= -1 ? "−" : "") + length(seconds < 0 ? seconds : Math.ceil(seconds)));
      node.classList.toggle("late", seconds < 0);
    },
    from(node, now) {
      const whole = Date.parse(node.dataset.until) - Date.parse(node.dataset.from);
      const part = whole > 0 ? (now - Date.parse(node.dataset.from)) / whole : 1;
      node.style.setProperty("--part", `${Math.round(100 * Math.min(1, Math.max(0, part)))}%`);
    },
    ago(node, now) {
      const seconds = -left(node.dataset.ago, now);
      write(node, age(seconds));
      if (node.dataset.old) node.classList.toggle("old", seconds > Number(node.dataset.old));
    },
    at(node) {
      const instant = new Date(node.dataset.at);
      write(node, "atDay" in node.dataset ? `${day.format(instant)} ${hour.format(instant)}` : hour.format(instant));
    },
    clock: (node, now) => write(node, hour.format(now)),
    minutesUntil: (node, now) => write(node, String(Math.max(1, Math.ceil(left(node.dataset.minutesUntil, now) / 60)))),
  };
  const attributes = Object.keys(kinds).map((kind) =>
    [kind, `[data-${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}]`]);

  function tick() {
    const now = Date.now() + offset;
    for (const [kind, selector] of attributes) {
      for (const node of document.querySelectorAll(selector)) kinds[kind](node, now);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    setTimeout(tick); // what the server wrote is right by now: a press comes first
    setInterval(tick, 1000);
    document.body.addEventListener("htmx:afterSwap", (event) => {
      const date = Date.parse(event.detail.xhr?.getResponseHeader("Date") ?? "");
      if (date && Math.abs(date + 500 - Date.now() - offset) > 2500) offset = date + 500 - Date.now();
      tick();
    });
  });
})();
