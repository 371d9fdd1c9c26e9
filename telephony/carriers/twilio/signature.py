"""Whether a request is Twilio's: its signature over our own public address, path, query and form.

Twilio's validator computes; what it does not forgive is done here: a missing or strange header, a
body that is no form, a port that is signed or is not, an apostrophe written in either way. The
address comes from one setting and never from headers, which a proxy or a stranger may have made.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest
from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded"
_PORTS = {"https": 443, "http": 80}

Params = Mapping[str, str | Sequence[str]]


def tokens() -> list[str]:
    """The tokens that sign: while one replaces the other, both."""
    return [
        one for one in (settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_SECONDARY) if one
    ]


def url_of(request: HttpRequest) -> str:
    """The address that Twilio was given for this request."""
    query = request.META.get("QUERY_STRING", "")
    return f"{settings.TWILIO_PUBLIC_BASE_URL}{request.path}{'?' + query if query else ''}"


def is_genuine(request: HttpRequest) -> bool:
    """Whether Twilio signed this request; whatever cannot be read was not."""
    try:
        signature = request.headers.get(HEADER)
        said: Params | bytes = dict(request.POST.lists())
        if request.content_type != FORM:
            said = request.body
        return matches(url_of(request), said, signature, tokens())
    except Exception:  # noqa: BLE001 – of a stranger's making: too long, too many fields, no text
        return False


def matches(url: str, said: Params | bytes, signature: str | None, keys: Sequence[str]) -> bool:
    """Whether one of `keys` made `signature` over `url` and `said`: a form, or another body.

    A body that is no form is signed by its hash in the address (`bodySHA256`).
    """
    if not signature:
        return False
    form: Params = {}
    if isinstance(said, bytes):
        if said and not _is_hashed(said, url):
            return False
    else:
        form = said
    given = signature.encode("utf-8", "replace")
    return any(
        compare_digest(sign(spelling, form, key).encode(), given)
        for key in keys
        for spelling in _spellings(url)
    )


def sign(url: str, form: Params, key: str) -> str:
    """What Twilio writes into the header; values of a repeated field are sorted, each once."""
    return str(RequestValidator(key).compute_signature(url, _Form(form)))


class _Form(dict[str, "str | Sequence[str]"]):
    """The fields as the validator wants to ask for them."""

    def getlist(self, name: str) -> list[str]:
        value = self[name]
        return [value] if isinstance(value, str) else list(value)


def _is_hashed(body: bytes, url: str) -> bool:
    claimed = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    return compare_digest(sha256(body).hexdigest().encode(), claimed.encode("utf-8", "replace"))


def _spellings(url: str) -> Iterator[str]:
    """The address with and without its port, and with either spelling of an apostrophe: Twilio's
    own servers do not agree on these."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    bare = host.removesuffix(f":{parts.port}") if parts.port else host
    port = parts.port or _PORTS.get(parts.scheme, 443)
    for place in dict.fromkeys([host, bare, f"{bare}:{port}"]):
        spelt = url.replace(parts.netloc, f"{login}{at}{place}", 1)
        before, mark, query = spelt.partition("?")
        yield from dict.fromkeys(
            before + mark + one
            for one in (query, query.replace("'", "%27"), query.replace("%27", "'"))
        )
