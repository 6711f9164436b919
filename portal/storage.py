"""Static files as they leave: hashed, compressed, style sheets without their comments."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


def squeeze(css: str) -> str:
    """Take comments and needless white space out of a style sheet of ours.

    Meant for the sheets in ``portal/static/css``: none has white space that counts next to
    braces, semicolons or commas, inside a string.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return re.sub(r"(?<=[\w)]): ", ":", css).strip()


class SmallManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's storage, with our style sheets squeezed as they are collected.

    Addresses are remembered: a page asks for the icons' a hundred times, and the manifest
    only changes with a new process.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002
        """Return the address of a static file; raises ValueError for one never collected."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name, force)
        return self._addresses[name]

    def _save(self, name: str, content: Any) -> str:
        if name.startswith("css/") and name.endswith(".css"):
            # Hashing has read the file already.
            content.seek(0)
            text = content.read()
            text = text.decode() if isinstance(text, bytes) else text
            content = ContentFile(squeeze(text).encode())
        saved: str = super()._save(name, content)
        return saved
