"""One line of JSON for each thing that happened, and nothing in it that is somebody's own.

Every line carries the request, call and elder ids that `bind` has put around it. Phone and
identity numbers, tokens and query strings are struck out of every text, whoever logged it;
fields with telling names lose their value whatever it is.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

Line = MutableMapping[str, Any]

# Fields whose value never belongs in a log.
PRIVATE = frozenset(
    {
        *("name", "name_zh", "first_name", "last_name", "username", "email"),
        *("phone", "number", "from_number", "to_number", "to", "caller"),
        *("id_number", "card_number", "health_summary", "notes", "door_code", "address"),
        *("lat", "lon", "lng", "latitude", "longitude", "alt", "altitude", "accuracy_m"),
        *("authorization", "cookie", "password", "secret", "token", "query_string"),
        *("params", "sql", "speech", "text"),
    }
)
_STRIKE = [
    # (what gives somebody away, what stands there instead)
    (re.compile(r"\?[^\s\"'#]+"), "?[query]"),
    (re.compile(r"/track/[^/\s\"'?]+"), "/track/[token]"),
    (re.compile(r"(?i)\b(bearer|token|api[_-]?key|password)([=:\s]+)[^\s\"',;&]+"), r"\1\2[token]"),
    (re.compile(r"(?<!\w)\+\d[\d\s-]{5,16}\d"), "[phone]"),
    (re.compile(r"(?<![\w.])\d{17}[\dXx](?!\w)"), "[id-number]"),
    (re.compile(r"(?<![\w.])(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\w)"), "[phone]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[email]"),
]


def strike(text: str) -> str:
    """The text without phone and identity numbers, tokens, query strings and mail addresses."""
    for pattern, instead in _STRIKE:
        text = pattern.sub(instead, text)
    return text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return strike(value)
    if isinstance(value, Mapping):
        return {key: "[private]" if key in PRIVATE else _clean(v) for key, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return strike(str(value))


def redact(_logger: object, _method: str, event: Line) -> Line:
    """The last step before a line is written: see the module."""
    cleaned: dict[str, Any] = _clean(dict(event))
    return cleaned


def _drop_address(_logger: object, _method: str, event: Line) -> Line:
    """Beside a family's link an address is personal; see docs/decisions.md."""
    if event.get("logger") == "uvicorn.access":
        event["event"] = str(event["event"]).partition(" - ")[2]
    return event


def _drop_request(_logger: object, _method: str, event: Line) -> Line:
    """Django attaches the whole request to its own log lines; only its path may stay."""
    for key in ("request", "color_message"):
        event.pop(key, None)
    return event


@contextmanager
def bind(**ids: object) -> Iterator[None]:
    """Puts ids (`request_id=`, `call_id=`, `elder_id=`) on every line logged inside."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def logging_config(level: str, *, plain: bool) -> dict[str, Any]:
    """The dictConfig of this process: JSON lines, or `plain` ones for a person at a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_request,
        _drop_address,
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared[:3],
            *shared[4:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if plain
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "uvicorn": {"handlers": [], "level": level, "propagate": True},
            "uvicorn.access": {
                "handlers": [],
                "level": "WARNING" if plain else level,
                "propagate": True,
            },
            "uvicorn.error": {
                "handlers": [],
                "level": "WARNING" if plain else level,
                "propagate": True,
            },
        },
    }
