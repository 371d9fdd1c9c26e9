"""Telephones outside: SIPp callers that do what a list of steps says.

Caller(asterisk, "+8613800000001", steps=[wait(1.5), hang_up()])
"""

from collections.abc import Sequence

from tests.infra.asterisk import Asterisk, free_udp_port, program
from tests.infra.process import Process

SDP = """v=0
o=phone 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
"""
VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
CONTACT = "Contact: <sip:phone@[local_ip]:[local_port]>\nMax-Forwards: 70\n"


def wait(seconds: float) -> str:
    return f'<pause milliseconds="{int(seconds * 1000)}"/>'


def hang_up() -> str:
    return _request("BYE")


def until_hung_up(within_s: float = 60) -> str:
    """Waits until the other side hangs up; the telephone fails when it does not."""
    return f'<recv request="BYE" timeout="{int(within_s * 1000)}"/>' + _send(
        "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
        "Content-Length: 0\n",
        once=True,
    )


class Caller(Process):
    """Rings the hotline once it is entered; `finished()` says whether all went as its steps say."""

    def __init__(
        self,
        asterisk: Asterisk,
        number: str,
        *,
        steps: Sequence[str],
        name: str = "",
        to: str = "12349",
    ) -> None:
        super().__init__([])
        shown = name.replace("\\", "\\\\").replace('"', '\\"')
        us = f'"{shown}" <sip:{number}@[local_ip]:[local_port]>;tag=[pid]one[call_number]'
        them = f"<sip:{to}@[remote_ip]:[remote_port]>"
        invite = (
            f"INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0\n{VIA}From: {us}\nTo: {them}\n"
            f"Call-ID: [call_id]\nCSeq: 1 INVITE\n{CONTACT}Content-Type: application/sdp\n"
            f"Content-Length: [len]\n\n{SDP}"
        )
        early = "".join(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183))
        ack = (
            f"ACK [next_url] SIP/2.0\n{VIA}From: {us}\nTo: {them}[peer_tag_param]\n"
            "Call-ID: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n"
        )
        scenario = f'{_send(invite)}{early}<recv response="200" rrs="true"/>{_send(ack, once=True)}'
        scenario += _told(steps, us=us, them=f"{them}[peer_tag_param]")
        file = self.folder / "scenario.xml"
        file.write_text(
            f'<?xml version="1.0"?>\n<scenario name="one">{scenario}</scenario>', "utf-8"
        )
        self.command = [
            *(*program("sipp"), f"127.0.0.1:{asterisk.sip_port}", "-sf", str(file)),
            *("-i", "127.0.0.1", "-p", str(free_udp_port()), "-m", "1", "-nostdin", "-nd"),
            *("-min_rtp_port", str(free_udp_port())),
            *("-trace_err", "-error_file", str(self.folder / "e")),
        ]
        self.env = {"TERM": "dumb"}

    def finished(self, within_s: float = 40) -> bool:
        """Whether it did all its steps and got the answers it waits for."""
        return self._wait(within_s) == 0

    def errors(self) -> str:
        file = self.folder / "e"
        return file.read_text("utf-8", "replace") if file.exists() else ""


def _told(steps: Sequence[str], *, us: str, them: str) -> str:
    return "".join(
        step.replace("@US@", us).replace("@THEM@", them).replace("@CSEQ@", str(number))
        for number, step in enumerate(steps, start=101)
    )


def _send(message: str, *, once: bool = False) -> str:
    again = "" if once else ' retrans="500"'
    return f"<send{again}><![CDATA[\n{message}\n]]></send>"


def _request(method: str, body: str = "", kind: str = "") -> str:
    typed = f"Content-Type: {kind}\n" if kind else ""
    head = (
        f"{method} [next_url] SIP/2.0\n{VIA}From: @US@\nTo: @THEM@\nCall-ID: [call_id]\n"
        f"CSeq: @CSEQ@ {method}\n{CONTACT}{typed}Content-Length: [len]\n\n{body}"
    )
    return _send(head) + '<recv response="200"/>'
