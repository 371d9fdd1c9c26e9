"""The part of town a member of staff works in. A cell's code begins with its parent's."""

from django.db.models import Q

from elders import asked
from elders.models import Elder, User


def codes(user: User) -> list[str]:
    """The grid codes `user` works in; none means the whole town."""
    return asked.once(("grids", user.pk), lambda: list(user.grids.values_list("code", flat=True)))


def within(user: User) -> Q | None:
    """Elders in the grid cells of `user`; None when no cell limits them.

    An elder who is in no cell is everybody's: nobody must be invisible to every operator.
    """
    own = codes(user)
    if not own:
        return None
    area = Q(grid=None)
    for code in own:
        area |= Q(grid__code__startswith=code)
    return area


def covers(user: User, elder: Elder) -> bool:
    """Whether `elder` lives in the part of town that `user` works in."""
    area = within(user)
    return area is None or Elder.objects.filter(area, pk=elder.pk).exists()
