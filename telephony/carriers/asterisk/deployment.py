"""The configuration of Asterisk, made from `deploy/asterisk/` and the settings of this house."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.utils.crypto import salted_hmac

from elders import roles
from elders.models import User

TEMPLATES = Path(settings.BASE_DIR) / "deploy" / "asterisk"
ONLY_FOR_US = 0o600
"""The files hold secrets: their owner reads them, and Asterisk runs as that owner."""


def telephone(user_id: int) -> str:
    """The name under which an operator's telephone is registered."""
    return f"op-{user_id}"


def telephone_of(channel: str) -> int | None:
    """Whose telephone a channel is of, from its name: "PJSIP/op-7-0000002a"."""
    found = re.match(r"PJSIP/op-(\d+)-", channel)
    return int(found[1]) if found else None


def telephone_secret(user_id: int) -> str:
    """The password of that telephone, the same on every machine that has SECRET_KEY."""
    return salted_hmac("one-number.telephone", str(user_id)).hexdigest()[:32]


def operators() -> list[User]:
    """Who gets a telephone."""
    return [user for user in User.objects.filter(is_active=True) if roles.is_operator(user)]


def write(folder: Path, operators: Iterable[User]) -> list[Path]:
    """Writes every file of the configuration into `folder` and returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    operators = list(operators)
    values = _values(operators)
    texts = {path.name: path.read_text("utf-8") for path in sorted(TEMPLATES.glob("*.conf"))}
    written = []
    for name, text in {**texts, "pjsip_operators.conf": _telephones(operators)}.items():
        path = folder / name
        path.touch(ONLY_FOR_US)
        path.write_text(_filled(text, values), "utf-8")
        written.append(path)
    return written


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _values(operators: Iterable[User]) -> dict[str, str]:
    ws_host, ws_port = settings.SIP_WS_BIND.rsplit(":", 1)
    rtp_start, rtp_end = settings.SIP_RTP_PORTS.split("-")
    trunk = settings.SIP_TRUNK or "127.0.0.1"
    mobiles = [_line(settings.SIP_DIAL.format(number=n)) for n in settings.ON_CALL_NUMBERS]
    members = [f"member => PJSIP/{telephone(user.pk)}" for user in operators]
    values = {
        "AMI_HOST": settings.AMI_HOST or "127.0.0.1",
        "AMI_PORT": str(settings.AMI_PORT),
        "AMI_USER": settings.AMI_USER or "one-number",
        "AMI_SECRET": settings.AMI_SECRET,
        "AMI_PERMIT": settings.AMI_PERMIT,
        "HOTLINE": settings.HOTLINE_NUMBER,
        "ON_CALL": "&".join(mobiles),
        "PROMPTS": str(settings.PROMPTS_DIR),
        "QUALIFY_S": "60" if settings.SIP_TRUNK_USER else "0",
        "QUEUE_MEMBERS": "\n".join(members),
        "RTP_END": rtp_end,
        "RTP_START": rtp_start,
        "SIP_BIND": settings.SIP_BIND,
        "SIP_TRUNK": trunk,
        "TRUNK_HOST": trunk.rsplit(":", 1)[0] if trunk.count(":") == 1 else trunk,
        "WS_HOST": ws_host,
        "WS_PORT": ws_port,
    }
    signed_in = bool(settings.SIP_TRUNK_USER)
    return {
        name: _line(value) if name != "QUEUE_MEMBERS" else value for name, value in values.items()
    } | {
        "TRUNK_OUTBOUND_AUTH": "outbound_auth = trunk" if signed_in else "",
        "TRUNK_REGISTRATION": _registration(trunk) if signed_in else "",
    }


def _line(value: str) -> str:
    """A value that cannot end its line, nor start a comment."""
    if any(sign in value for sign in "\r\n;"):
        raise ValueError("a setting for Asterisk has a line break or a semicolon in it")
    return value


def _registration(trunk: str) -> str:
    user, password = _line(settings.SIP_TRUNK_USER), _line(settings.SIP_TRUNK_PASSWORD)
    return f"""[trunk]
type = auth
auth_type = digest
username = {user}
password = {password}

[trunk]
type = registration
transport = udp
outbound_auth = trunk
server_uri = sip:{trunk}
client_uri = sip:{quote(user)}@{trunk}
retry_interval = 20
fatal_retry_interval = 60
max_retries = 1000000
"""


def _telephones(operators: Iterable[User]) -> str:
    """One telephone an operator: a browser over a WebSocket, or a SIP telephone on the desk."""
    in_browser = settings.SIP_PHONES == "webrtc"
    kind = "webrtc = yes\ndtls_auto_generate_cert = yes" if in_browser else "transport = udp"
    return "; one telephone for each operator; made by `manage.py asterisk_config`\n" + "".join(
        f"""
[{name}]
type = endpoint
context = operators
disallow = all
allow = ulaw,alaw
direct_media = no
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes
dtmf_mode = auto
auth = {name}
aors = {name}
{kind}

[{name}]
type = auth
auth_type = digest
username = {name}
password = {telephone_secret(user.pk)}

[{name}]
type = aor
max_contacts = 1
remove_existing = yes
qualify_frequency = {15 if in_browser else 0}
"""
        for user in operators
        if (name := telephone(user.pk))
    )
