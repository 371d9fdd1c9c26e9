// The page of a community station.
// What a card scanner types goes into the field, wherever the focus is; a scanner ends with Enter, which
// in a form that asks for more (data-scan) only leads to the next field. Whoever walks away leaves
// nothing: <body data-idle-s="120" data-start="/station/"> goes there by itself, and says so before in
// [data-leaving], whose [data-leaving-s] counts. [data-print] prints what the sheet shows on paper.
(() => {
  "use strict";
  const WARN_S = 20;
  const { idleS, start } = document.body.dataset;
  let touched = Date.now(); // the wall clock goes on while a tablet sleeps

  function leave() {
    document.body.replaceChildren();
    location.replace(start);
  }
  function look() {
    const left = Number(idleS) - (Date.now() - touched) / 1000;
    if (left <= 0) return leave();
    const words = document.querySelector("[data-leaving]");
    words.hidden = left > WARN_S;
    words.querySelector("[data-leaving-s]").textContent = Math.ceil(left);
  }
  const stay = () => { if (Date.now() - touched < Number(idleS) * 1000) touched = Date.now(); look(); };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) document.addEventListener(kind, stay, { passive: true });
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) leave(); });
  setInterval(look, 1000);

  const isField = (node) => node.matches?.("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, altKey, metaKey } = event;
    if (key === "Enter" && target.matches("[data-scan]")) {
      event.preventDefault();
      const fields = [...target.form.elements].filter((field) => isField(field) && field.type !== "hidden");
      fields[fields.indexOf(target) + 1]?.focus();
    }
    if (key.length !== 1 || key === " " || ctrlKey || altKey || metaKey || isField(target)) return;
    document.querySelector("[data-scanner]")?.focus();
  });
  document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-print]")) print(); });
})();
