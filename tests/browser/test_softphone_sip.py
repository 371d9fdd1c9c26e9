"""The operator's telephone in Chromium, registered over a WebSocket with a real Asterisk."""

import socket

import pytest
from playwright.sync_api import expect

from tests.browser.windows import SOON_MS, Window, people
from tests.infra import house as houses

asterisk = pytest.importorskip("tests.infra.asterisk", reason="no Asterisk to register with")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.pure]

SECRET = """
from elders.models import User
from telephony.carriers.asterisk import deployment
user = User.objects.get(username="olive")
print("SAID", deployment.telephone(user.pk), deployment.telephone_secret(user.pk))
"""
# Packets of sound that went out and came in, as the browser counted them.
PACKETS = """async () => {
  const report = [...(await Softphone.phones[0].session.connection.getStats()).values()];
  const of = (type, name) => report.filter((one) => one.type === type && one.kind === "audio")
    .reduce((sum, one) => sum + (one[name] ?? 0), 0);
  return [of("outbound-rtp", "packetsSent"), of("inbound-rtp", "packetsReceived")];
}"""


@pytest.fixture
def registered(browser, tmp_path):
    """Olive's console, its telephone registered, and the Asterisk that it is registered with."""
    it = asterisk.Asterisk()
    it.lay_out()
    url = f"ws://127.0.0.1:{it.ws_port}/ws"
    with houses.embedded(tmp_path, env={"SOFTPHONE_WSS_URL": url}) as house:
        people(house)
        it.configure({**house.server.env, **it.house_env, "SIP_PHONES": "webrtc"})
        said = house.manage("shell", "--verbosity", "0", "-c", SECRET).split("SAID ")[1].split()
        facts = {
            "kind": "sip",
            "url": url,
            "uri": f"sip:{said[0]}@127.0.0.1",
            "user": said[0],
            "password": said[1],
        }
        with it:
            olive = Window(browser, house, width=1600, height=900, permissions=["microphone"])
            olive.page.route(
                "**/console/softphone/",
                lambda route: route.fulfill(json={"telephones": [facts], "in_call": False}),
            )
            olive.sign_in("olive").open("/console/").lives()
            shows(olive.page, "ready")
            yield olive.page, it, said[0]
            olive.context.close()


def ring_into_a_room(it, name):
    """As the link does it: Asterisk rings the telephone, and whoever answers is in room 70."""
    actions = [
        {"Action": "Login", "Username": "one-number", "Secret": asterisk.SECRET},
        {
            "Action": "Originate",
            "Channel": f"PJSIP/{name}",
            "Context": "room",
            "Exten": "70",
            "Priority": "1",
            "Async": "true",
        },
    ]
    with socket.create_connection(("127.0.0.1", it.ami_port), timeout=10) as link:
        for action in actions:
            lines = [f"{key}: {value}" for key, value in action.items()]
            link.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            link.recv(4096)


def shows(page, state):
    place = page.locator(f"#softphone[data-state={state}]")
    expect(place).to_be_attached(timeout=2 * SOON_MS)


def test_it_registers_answers_by_f2_and_both_sides_send_and_receive(registered):
    page, it, name = registered
    ring_into_a_room(it, name)
    shows(page, "ringing")
    page.keyboard.press("F2")
    shows(page, "talking")
    page.wait_for_timeout(2000)
    sent, received = page.evaluate(PACKETS)
    assert sent > 40
    assert received > 40


def test_a_lost_socket_drops_no_call_and_comes_back_by_itself(registered):
    page, it, name = registered
    ring_into_a_room(it, name)
    shows(page, "ringing")
    page.keyboard.press("F2")
    shows(page, "talking")
    page.evaluate("Softphone.phones[0].agent._transport.socket._ws.close()")
    shows(page, "lost")
    assert any(name in channel for channel in it.channels())
    before = page.evaluate(PACKETS)
    shows(page, "talking")  # registered anew, over a new socket
    page.wait_for_timeout(1000)
    after = page.evaluate(PACKETS)
    assert all(new > old for old, new in zip(before, after, strict=True))
    assert any(name in channel for channel in it.channels())
