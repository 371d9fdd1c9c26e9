// Lets the pages of elders, workers and families open without a line, as they were last seen.
// `/service-worker.js` (dispatch/pages/shell.py) serves it with its version; each of those pages
// registers it for its own path alone (shell.js), so that console, station and wall never pass here.
// Two caches: "lent" has what is nobody's (style, scripts, page and sound of no line),
// "kept" has pages that the server lets this browser keep (`Shell-Keep: whose seconds`, 0: no end).
// Always the network first: what is kept is shown only when it does not answer, and says how old it
// is. Signed out, another person, or too old: it is dropped.
"use strict";
const VERSION = "@version@", PREFIX = "one-number-";
const LENT = `${PREFIX}lent-${VERSION}`, KEPT = `${PREFIX}kept-${VERSION}`;
const NO_LINE = "/no-line/", OWNER = "/kept/owner", LOOSE = { ignoreVary: true };
const PATIENCE_MS = 6000, AGAIN_MS = 60000;
const HASHED = /\.[0-9a-f]{12}\.\w+$/; // its name changes with it
const NAMED = /"((?:https?:\/\/[^"/]+)?\/(?:static\/[^"#]+|basemap\.json|no-line\/\w+\/))/g;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keepNow(event.data.keep)));
addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(event, url));
  else if (request.method !== "GET") return;
  else if (isNobodys(url)) event.respondWith(lend(event, url));
  else if (request.headers.has("HX-Request")) event.respondWith(region(event));
});

const isNobodys = ({ pathname }) => /^\/(static\/|basemap\.json$|no-line\/)/.test(pathname);
const impatience = () => new Promise((_, refuse) => setTimeout(refuse, PATIENCE_MS, new Error("slow")));
const own = async (kind) => (await caches.keys()).filter((name) => name.startsWith(`${PREFIX}${kind}`));

async function install() {
  const answer = await fetch(NO_LINE);
  if (!answer.ok) throw new Error("no page without a line");
  const cache = await caches.open(LENT);
  await cache.put(NO_LINE, answer.clone());
  await borrow(await answer.text());
  await skipWaiting();
}

// --- what is nobody's ---
async function borrow(html) {
  const cache = await caches.open(LENT);
  const missing = async (address) => {
    if (await cache.match(address, LOOSE)) return;
    const answer = await fetch(address);
    if (answer.ok) await cache.put(address, answer);
  };
  await Promise.all([...new Set([...html.matchAll(NAMED)].map(([, address]) => address))].map(missing));
}

async function lend(event, { href }) {
  const address = href.split("#")[0], there = await caches.match(address, LOOSE);
  if (there && HASHED.test(address)) return there;
  const asked = fetch(event.request).then(async (answer) => {
    if (answer.ok) await (await caches.open(LENT)).put(address, answer.clone());
    return answer;
  });
  if (!there) return asked;
  event.waitUntil(asked.catch(() => undefined));
  return Promise.race([asked, impatience()]).catch(() => there);
}

// --- what is somebody's ---
async function forget() {
  await Promise.all((await own("kept")).map((name) => caches.delete(name)));
}

const isSignedOut = (answer) => answer.type === "opaqueredirect" || answer.status === 403
  || (answer.redirected && answer.url.includes("/sign-in/"));

async function remember(address, answer) {
  const [owner, seconds] = (answer.headers.get("Shell-Keep") ?? "").split(" ");
  if (!owner || !answer.ok) return undefined;
  const before = await caches.match(OWNER);
  if (before && await before.text() !== owner) await forget();
  const cache = await caches.open(KEPT), html = await answer.text(), headers = new Headers(answer.headers);
  headers.set("Kept-At", Date.now());
  headers.set("Kept-For", seconds);
  await cache.put(OWNER, new Response(owner));
  await cache.put(address, new Response(html, { headers }));
  return html;
}

async function rememberPage(address, answer) {
  const html = await remember(address, answer);
  if (!html) return;
  await borrow(html);
  // This version has all it needs now: what older ones had can go.
  for (const name of await own("")) if (name !== LENT && name !== KEPT) await caches.delete(name);
}

