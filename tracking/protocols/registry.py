"""Every protocol of the gateway's by its name."""

from tracking.protocols.dialect import Dialect
from tracking.protocols.gt06 import Gt06
from tracking.protocols.h02 import H02
from tracking.protocols.jt808 import Jt808
from tracking.protocols.scaip import Scaip
from tracking.protocols.sia import Keys, Sia
from tracking.protocols.watch import Watch

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (Watch(), Gt06(), Jt808(), H02(), Scaip())
}


def dialects(keys: Keys = lambda account: None) -> dict[str, Dialect]:
    """All of them; `keys` gives the encryption key of a device, or None."""
    return {**DIALECTS, Sia.name: Sia(keys)}
