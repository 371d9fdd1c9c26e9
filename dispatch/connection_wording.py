"""What is said when who is underway and who waits are put through to each other."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.speech import saying, spoken


@spoken
def to_her(name: str, language: str) -> str:
    """To a worker; `name` is "" where the number has not been told it."""
    offer = (
        _("To speak with %(name)s, press 1.") % {"name": name}
        if name
        else _("To speak with the one you are going to, press 1.")
    )
    return f"{offer} {_('Or just stay on the line.')}"


@spoken
def to_who_comes(language: str) -> str:
    """To a contact: no names."""
    offer = _("To speak with the one who is coming, press 1.")
    return f"{offer} {_('Or just stay on the line.')}"


ringing = saying(gettext_lazy("We are ringing. Please stay on the line."))

put_through = saying(gettext_lazy("You are put through now."))

not_reached = saying(
    gettext_lazy(
        "Nobody answers there. Press 1 to try again, or stay on the line to speak with a person."
    )
)


@spoken
def worker_on_the_line(name: str, language: str) -> str:
    """To her; `name` is "" where it is not sure who calls."""
    who = (
        _("This is One Number. %(name)s, who comes to you, is on the line.") % {"name": name}
        if name
        else _("This is One Number. Who comes to you is on the line.")
    )
    return f"{who} {_('You are put through now.')}"


@spoken
def contact_on_the_line(name: str, language: str) -> str:
    """To the worker, who knows to whom they go; not who it is that calls."""
    who = _("This is One Number. Somebody close to %(name)s is on the line.") % {"name": name}
    return f"{who} {_('You are put through now.')}"
