"""What can go wrong with a call: `CallError` for who asked us, `CarrierError` for whom we asked."""

from collections.abc import Mapping


class CallError(Exception):
    """A request about a call that cannot be met; the middleware answers it as JSON."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        http_status: int = 409,
        fields: Mapping[str, str] | None = None,
        by: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status
        self.fields = dict(fields or {})
        self.by = by
        """Who has it, where somebody else does (`already_claimed`)."""


class CarrierError(Exception):
    """The carrier refused, and nothing was placed. `permanent`: trying again will not help."""

    code = "carrier_failed"
    http_status = 502

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.fields: dict[str, str] = {}
