// The htmx extension "live": a fetched region is morphed into the old one, so that whoever is
// typing, reading or choosing in it is not disturbed. Kept through a morph: the focus, what was
// typed or chosen and not yet sent, open <details> and <dialog>, maps, and what scripts styled.
// Swapped as "fresh" instead, a region with another subject replaces the old one and keeps nothing.
// A form that was sent well is emptied first (not with data-keep). Errors are said in #toast.
(() => {
  "use strict";

  const touched = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.localName === "select") return [...field.options].some((o) => o.selected !== o.defaultSelected);
    return field.value !== field.defaultValue;
  };
  const isField = (node) => /^(input|textarea|select)$/.test(node.localName) && node.type !== "hidden";
  const sameField = (old, fresh) => old.localName === fresh.localName && old.name === fresh.name
    && (old.type !== "radio" || old.value === fresh.value);

  // Words typed for one person must never end up under another: a form that now posts elsewhere
  // is emptied before it is morphed.
  const address = (form) => form.getAttribute("hx-post") ?? form.getAttribute("action");
  function empty(form) {
    if (form.contains(document.activeElement)) document.activeElement.blur();
    form.reset();
  }

  // A button is its act: one that does something else is another button, never the old one with a new
  // meaning under a finger that is already on it. The morph tells nodes apart by their ids, which it
  // puts into selectors as they are: no quotes in them.
  function nameActs(region) {
    const times = new Map();
    for (const node of [region, ...region.querySelectorAll("[hx-post]:not([id])")]) {
      if (node.id || !node.hasAttribute("hx-post")) continue;
      const act = encodeURIComponent(`${node.getAttribute("hx-post")}${node.getAttribute("hx-vals") ?? ""}`);
      times.set(act, (times.get(act) ?? 0) + 1);
      node.id = `does:${act}:${times.get(act)}`;
    }
  }

  const callbacks = {
    beforeNodeMorphed: (old, fresh) => {
      if (old.nodeType !== Node.ELEMENT_NODE) return true;
      if (old.localName === "form" && fresh.localName === "form" && address(old) !== address(fresh)) empty(old);
      if (old.hasAttribute("data-map") || old.hasAttribute("data-sign")) return false;
      return !(isField(old) && sameField(old, fresh) && touched(old));
    },
    beforeAttributeUpdated: (name, node) => {
      if (name === "style" || name === "data-armed" || name === "data-sending") return false; // the server sends none
      return !(name === "open" && /^(details|dialog)$/.test(node.localName));
    },
  };

  // What is being sent stays until it is answered: what htmx says about a node that has left the page
  // reaches nobody, and neither would "your colleague has this call". Its region waits for the answer,
  // but not for long: a new alarm must show beside an answer that does not come.
  const PATIENCE_MS = 2000;
  const sending = (node) => node.nodeType === Node.ELEMENT_NODE
    && (node.hasAttribute("data-sending") || node.querySelector("[data-sending]") !== null);
  function waitsFor(region) {
    const sent = region.matches("[data-sending]") ? region : region.querySelector("[data-sending]");
    return sent !== null && performance.now() - sent.dataset.sending < PATIENCE_MS;
  }
  let kept = false;
  callbacks.beforeNodeRemoved = (node) => {
    if (!sending(node)) return true;
    kept = true;
    return false;
  };
  document.addEventListener("htmx:beforeRequest", ({ detail: { requestConfig } }) => {
    if (requestConfig.verb !== "get") requestConfig.elt.dataset.sending = performance.now();
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { requestConfig } }) => {
    if (requestConfig.verb === "get") return;
    delete requestConfig.elt.dataset.sending;
    catchUp();
  });
  function catchUp() {
    if (kept) window.bus?.resync();
    kept = false;
  }

  // A press lasts from the finger's coming to its leaving. What is drawn meanwhile may move the button
  // away under it: then it has pressed nothing, or what stands there now. So the page stands still for
  // a press, as it does for what is being sent.
  const TAP_MS = 100; // a finger has left by the time the browser makes a click of it
  let pressing;
  function holdStill(ms) {
    clearTimeout(pressing);
    pressing = setTimeout(() => { pressing = undefined; catchUp(); }, ms);
  }
  addEventListener("pointerdown", () => holdStill(PATIENCE_MS), true);
  for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => holdStill(TAP_MS), true);

  function replace(target, fresh, settling) {
    target.replaceWith(fresh);
    settling.elts.push(fresh); // so that the page hears of the swap
    return [fresh];
  }

  htmx.defineExtension("live", {
    isInlineSwap: (style) => style === "live",
    handleSwap: (style, target, fragment, settling) => {
      if (style !== "live" && style !== "fresh") return false;
      const fresh = fragment.nodeType === Node.DOCUMENT_FRAGMENT_NODE ? fragment.firstElementChild : fragment;
      if (!fresh) return [];
      // htmx's own outerHTML lends new elements the attributes of old ones for a moment, which undoes
      // what a map has put on its element.
      if (style === "fresh") return replace(target, fresh, settling);
      nameActs(target);
      nameActs(fresh);
      // Whoever types is left alone; a button in focus is drawn anew like any other.
      const ignoreActiveValue = document.activeElement !== null && isField(document.activeElement);
      const whole = fresh.cloneNode(true);
      try {
        return Idiomorph.morph(target, fresh, { morphStyle: "outerHTML", ignoreActiveValue, callbacks });
      } catch (error) { // what is true now must stand there, even at the price of an open menu
        console.error(error);
        return replace(target, whole, settling);
      }
    },
  });

  // <ol data-stick> shows its end, as a chat does, unless somebody has scrolled up in it.
  const atEnd = new WeakMap();
  const stick = () => document.querySelectorAll("[data-stick]").forEach((list) => {
    if (atEnd.get(list) !== false) list.scrollTop = list.scrollHeight;
  });
  document.addEventListener("scroll", ({ target }) => {
    if (target.dataset && "stick" in target.dataset) atEnd.set(target, target.scrollHeight - target.scrollTop - target.clientHeight < 40);
  }, true);
  document.addEventListener("DOMContentLoaded", stick);
  document.addEventListener("htmx:afterSwap", stick);

  let fading;
  function say(words, kind = "") {
    const toast = document.getElementById("toast");
    if (!toast || !words) return;
    toast.className = `toast ${kind}`;
    toast.textContent = words;
    clearTimeout(fading);
    fading = setTimeout(() => { toast.textContent = ""; }, 6000);
  }
  window.say = say;

  // A region that was fetched before a press and arrives after its answer shows the world before it:
  // it is thrown away and fetched again.
  const asked = new WeakMap();
  let answered = -Infinity;
  document.addEventListener("htmx:beforeSend", ({ detail: { xhr } }) => asked.set(xhr, performance.now()));

  function isUntimely(xhr, { elt, verb }, target) {
    if (verb !== "get" || !elt.dataset.topic) return false;
    if (pressing || waitsFor(target)) kept = true;
    else if (asked.get(xhr) < answered) window.bus?.resync();
    else return false;
    return true;
  }

  // A button or link that has left the page after all: htmx would no longer know how its answer is swapped.
  function swapFor(gone, answer, target) {
    const place = document.getElementById(target.id) ?? target;
    const swapStyle = gone.getAttribute("hx-swap") ?? "live";
    if (swapStyle === "none") return;
    htmx.swap(place, answer, { swapStyle, swapDelay: 0, settleDelay: 0 }, { contextElement: place });
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig, shouldSwap, target } = event.detail;
    const sent = requestConfig.verb === "get" ? null : requestConfig.elt;
    if (sent) {
      answered = performance.now();
      delete sent.dataset.sending; // its own answer may take it away
    }
    // A fetch that was led to the sign-in page must not paste it into a region.
    if (/\/sign-in\//.test(xhr.responseURL) && !/\/sign-in\//.test(requestConfig.path)) {
      event.detail.shouldSwap = false;
      document.documentElement.dataset.link = "out";
      return;
    }
    if (!shouldSwap) return;
    if (isUntimely(xhr, requestConfig, target)) event.detail.shouldSwap = false;
    const { elt } = requestConfig;
    if (!elt.isConnected && !elt.dataset.topic) { // not a region: one that is gone shows another subject
      event.detail.shouldSwap = false;
      swapFor(elt, xhr.response, target);
    }
    if (sent?.localName === "form" && !("keep" in sent.dataset)) sent.reset();
  });

  // What outbox.js keeps and sends again is not lost, and says so itself.
  const isKept = ({ elt }) => Boolean(document.body.dataset.outbox && elt.closest("form[data-queue]"));

  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status === 401) document.documentElement.dataset.link = "out";
    if (requestConfig.verb === "get" || (xhr.status >= 500 && isKept(requestConfig))) return;
    let words = document.body.dataset.errorWords;
    try { words = JSON.parse(xhr.responseText).error.message || words; } catch { /* not ours */ }
    say(words, "danger");
    window.bus?.resync();
  });

  // No line, or a server that does not answer: whoever pressed must not believe it was sent.
  for (const kind of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => {
      if (event.detail.requestConfig.verb !== "get" && !isKept(event.detail.requestConfig)) say(document.body.dataset.offlineWords, "danger");
    });
  }

  document.addEventListener("said", (event) => say(event.detail.words ?? event.detail.value, event.detail.kind));
})();
