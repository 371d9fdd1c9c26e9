// Photographs of a visit: <input type="file" data-photos="/where/to/" data-words="…"> in a page whose body
// has data-outbox. Each is scaled down, kept on this device (IndexedDB), and sent by itself, one at a
// time, until it was answered; where this browser keeps nothing, the page keeps it while it is open.
//   #unsent-photos  [data-waiting] with [data-count], [data-refused] with a <ul> and a <template>
(() => {
  "use strict";
  const LONGEST = 1600, QUALITY = 0.8, PATIENCE_MS = 60000;
  const mine = (photo) => photo.owner === document.body.dataset.outbox;
  const waiting = () => held.filter((photo) => !photo.why);
  let held = [], store;

  // --- kept on this device ---
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  async function open() {
    const request = indexedDB.open("one-number.photos", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "key" });
    store = await done(request);
    store.onversionchange = () => store.close(); // signing out takes them all
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
    const { photos: path, words } = input.dataset, files = [...input.files], at = carry.now();
    input.value = "";
    for (const file of files) {
      await write({ key: carry.key(), path, words, at, owner: document.body.dataset.outbox, file: await smaller(file) });
    }
    hurry();
  });

  // --- sent ---
  const { flush, hurry } = carry({
    waiting,
    patience: PATIENCE_MS,
    body({ file }) {
      const form = new FormData();
      form.append("photo", file, "photo.jpg");
      return form;
    },
    done: ({ key }) => forget(key),
    refused: (photo, { message, fields }) => write({ ...photo, why: fields.photo ?? message }),
  });

  // --- what one sees ---
  function draw() {
    // leave.js asks first where something is not sent.
    try { localStorage.setItem("one-number.outbox.photos", JSON.stringify(held.map(({ key }) => key))); } catch { /* not kept */ }
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
  addEventListener("beforeunload", (event) => { if (!store && waiting().length) event.preventDefault(); });
  document.addEventListener("DOMContentLoaded", async () => {
    try { await open(); } catch { /* private windows keep nothing */ }
    draw();
    flush();
  });
})();
