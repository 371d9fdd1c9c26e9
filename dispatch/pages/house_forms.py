"""What the staff of a provider may write about their own house, field by field."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dispatch.pages import labels
from providers import papers
from providers.errors import ProviderError
from providers.models import Category, LicencePaper, Service, Shift, Weekday


class ShiftForm(forms.ModelForm[Shift]):
    """An end that is not after the start is on the next morning."""

    class Meta:
        model = Shift
        fields = ("weekday", "starts", "ends")
        widgets = {
            "starts": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedChoiceField, self.fields["weekday"])
        field.choices = [("", _("Choose a day")), *Weekday.choices]


class ServiceForm(forms.ModelForm[Service]):
    """Names, price and whether it is offered; the subsidy is the town's to say."""

    price = forms.DecimalField(
        label=_("Price a visit, yuan"), min_value=0, max_digits=8, decimal_places=2
    )

    class Meta:
        model = Service
        fields = ("name_zh", "name", "active")
        labels = {"active": _("Offered")}

    field_order = ("name_zh", "name", "price", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("price", f"{self.instance.price_cents / 100:.2f}")

    def clean_price(self) -> int:
        """In cents."""
        cents = int(self.cleaned_data["price"] * 100)
        if cents < self.instance.subsidy_cents:
            raise ValidationError(_("The price cannot be below the town's share of it."))
        self.instance.price_cents = cents
        return cents


class CategoryField(forms.ModelChoiceField[Category]):
    def label_from_instance(self, obj: Category) -> str:
        return labels.named(obj)


class PaperForm(forms.ModelForm[LicencePaper]):
    """A licence with its scan: what the file is, is read from the file itself."""

    category = CategoryField(
        Category.objects.filter(needs_licence=True), label=_("For"), empty_label=None
    )
    paper = forms.FileField(
        label=_("Scan: PDF, JPEG or PNG, 5 MB at most"),
        widget=forms.FileInput(attrs={"accept": ",".join(papers.ENDINGS)}),
    )

    class Meta:
        model = LicencePaper
        fields = ("category", "number", "valid_from", "valid_to")
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "valid_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_paper(self) -> bytes:
        """The content, of a kind and size that are taken."""
        file = self.cleaned_data["paper"]
        content: bytes = file.read(papers.MOST_BYTES + 1)
        try:
            papers.kind_of(content)
        except ProviderError as wrong:
            raise ValidationError(wrong.message) from wrong
        return content
