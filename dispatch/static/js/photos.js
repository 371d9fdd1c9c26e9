// Photographs of a visit: <input type="file" data-photos="/where/to/" data-words="…"> in a page whose body
// has data-outbox. Each is scaled down, kept on this device (IndexedDB), and sent by itself, one at a
// time, until it was answered; where this browser keeps nothing, the page keeps it while it is open.
//   #unsent-photos  [data-waiting] with [data-count], [data-refused] with a <ul> and a <template>
(() => {
  "use strict";
  const LONGEST = 1600, QUALITY = 0.8, PATIENCE_MS = 60000, AGAIN_MS = 2000, AGAIN_MOST_MS = 15000;
  const root = document.documentElement;
  const offset = root.dataset.now ? Date.parse(root.dataset.now) - Date.now() : 0;
  const mine = (photo) => photo.owner === document.body.dataset.outbox;
  let held = [], store, sending = false, failures = 0, again;

  // --- kept on this device ---
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  async function open() {
    const request = indexedDB.open("one-number.photos", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "key" });
    store = await done(request);
    held = (await done(rows("readonly").getAll())).filter(mine).sort((a, b) => a.at - b.at);
  }
  const rows = (mode) => store.transaction("photos", mode).objectStore("photos");
  async function write(photo) {
    held = [...held.filter(({ key }) => key !== photo.key), photo];
    try { if (store) await done(rows("readwrite").put(photo)); } catch { /* the page has it */ }
    draw();
  }
  async function forget(key) {
    held = held.filter((photo) => photo.key !== key);
    try { if (store) await done(rows("readwrite").delete(key)); } catch { /* it is sent again, and done once */ }
    draw();
  }

  // --- taken ---
  async function smaller(file) {
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
      const ink = canvas.getContext("2d");
      ink.fillStyle = "#fff";
      ink.fillRect(0, 0, canvas.width, canvas.height);
      ink.drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", QUALITY));
    } catch { return file; } // not a picture that this browser knows: the server says what is wrong
  }

  document.addEventListener("change", async (event) => {
    const input = event.target.closest?.("input[data-photos]");
    if (!input) return;
    const { photos: path, words } = input.dataset, files = [...input.files], at = Date.now() + offset;
    input.value = "";
    for (const file of files) {
      const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      await write({ key, path, words, at, owner: document.body.dataset.outbox, file: await smaller(file) });
    }
    failures = 0;
    flush();
  });

  // --- sent ---
  async function flush() {
    if (sending) return;
    sending = true;
    let any = false;
    try {
      for (let next = waiting()[0]; next && await sent(next); next = waiting()[0]) { failures = 0; any = true; }
    } finally { sending = false; }
    if (any) window.bus?.resync();
    clearTimeout(again);
    if (waiting().length) again = setTimeout(flush, Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** failures++));
  }
  const waiting = () => held.filter((photo) => !photo.why);
  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);

  async function sent(photo) {
    const body = new FormData();
    body.append("photo", photo.file, "photo.jpg");
    const headers = {
      "Idempotency-Key": photo.key, "Pressed-At": new Date(photo.at).toISOString(), "HX-Request": "true",
      "X-CSRFToken": cookie("csrftoken") ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"],
    };
    let answer, text;
    try {
      answer = await fetch(photo.path, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
      text = await answer.text();
    } catch { return false; }
    if (answer.redirected && /\/sign-in\//.test(answer.url)) {
      root.dataset.link = "out";
      return false;
    }
    if (answer.ok) {
      await forget(photo.key);
      return true;
    }
    if (answer.status >= 500 || [401, 403, 408, 429].includes(answer.status)) return false;
    let why = document.body.dataset.errorWords;
    try { why = JSON.parse(text).error.fields?.photo ?? (JSON.parse(text).error.message || why); } catch { /* not ours */ }
    await write({ ...photo, why });
    return true;
  }

  // --- what one sees ---
  function draw() {
    const box = document.getElementById("unsent-photos");
    if (!box) return;
    const kept = waiting(), refused = held.filter((photo) => photo.why);
    const part = (name, list) => {
      const node = box.querySelector(`[data-${name}]`);
      node.hidden = !list.length;
      return node;
    };
    part("waiting", kept).querySelector("[data-count]").textContent = kept.length;
    const lines = part("refused", refused);
    lines.querySelector("ul").replaceChildren(...refused.map((photo) => {
      const line = lines.querySelector("template").content.cloneNode(true);
      line.querySelector("[data-words]").textContent = photo.words;
      line.querySelector("[data-why]").textContent = photo.why;
      line.querySelector("[data-unsent]").dataset.unsent = photo.key;
      return line;
    }));
    box.hidden = !held.length;
  }

  document.addEventListener("click", (event) => {
    const seen = event.target.closest?.("[data-unsent]");
    if (seen) forget(seen.dataset.unsent);
  });
  addEventListener("online", () => { failures = 0; flush(); });
  addEventListener("beforeunload", (event) => { if (!store && waiting().length) event.preventDefault(); });
  document.addEventListener("DOMContentLoaded", async () => {
    try { await open(); } catch { /* private windows keep nothing */ }
    draw();
    flush();
    document.body.addEventListener("resync", flush);
  });
})();
