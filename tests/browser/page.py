"""A page with one live region, its server and its socket, all inside the browser.

The scripts of `dispatch/static/js` run as they are; what they fetch is answered from here, under
the same strict policy as the house's.
"""

import json
import mimetypes
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Route, WebSocketRoute

from config.bundles import BUNDLES

STATIC = Path(__file__).resolve().parents[2] / "dispatch" / "static"
SITE = "http://house.test"
POLICY = "default-src 'self'; connect-src 'self' ws://house.test; img-src 'self' data:"
SCRIPTS = (
    "vendor/htmx.min.js",
    "vendor/idiomorph.min.js",
    "vendor/leaflet/leaflet.js",
    *(f"js/{name}.js" for name in "live bus clock keys pick prefs".split()),
    *BUNDLES["bundle/map.js"],
    *(f"js/{name}.js" for name in "draw sound aloud share".split()),
)
SHEETS = ("tokens", "base", "components", "map")
CONFIG = {"allowEval": False, "includeIndicatorStyles": False}
LIVE = (
    'id="region" data-topic="request:7" hx-get="/region" hx-ext="live" hx-swap="live" '
    'hx-trigger="request:7 from:body, resync from:body"'
)


def complains(message: ConsoleMessage) -> bool:
    """Whether a script or the policy complained; a fetch that failed is the page's own business."""
    of_network = ("Failed to load resource", "WebSocket connection", "Response Status", "htmx:")
    return message.type == "error" and not message.text.startswith(of_network)


class LivePage:
    """`inside` makes the region's contents from how often it was fetched."""

    def __init__(self, browser: Browser, inside, *, html="", now="2026-03-10T01:30:00+00:00"):
        self.inside, self.html, self.now = inside, html, now
        self.fetched = 0
        self.sockets: list[WebSocketRoute] = []
        self.subscribed: list[list[str]] = []
        self.up = True
        self.slow = False
        self.held: list[tuple[Route, str]] = []
        self.answers: dict[str, tuple[int, str, str]] = {}
        self.errors: list[str] = []
        self.page: Page = browser.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)
        self.page.route("**/*", self._answer)
        self.page.route_web_socket("**/ws/**", self._socket)
        self.page.goto(f"{SITE}/")
        self.linked("live")

    def poke(self, topic="request:7"):
        """What the server sends when something changed."""
        for socket in self.sockets[-1:]:
            socket.send(json.dumps({"topic": topic, "seq": self.fetched}))

    def release(self):
        """Answers the fetches that were held while `slow`, with what they read then."""
        self.slow = False
        for route, body in self.held:
            self._fulfill(route, 200, "text/html; charset=utf-8", body)
        self.held.clear()

    def linked(self, state):
        """Waits until the page says so of its connection: live, down or out."""
        self.page.wait_for_selector(f"html[data-link={state}]", state="attached", timeout=30_000)

    def settle(self, ms=900):
        self.page.wait_for_timeout(ms)

    def close(self):
        self.page.close()
        assert not self.errors

    def _heard(self, message):
        if complains(message):
            self.errors.append(message.text)

    def _socket(self, socket: WebSocketRoute):
        if not self.up:
            socket.close()
            return
        self.sockets.append(socket)
        socket.on_message(lambda text: self._subscribe(socket, json.loads(text)["subscribe"]))

    def _subscribe(self, socket: WebSocketRoute, topics: list[str]):
        self.subscribed.append(topics)
        for topic in topics:
            socket.send(json.dumps({"topic": topic, "seq": self.fetched}))

    def _answer(self, route: Route):
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        status, kind, body = 200, "text/html; charset=utf-8", ""
        if path in self.answers:
            status, kind, body = self.answers[path]
        elif path == "/":
            body = self._page()
        elif path == "/region":
            self.fetched += 1
            body = self._region()
            if self.slow:
                self.held.append((route, body))
                return
        elif path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "text/plain"
            body = file.read_text("utf-8") if file.suffix in {".js", ".css"} else ""
        self._fulfill(route, status, kind, body)

    def _fulfill(self, route: Route, status: int, kind: str, body: str):
        headers = {"Content-Security-Policy": POLICY, "Content-Type": kind}
        route.fulfill(status=status, headers=headers, body=body)

    def _region(self) -> str:
        return f"<section {LIVE}>{self.inside(self.fetched)}</section>"

    def _page(self) -> str:
        sheets = "".join(f'<link rel="stylesheet" href="/static/css/{s}.css">' for s in SHEETS)
        scripts = "".join(f'<script src="/static/{s}" defer></script>' for s in SCRIPTS)
        return (
            f'<!doctype html><html lang="en" data-now="{self.now}" data-time-zone="Asia/Shanghai">'
            f"<head><meta name=\"htmx-config\" content='{json.dumps(CONFIG)}'>{sheets}{scripts}"
            f'</head><body data-error-words="That did not work" data-offline-words="Offline">'
            f'{self._region()}{self.html}<output id="toast"></output>'
            f'<dialog id="keys"><ul class="keys"></ul><input type="checkbox" data-letters></dialog>'
            f"</body></html>"
        )
