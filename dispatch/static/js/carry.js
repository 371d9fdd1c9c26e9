// Sends what this device keeps for the server: one at a time, in order, until each was answered.
//   carry.key()   a key of its own, by which the server does a thing once, however often it comes
//   carry.now()   ms by the server's clock
//   carry.headers({key, at})
//   carry({waiting, body, patience, done, refused}) -> {flush, later, hurry}
//       waiting() -> [{key, at, path}], body(one), done(one), refused(one, {message, fields}), patience in ms
// A line, a server or a sign-in that fails is no answer: it is tried again, soon and then less often.
(() => {
  "use strict";
  const AGAIN_MS = 1000, AGAIN_MOST_MS = 15000, NO_ANSWER = [401, 403, 408, 429];
  const root = document.documentElement;
  const offset = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;
  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const token = () => cookie("csrftoken") ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const headers = ({ key, at }) => ({ "Idempotency-Key": key, "Pressed-At": new Date(at).toISOString() });

  function carry({ waiting, body, patience, done, refused }) {
    let sending = false, failures = 0, again;

    // Whether it was answered.
    async function sent(one) {
      const options = {
        method: "POST",
        body: body(one),
        headers: { ...headers(one), "HX-Request": "true", "X-CSRFToken": token() },
        signal: AbortSignal.timeout(patience),
      };
      let answer, text;
      try {
        answer = await fetch(one.path, options);
        text = await answer.text();
      } catch { return false; }
      if (answer.redirected && /\/sign-in\//.test(answer.url)) {
        root.dataset.link = "out";
        return false;
      }
      if (answer.status >= 500 || NO_ANSWER.includes(answer.status)) return false;
      if (answer.ok) await done(one);
      else await refused(one, errorIn(text));
      return true;
    }

    function errorIn(text) {
      const unsaid = document.body.dataset.errorWords;
      try {
        const { message, fields } = JSON.parse(text).error;
        return { message: message || unsaid, fields: fields ?? {} };
      } catch { return { message: unsaid, fields: {} }; } // not our words
    }

    async function flush() {
      if (sending || !waiting().length) return;
      sending = true;
      try {
        for (let next = waiting()[0]; next && await sent(next); next = waiting()[0]) failures = 0;
      } finally { sending = false; }
      if (waiting().length) later();
      else window.bus?.resync();
    }
    function later() {
      clearTimeout(again);
      again = setTimeout(flush, Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** failures++));
    }
    function hurry() { failures = 0; flush(); }

    addEventListener("online", hurry);
    document.addEventListener("DOMContentLoaded", () => document.body.addEventListener("resync", flush));
    return { flush, later, hurry };
  }

  carry.key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  carry.now = () => Date.now() + offset;
  carry.headers = headers;
  window.carry = carry;
})();
