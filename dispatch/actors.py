"""Who did it: every event of the log carries one of these."""

from dataclasses import asdict, dataclass

from elders import roles
from elders.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind`: operator, worker, elder, station, provider, family, device, caller or system."""

    kind: str
    id: int | None
    name: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


SYSTEM = Actor("system", None, "One Number")


def actor_of(user: User) -> Actor:
    """The person behind a signed-in user, in the part they play for the log.

    The id is that of the part: a worker's or an elder's own, whether they pressed a button on a
    page or a key on a telephone; everybody else's is that of the account.
    """
    if roles.is_operator(user):
        return Actor("operator", user.pk, str(user))
    if hasattr(user, "worker"):
        return Actor("worker", user.worker.pk, str(user))
    if hasattr(user, "elder"):
        return Actor("elder", user.elder.pk, str(user))
    if roles.is_station(user):
        return Actor("station", user.pk, str(user))
    if user.providers.exists():
        return Actor("provider", user.pk, str(user))
    return Actor("family", user.pk, str(user))
