"""Two names: one as written in English or pinyin, one in Chinese characters."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """Somebody or something with a name in both languages; either may be missing."""

    name = models.CharField(_("name"), max_length=100, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=50, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_in()

    def name_in(self, language: str | None = None) -> str:
        """The name for a reader of `language` ("zh-hans", "en"); None: the language in use."""
        if (language or get_language() or "").startswith("zh"):
            return self.name_zh or self.name
        return self.name or self.name_zh
