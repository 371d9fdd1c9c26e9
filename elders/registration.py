"""Somebody new in the register, everything asked once, in one transaction.

`Newcomer` is what is asked: it names every wrong field and loses nothing that was typed. Whoever
fills it in chooses among the grid cells of their own part of town.
"""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from elders import birthdays
from elders.errors import ElderError
from elders.fields import search_hashes
from elders.models import Contact, Elder, GridCell, Line, LineHolder
from elders.models.circle import Relation
from elders.numbers import normalise


class NumberEntry(forms.CharField):
    """A telephone number as people write it; E.164, or "" where none is needed."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return normalise(typed)
        except ElderError as wrong:
            raise ValidationError(wrong.message, code=wrong.code) from wrong


class BirthdayEntry(forms.DateField):
    """A day of birth in plain text: a browser's own field shows it in the browser's language, not
    the page's, and takes none of the ways in which it stands on papers."""

    widget = forms.DateInput(attrs={"maxlength": 24, "autocomplete": "off"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        try:
            return birthdays.read(str(value), today=timezone.localdate())
        except ElderError as wrong:
            raise ValidationError(wrong.message, code=wrong.code) from wrong


class Newcomer(forms.ModelForm[Elder]):
    name = forms.CharField(label=_("Name in Latin letters"), max_length=100, required=False)
    born = BirthdayEntry(
        label=_("Date of birth"), help_text=_("Year, month, day: 1943-04-18 or 19430418")
    )
    phone = NumberEntry(label=_("Telephone"), max_length=30)
    phone_checked = forms.BooleanField(
        label=_("I rang this number now, and it was her telephone that rang"), required=False
    )
    second_number = NumberEntry(label=_("Second number"), max_length=30, required=False)
    id_number = forms.CharField(label=_("Identity number"), max_length=30, required=False)
    card_number = forms.CharField(
        label=_("Card number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"data-scan": ""}),  # a scanner's Enter sends nothing
    )
    dialect = forms.CharField(label=_("Dialect"), max_length=50, required=False)
    contact_name = forms.CharField(label=_("Name"), max_length=50, required=False)
    contact_phone = NumberEntry(label=_("Telephone"), max_length=30, required=False)
    contact_relation = forms.ChoiceField(
        label=_("Relation"), choices=Relation.choices, initial=Relation.CHILD
    )
    contact_agreed = forms.BooleanField(
        label=_("They agreed to be rung when she needs help"), required=False
    )

    class Meta:
        model = Elder
        fields = (
            *("name_zh", "name", "sex", "born", "id_number", "card_number", "second_number"),
            *("address_zh", "address", "grid", "lat", "lon"),
            *("language", "dialect", "hearing", "lives_alone"),
        )
        widgets = {
            "lat": forms.HiddenInput,
            "lon": forms.HiddenInput,
        }

    def __init__(self, *args: Any, area: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cells = GridCell.objects.filter(level=GridCell.Level.GRID)
        own = [cell.pk for cell in cells if cell.code.startswith(tuple(area))]
        grid: Any = self.fields["grid"]
        grid.queryset, grid.required = cells.filter(pk__in=own), True
        for name in ("sex", "address_zh"):
            self.fields[name].required = True
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean_id_number(self) -> str:
        return self._unknown("id_number")

    def clean_card_number(self) -> str:
        return self._unknown("card_number")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not said.get("name") and not said.get("name_zh"):
            self.add_error("name_zh", _("A name is needed, in either script."))
        if bool(said.get("contact_name")) != bool(said.get("contact_phone")):
            missing = "contact_phone" if said.get("contact_name") else "contact_name"
            if missing not in self.errors:
                self.add_error(missing, _("A contact has a name and a telephone."))
        known = LineHolder.objects.filter(line__number=said.get("phone", ""))
        if any(_same(holder.elder, said) for holder in known.select_related("elder")):
            self.add_error(
                "phone", _("Somebody of this name is registered with this number already.")
            )
        return said

    def _unknown(self, name: str) -> str:
        """A number that nobody else in the register has."""
        typed = self.cleaned_data[name]
        taken = {f"{name}_hash__in": search_hashes(typed)}
        if typed and Elder.objects.filter(**taken).exists():
            raise ValidationError(_("This number is registered already."), code="taken")
        return str(typed)


def enter(newcomer: Newcomer, *, now: datetime) -> Elder:
    """Writes the elder, her number and her contact; `newcomer` must be valid."""
    said = newcomer.cleaned_data
    with transaction.atomic():
        elder = newcomer.save()
        line, _new = Line.objects.get_or_create(number=said["phone"])
        LineHolder.objects.create(
            line=line, elder=elder, verified_at=now if said["phone_checked"] else None
        )
        if said["contact_phone"]:
            Contact.objects.create(
                elder=elder,
                name=said["contact_name"],
                name_zh=said["contact_name"],
                phone=said["contact_phone"],
                relation=said["contact_relation"],
                agreed_at=now if said["contact_agreed"] else None,
            )
        return elder


def _same(elder: Elder, said: dict[str, Any]) -> bool:
    names = {said.get("name"), said.get("name_zh")} - {"", None}
    return bool(names & {elder.name, elder.name_zh})
