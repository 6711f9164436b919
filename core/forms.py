"""What the forms of several apps share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core import uploads
from core.errors import RuleBroken


def show_broken(
    form: forms.BaseForm,
    broken: RuleBroken,
    *,
    file: str = "file",
    otherwise: str | None = None,
) -> None:
    """Say on a form which rule was broken, beside the field at fault.

    Where the form has none of that name it is said beside ``otherwise``, or above them all.
    ``file`` is what the form calls the file that ``core.documents`` refuses.
    """
    field = file if broken.field == "file" else broken.field
    form.add_error(field if field in form.fields else otherwise, broken.message)


class PagesInput(forms.FileInput):
    """A file input that takes several pages; script lets one photograph them one by one."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": uploads.ACCEPT, "data-pages": "", **(attrs or {})})


class PagesField(forms.FileField):
    """One paper as one file or as several photos, in the order of its pages."""

    widget = PagesInput
    default_error_messages = {"required": _("Choisissez un fichier ou une photo.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text",
            _(
                "PDF ou photos, 10 Mo chacune au plus. Plusieurs pages ? Choisissez-les dans "
                "l’ordre : elles deviennent un seul document."
            ),
        )
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Return the files in the order they were chosen; emptiness is told when stored."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
        # What a file is and how much it may weigh is for ``core.documents`` to say.
        return [one for one in files if one]
