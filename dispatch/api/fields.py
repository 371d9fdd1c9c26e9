"""The types of what comes in: nothing a database cannot hold gets past them."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

BIGGEST = 2**63 - 1


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character is no text")
    return text


def _of_our_time(instant: datetime) -> datetime:
    if not 2000 <= instant.year < 2100:
        raise ValueError("not of this century")
    return instant.astimezone(UTC)


Plain = AfterValidator(_without_nul)
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), Plain]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Plain]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80), Plain]
Needed = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Plain
]
Key = Annotated[int, Field(strict=True, ge=1, le=BIGGEST)]
Seq = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
PathKey = Annotated[int, Path(ge=1, le=BIGGEST)]
QueryKey = Annotated[int | None, Query(None, ge=1, le=BIGGEST)]
QueryWord = Annotated[Annotated[str, Plain] | None, Query(None, max_length=80)]
Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]


class Body(BaseModel):
    """A JSON object. What nobody asked for is left unread."""
