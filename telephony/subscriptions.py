"""Which browsers may be told by web push: what they send us is checked before it is ever used.

The address comes from a browser, so it may be anything: only `https` on port 443 to a name or
address that is public is taken, and `is_public` asks again before each message where that name
leads. Redirects are never followed. A name that changes in between gains nothing, because the
certificate of the connection is that of the name.
"""

import base64
import binascii
import hashlib
import ipaddress
import socket
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from elders.models import User
from telephony.errors import CallError
from telephony.models import PushSubscription

LONGEST = 1000
MOST = 10
"""Browsers of one account; a further one takes the place of the oldest."""


def is_on() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY)


def has(user: User | None) -> bool:
    """Whether this account can be told by push at all."""
    return is_on() and user is not None and user.push_subscriptions.exists()


def keep(user: User, *, endpoint: str, p256dh: str, auth: str, now: datetime) -> PushSubscription:
    """The browser is told from now on what is new for `user`, and no longer for anybody else.

    Raises CallError 400 for an address or keys that no browser of ours would send.
    """
    wrong = {}
    if not _is_acceptable(endpoint):
        wrong["endpoint"] = _("This is no public https address.")
    if not _is_point(p256dh):
        wrong["p256dh"] = _("This is no key.")
    if len(_octets(auth)) != 16:
        wrong["auth"] = _("This is no key.")
    if wrong:
        message = _("This browser cannot be told by push.")
        raise CallError("bad_request", message, http_status=400, fields=wrong)
    said = {"user": user, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "since": now}
    kept, _is_new = PushSubscription.objects.update_or_create(
        endpoint_hash=_hash(endpoint), defaults=said
    )
    for surplus in PushSubscription.objects.filter(user=user).order_by("-since", "-pk")[MOST:]:
        surplus.delete()
    return kept


def drop(user: User, *, endpoint: str) -> None:
    """This browser of theirs is told nothing any more."""
    PushSubscription.objects.filter(user=user, endpoint_hash=_hash(endpoint)).delete()


def is_public(endpoint: str) -> bool:
    """Whether its name leads to public addresses only, asked now. Not in a transaction."""
    parts = urlsplit(endpoint)
    if parts.netloc in settings.PUSH_TEST_HOSTS:
        return True
    try:
        found = socket.getaddrinfo(parts.hostname, 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(_is_global(str(address[0])) for *_, address in found)


def _is_acceptable(endpoint: str) -> bool:
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable():
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if parts.netloc in settings.PUSH_TEST_HOSTS:
        return True
    return parts.scheme == "https" and port in (None, 443) and _is_public_host(parts)


def _is_public_host(parts: SplitResult) -> bool:
    """By its looks: a name with a dot or a global address, and nobody's password in it."""
    host = (parts.hostname or "").rstrip(".")
    if "@" in parts.netloc or ("." not in host and ":" not in host):
        return False
    return _is_global(host) if _is_address(host) else not host.endswith((".local", ".internal"))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdigit()  # 127.1 is one for the system, if not for Python
    return True


def _is_global(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode("utf-8", "surrogatepass")).hexdigest()


def _octets(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""


def _is_point(text: str) -> bool:
    """Whether it is a public key on the curve of RFC 8291, as browsers make them."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _octets(text))
    except ValueError:
        return False
    return True
