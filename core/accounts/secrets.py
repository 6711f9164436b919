"""Secrets of second factors, encrypted at rest (Fernet: AES-128-CBC and HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _vault() -> MultiFernet:
    """Return the keys, first one encrypting; they come from settings, never the database."""
    given: list[str] = settings.MFA_ENCRYPTION_KEYS
    fallbacks = [str(key) for key in settings.SECRET_KEY_FALLBACKS]
    sources = given or [settings.SECRET_KEY, *fallbacks]
    keys = [
        hashlib.blake2b(source.encode(), digest_size=32, person=b"escale-mfa").digest()
        for source in sources
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def encrypt(text: str) -> str:
    """Return ``text`` as only this installation can read it."""
    return _vault().encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Return what ``encrypt`` was given; raises InvalidToken for anything else."""
    return _vault().decrypt(sealed.encode()).decode()
