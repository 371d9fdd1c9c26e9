"""What tracking refuses. The edges turn it into an answer."""

from collections.abc import Mapping

from django.utils.functional import Promise


class TrackingError(Exception):
    """`code` for programs, `message` for people, `fields` the reason for each wrong field."""

    def __init__(
        self,
        code: str,
        http_status: int = 400,
        message: str | Promise = "",
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.http_status = http_status
        self.message = message or code.replace("_", " ")
        self.fields = dict(fields or {})
        super().__init__(code)
