"""The dialects spoken at the gateway, by name. Pure."""

from tracking.protocols.dialect import Dialect
from tracking.protocols.sia import Keys, Sia


def dialects(keys: Keys = lambda account: None) -> dict[str, Dialect]:
    """One of each; `keys` gives the encryption key of a device, or None."""
    found: list[Dialect] = [Sia(keys)]
    return {dialect.name: dialect for dialect in found}