// Asked by every page once it is there: one that was on its way while this worker became active is
// nobody's client yet.
async function keepNow(address) {
  await clients.claim();
  const there = await find(address);
  if (there && Date.now() - there.at < AGAIN_MS) return;
  const answer = await fetch(address);
  if (isSignedOut(answer)) await forget();
  else await rememberPage(address, answer);
}

async function find(address) {
  const answer = await caches.match(address, LOOSE);
  if (!answer) return undefined;
  const at = Number(answer.headers.get("Kept-At")), seconds = Number(answer.headers.get("Kept-For"));
  if (seconds && Date.now() > at + seconds * 1000) {
    await Promise.all((await own("kept")).map(async (name) => (await caches.open(name)).delete(address, LOOSE)));
    return undefined;
  }
  return { at, html: await answer.text(), headers: answer.headers };
}

const regionOf = (page) => `/kept/region?of=${encodeURIComponent(page.split("#")[0])}`;

// The page as last seen, with the region that was fetched last, the clock put right, and its age.
async function kept(address, mark = "") {
  let page = await find(address);
  if (!page) page = await find(address = registration.scope);
  if (!page) return await caches.match(NO_LINE, LOOSE) ?? Response.error();
  const latest = await find(regionOf(address));
  let { html, at } = page;
  if (latest && latest.at > at) {
    html = html.replace(/<!--now-->[^]*<!--\/now-->/, () => `<!--now-->${latest.html}<!--/now-->`);
    at = latest.at;
  }
  const then = Date.parse(/ data-now="([^"]+)"/.exec(html)[1]), ours = then - page.at;
  const iso = (instant) => new Date(instant).toISOString();
  html = html.replace(/ data-now="[^"]+"/, ` data-now="${iso(Date.now() + ours)}" data-kept-at="${iso(at + ours)}"${mark}`);
  return new Response(html, { headers: page.headers });
}

// --- asked by the browser ---
async function navigate(event, { href }) {
  const { request } = event, address = href.split("#")[0];
  const asked = fetch(request).then((answer) => {
    if (request.method === "GET") {
      if (isSignedOut(answer)) event.waitUntil(forget());
      else event.waitUntil(rememberPage(address, answer.clone()).catch(() => undefined));
    }
    return answer;
  });
  event.waitUntil(asked.catch(() => undefined));
  // A form without scripts that could not be sent must say so.
  if (request.method !== "GET") return asked.catch(() => kept(registration.scope, " data-not-sent"));
  try {
    const isKept = await find(address) ?? await find(registration.scope);
    const answer = await (isKept ? Promise.race([asked, impatience()]) : asked);
    return answer.status >= 500 && isKept ? await kept(address) : answer;
  } catch {
    return kept(address);
  }
}

let last = {};
async function region(event) {
  const answer = await fetch(event.request), copy = answer.clone();
  event.waitUntil((async () => {
    if (isSignedOut(copy)) return forget();
    const page = await clients.get(event.clientId);
    if (!page || !copy.ok) return undefined;
    // Nothing new is written down once a minute only.
    const html = (await copy.clone().text()).replace(/value="\w{64}"/g, ""), { url } = page;
    if (last.url === url && last.html === html && Date.now() - last.at < AGAIN_MS) return undefined;
    last = { url, html, at: Date.now() };
    return remember(regionOf(url), copy);
  })().catch(() => undefined));
  return answer;
}

// --- web push: it never says more than that there is something new (telephony/push.py) ---
addEventListener("push", (event) => {
  const { title = "One Number", body = "" } = event.data?.json() ?? {};
  event.waitUntil(registration.showNotification(title, { body, tag: "one-number", renotify: true, icon: "/static/icon-192.png" }));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = pages.find((page) => page.url.startsWith(registration.scope));
    return open ? open.focus() : clients.openWindow(registration.scope);
  })());
});
