"""Windows of several people onto one running house, and the people themselves."""

import json
import urllib.request
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.page import complains
from tests.cast import PASSWORD
from tests.infra.house import House

# A change is on every screen within a second; a loaded machine of two cores is given more.
SOON_MS = 60_000

PEOPLE = """
from datetime import timedelta
from django.utils import timezone
from dispatch import links
from elders import tokens
from elders.models import User
from tests import cast
from tracking import devices
from tracking.models import Device
import json

now = timezone.now()
mei = cast.mei()
mei.holdings.update(verified_at=now)
cast.signed_in(mei)
cast.ka_ming(mei, {scopes})
cast.rose(cast.lan())
wai = cast.wai(cast.sunrise_kitchen())
telephone = Device.objects.create(device_id="wai-phone")
devices.link(telephone, worker=wai, now=now - timedelta(days=1))
olive = cast.olive()
print(json.dumps({{
    "mei": mei.pk,
    "track": links.issue(mei, given_to="Ka-Ming", now=now),
    "token": tokens.issue(olive, "story", now=now),
}}))
"""


def people(house: House, *, scopes: str = "") -> dict[str, Any]:
    """Mei with an account, Ka-Ming, Rose, Wai with a telephone that says where he is, Olive."""
    said = house.manage("shell", "--verbosity", "0", "-c", PEOPLE.format(scopes=scopes))
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return found


UNHURRIED = """
from datetime import timedelta
from django.db.models import F
from dispatch.models import Deadline, Offer
Offer.objects.update(expires_at=F("expires_at") + timedelta(days=1))
Deadline.objects.update(due_at=F("due_at") + timedelta(days=1))
"""


def unhurried(house: House) -> None:
    """Who is asked by now has a day longer to answer: looking a page over can take minutes."""
    house.manage("shell", "--verbosity", "0", "-c", UNHURRIED)


class Window:
    """One person's browser. It notices when its page was loaded a second time."""

    def __init__(
        self, browser: Browser, house: House, *, width: int = 1280, height: int = 800, **more: Any
    ) -> None:
        self.house = house
        self.context = browser.new_context(
            locale="en-GB", viewport={"width": width, "height": height}, **more
        )
        self.context.set_default_timeout(SOON_MS)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(error.stack or str(error)))
        self.page.on("console", self._heard)

    def sign_in(self, username: str) -> "Window":
        self.page.goto(f"{self.house.base_url}/sign-in/")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button.primary")
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self

    def open(self, path: str) -> "Window":
        self.page.goto(self.house.base_url + path)
        self.page.evaluate("window.sameLoad = true")
        return self

    def at(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def sees(self, selector: str, words: str) -> None:
        """The words come to stand there, by themselves."""
        expect(self.at(selector).first).to_contain_text(words, timeout=SOON_MS)

    def loses(self, selector: str, words: str) -> None:
        """The words go from there, by themselves."""
        expect(self.at(selector).first).not_to_contain_text(words, timeout=SOON_MS)

    def becomes(self, function: str, arg: Any = None) -> None:
        """The function of the page comes to say yes (the policy forbids the page's own waiting)."""
        for _ in range(SOON_MS // 50):
            if self.page.evaluate(function, arg):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never came true: {function}")

    def lives(self) -> None:
        """Its socket is open."""
        expect(self.at("html[data-link=live]")).to_be_attached(timeout=SOON_MS)

    def was_never_loaded_again(self) -> bool:
        return bool(self.page.evaluate("window.sameLoad === true"))

    def close(self) -> None:
        self.context.close()
        assert not self.errors, "\n".join(self.errors)

    def _heard(self, message: Any) -> None:
        if complains(message):
            self.errors.append(f"{message.text} {message.location}")


def ask(house: House, path: str, token: str) -> Any:
    """An answer of the API."""
    request = urllib.request.Request(f"{house.base_url}/api/v1/{path}")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def act(house: House, path: str, token: str, **body: object) -> Any:
    """Something done by the API."""
    request = urllib.request.Request(f"{house.base_url}/api/v1/{path}", json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def drive(house: House, device: str, *places: tuple[float, float]) -> None:
    """The device says where it is, as OsmAnd does."""
    for lat, lon in places:
        query = f"id={device}&lat={lat}&lon={lon}&accuracy=8"
        with urllib.request.urlopen(f"{house.base_url}/positions/osmand/?{query}", timeout=60):
            pass
