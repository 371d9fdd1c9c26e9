"""A SIA DC-09 frame as bytes: length, checksum, encryption. For both ends of the line. Pure.

`<LF>CRC 0LLL "ID" seq Rrcvr Lpref #acct [data][extended]_timestamp<CR>`: the CRC is CRC-16/ARC of
what stands between length and CR, in four hex digits; the length counts the same bytes. An
encrypted frame carries a star before its id, and after the `[` padding, `|`, data, `]` and time
stamp as hex of AES-CBC with an IV of zeros (DC-09 5.2.3, 5.4).
"""

import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 16
_PADDING = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STAMP = "_%H:%M:%S,%m-%d-%Y"

_TABLE = []
for _index in range(256):
    _crc = _index
    for _ in range(8):
        _crc = _crc >> 1 ^ (0xA001 if _crc & 1 else 0)
    _TABLE.append(_crc)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on the outside of a frame, and is echoed in the answer to it."""

    sequence: str = "0000"
    receiver: str = ""  # with its R
    line: str = "L0"
    account: str = ""


def crc16(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def frame(
    word: str,
    envelope: Envelope,
    data: str = "",
    *,
    key: bytes | None = None,
    at: datetime | None = None,
    extended: str = "",
) -> bytes:
    """A whole frame; with `key` it is encrypted, and then `at` must be given."""
    account = f"#{envelope.account}" if envelope.account else ""
    head = f"{envelope.sequence}{envelope.receiver}{envelope.line}{account}["
    tail = f"{data}]{extended}{stamp(at) if at else ''}"
    if key:
        head, tail = f'"*{word}"{head}', lock(f"|{tail}", key)
    else:
        head = f'"{word}"{head}'
    content = (head + tail).encode("latin-1", "replace")
    return b"\n%04X%04X%s\r" % (crc16(content), len(content), content)


def stamp(at: datetime) -> str:
    """`at`, which is UTC, as frames write it."""
    return at.strftime(_STAMP)


def lock(text: str, key: bytes) -> str:
    """Text that begins with `|`, padded in front to whole blocks and encrypted, as hex."""
    plain = text.encode("latin-1", "replace")
    missing = -len(plain) % BLOCK
    padded = "".join(secrets.choice(_PADDING) for _ in range(missing)).encode() + plain
    doer = Cipher(AES(key), CBC(bytes(BLOCK))).encryptor()
    return (doer.update(padded) + doer.finalize()).hex().upper()


def unlock(text: str, key: bytes) -> str | None:
    """What `lock` was given, padding included; None where the key does not fit."""
    try:
        sealed = binascii.unhexlify(text.strip())
    except ValueError:
        return None
    if not sealed or len(sealed) % BLOCK:
        return None
    doer = Cipher(AES(key), CBC(bytes(BLOCK))).decryptor()
    plain = (doer.update(sealed) + doer.finalize()).decode("latin-1")
    _, bar, said = plain.partition("|")  # padding may be any bytes but `[`, `]` and `|`
    readable = bar and "]" in said and min(said) >= " "
    return plain if readable else None
