"""What the conductor refuses, and how it says so."""

from django.utils.translation import gettext as _


class DispatchError(Exception):
    """A verb that cannot be carried out now. Answered by the middleware; nothing has changed.

    `code` is for programs, `message` for people, `fields` names what to mend (field → reason),
    `extra` stands beside them in the answer (who has it, what the list looks like now).
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        http_status: int = 409,
        fields: dict[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.fields = fields or {}
        self.extra = extra


class Stale(DispatchError):
    """Somebody else moved the request since it was drawn: redraw and ask again (rule 16)."""

    def __init__(self, *, drawn: int, now: int) -> None:
        super().__init__("stale", _("This has changed since it was shown. Look again."), seq=now)
        self.drawn = drawn
