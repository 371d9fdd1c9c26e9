// Keys, declared on what they press:
//   <button data-key="F9" data-confirm="Press again">Hang up <kbd>F9</kbd></button>
// Written F2, Shift+F7, Ctrl+Enter, Alt+1, n, /, ?, ArrowDown. A field is focused, all else clicked.
// Keys without Ctrl, Alt or an F-number work only while no field has the focus, and can be
// switched off in the list that ? opens (kept in this browser), on the console on the page of one's
// own keys (<body data-letters="off">): WCAG 2.1.4.
// data-confirm: the first press, by key or pointer, only arms for 3 s; the second acts. An armed
// button whose meaning changes under the hand (another form, another value) is disarmed.
// data-press on a field: the key that is pressed in it is written there; Backspace empties it.
// data-steps on a list: ↑ and ↓ move the focus among its links and buttons.
(() => {
  "use strict";
  const ARMED_MS = 3000, STORE = "one-number.letters";
  const shown = (node) => node.checkVisibility ? node.checkVisibility() : node.offsetParent !== null;
  const usable = (node) => !node.disabled && node.getAttribute("aria-disabled") !== "true" && shown(node);
  const inField = (node) => node?.isContentEditable
    || node?.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
  // The console keeps it with the account, other pages in this browser.
  const lettersOn = () => document.body.dataset.letters !== "off" && localStorage.getItem(STORE) !== "off";

  function pressed(event) {
    const single = event.key.length === 1;
    const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "",
      event.shiftKey && !single ? "Shift" : ""].filter(Boolean);
    const digit = event.altKey && /^Digit\d$/.test(event.code) ? event.code.slice(5) : undefined;
    return [...parts, digit ?? (single ? event.key.toLowerCase() : event.key)].join("+");
  }
  const find = (combination) => [...document.querySelectorAll("[data-key]")].find((node) =>
    node.dataset.key.split(" ").some((key) => key.length === 1 ? key.toLowerCase() === combination : key === combination)
    && usable(node.closest("label") ?? node));

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (!target.hasAttribute?.("data-press") || event.isComposing || /^(Tab|Escape|Control|Alt|Shift|Meta)$/.test(key)) return;
    if (key === "Enter" && !event.ctrlKey && !event.altKey) return; // sends the form
    event.preventDefault();
    event.stopImmediatePropagation();
    target.value = /^(Backspace|Delete)$/.test(key) ? "" : pressed(event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat || event.defaultPrevented) return;
    const combination = pressed(event);
    const free = combination.length > 1 && /^(F\d+|Ctrl\+|Alt\+|Shift\+F)/.test(combination);
    if (!free && (inField(event.target) || event.ctrlKey || event.metaKey || event.altKey)) return;
    if (combination.length === 1 && combination !== "?" && !lettersOn()) return;
    const help = document.querySelector("[data-show-keys]");
    if (combination === (help ? help.dataset.key : "?") && list()) return event.preventDefault();
    if (document.querySelector("dialog:modal")) return;
    if (/^Arrow(Up|Down)$/.test(combination) && step(event.target, combination)) return event.preventDefault();
    const target = find(combination);
    if (!target) return;
    event.preventDefault();
    if (inField(target)) target.focus(); else target.click();
  });

  function step(from, key) {
    const list = from.closest?.("[data-steps]") ?? (from === document.body && document.querySelector("[data-steps]"));
    if (!list) return false;
    const stops = [...list.querySelectorAll("a[href], button")].filter(usable);
    const at = stops.indexOf(document.activeElement);
    const next = at < 0 ? stops[0] : stops[at + (key === "ArrowDown" ? 1 : -1)];
    next?.focus();
    return stops.length > 0;
  }

  // --- second press ---
  let armed;
  const meaning = (node) => [node.value, node.getAttribute("hx-post"), node.getAttribute("hx-vals"), node.dataset.bound,
    node.form && [node.form.getAttribute("action"), node.form.getAttribute("hx-post"),
      ...[...node.form.querySelectorAll("input[type=hidden]:not([name=csrfmiddlewaretoken])")].map((f) => f.value)]].join("|");

  function disarm() {
    clearTimeout(armed?.timer);
    armed?.node.removeAttribute("data-armed");
    armed = undefined;
  }

  document.addEventListener("click", (event) => {
    const node = event.target.closest?.("[data-confirm]");
    if (!node) return;
    const again = armed?.node === node && armed.meaning === meaning(node);
    disarm();
    if (again) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    node.dataset.armed = "";
    armed = { node, meaning: meaning(node), timer: setTimeout(disarm, ARMED_MS) };
    window.say?.(node.dataset.confirm);
  }, true);

  // --- the list of keys ---
  const nice = { Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
  const written = (key) => key.split("+").map((part) => nice[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join(" ");
  function words(node) {
    if (node.dataset.keyLabel || node.getAttribute("aria-label")) return node.dataset.keyLabel || node.getAttribute("aria-label");
    const pick = node.closest("label");
    if (pick?.querySelector("strong")) return pick.querySelector("strong").textContent.trim();
    const copy = (pick ?? node).cloneNode(true);
    copy.querySelectorAll("kbd, svg").forEach((part) => part.remove());
    return copy.textContent.trim().replace(/\s+/g, " ") || node.placeholder || "";
  }
  function list() {
    const dialog = document.getElementById("keys");
    if (!dialog) return false;
    if (dialog.open) { dialog.close(); return true; }
    const items = [...document.querySelectorAll("[data-key]")].filter((node) => shown(node.closest("label") ?? node)).map((node) => {
      const item = document.createElement("li"), key = document.createElement("kbd");
      key.textContent = written(node.dataset.key.split(" ")[0]);
      item.append(words(node), key);
      return item;
    });
    dialog.querySelector(".keys").replaceChildren(...items);
    const letters = dialog.querySelector("[data-letters]");
    if (letters) letters.checked = lettersOn();
    dialog.showModal();
    return true;
  }
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-show-keys]")) list(); });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-letters]")) localStorage.setItem(STORE, event.target.checked ? "on" : "off");
  });
  document.addEventListener("DOMContentLoaded", () => document.body.addEventListener("htmx:afterSwap", () => {
    if (armed && (!armed.node.isConnected || armed.meaning !== meaning(armed.node))) disarm();
  }));
})();
