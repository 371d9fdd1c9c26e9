// A field to sign in with a finger, a pen or a mouse: <div data-sign><svg viewBox="0 0 600 200"><path></svg>
// <input type="hidden" name="signature"><button type="button" data-clear></div>. What is drawn stands
// in the input as strokes ("M12 30L14 31…"), so that it can wait for a line like everything else of its form.
(() => {
  "use strict";
  const WIDE = 600, HIGH = 200, MOST = 40000, STEP = 3;
  let pad, last;

  const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  function at({ clientX, clientY }) {
    const box = pad.querySelector("svg").getBoundingClientRect();
    return [within((clientX - box.left) / box.width * WIDE, WIDE), within((clientY - box.top) / box.height * HIGH, HIGH)];
  }

  function write(node, strokes) {
    node.querySelector("input[type=hidden]").value = strokes;
    node.querySelector("path").setAttribute("d", strokes);
    node.toggleAttribute("data-signed", Boolean(strokes));
  }

  function add(letter, point) {
    const more = `${pad.querySelector("input[type=hidden]").value}${letter}${point[0]} ${point[1]}`;
    last = point;
    if (more.length <= MOST) write(pad, more);
  }

  document.addEventListener("pointerdown", (event) => {
    const svg = event.target.closest?.("[data-sign] svg");
    if (!svg || !event.isPrimary) return;
    event.preventDefault();
    pad = svg.closest("[data-sign]");
    svg.setPointerCapture(event.pointerId);
    const start = at(event);
    add("M", start);
    add("L", start); // a dot is a stroke
  });
  document.addEventListener("pointermove", (event) => {
    if (!pad || !event.isPrimary) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const point = at(one);
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= STEP) add("L", point);
    }
  });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => { pad = undefined; });

  document.addEventListener("click", (event) => {
    const clear = event.target.closest?.("[data-sign] [data-clear]");
    if (clear) write(clear.closest("[data-sign]"), "");
  });
  document.addEventListener("reset", (event) => {
    for (const node of event.target.querySelectorAll?.("[data-sign]") ?? []) write(node, "");
  });
})();
