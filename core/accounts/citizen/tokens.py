"""What a signed answer must be before anything in it is believed.

One algorithm, ES256, whatever the token's header asks for: neither « none » nor a public key
taken for a shared secret gets through. Issuer, audience, times, and for the identity token the
nonce of this very sign-in and the level of assurance asked for (OpenID Connect Core 3.1.3.7).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

import jwt

ALGORITHM = "ES256"
#: Levels of assurance we accept: what we ask for, and better.
LEVELS = ("eidas1", "eidas2", "eidas3")
#: Clocks differ by this many seconds at most.
LEEWAY = 30


class TokenRefused(Exception):
    """An answer that is not to be believed; ``code`` says why, for the log and the tests."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _described_key(
    token: object, key_of: Callable[[str], Mapping[str, Any]]
) -> tuple[str, Mapping[str, Any]]:
    """Return the token as text and the server's key for it, if both are of the one kind."""
    if not isinstance(token, str):
        raise TokenRefused("missing")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused("malformed") from error
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or "crit" in header or not isinstance(kid, str):
        raise TokenRefused("algorithm")
    key = key_of(kid)
    kind = (key.get("kty"), key.get("crv"), key.get("use", "sig"), key.get("alg", ALGORITHM))
    if kind != ("EC", "P-256", "sig", ALGORITHM):
        raise TokenRefused("key")
    return token, key


#: What the library says, and how we call it; the more special first.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
)


def _claims(
    token: object,
    *,
    key_of: Callable[[str], Mapping[str, Any]],
    issuer: str,
    audience: str,
    require: list[str],
) -> dict[str, Any]:
    text, described = _described_key(token, key_of)
    try:
        claims: dict[str, Any] = jwt.decode(
            text,
            jwt.PyJWK(dict(described), ALGORITHM).key,
            algorithms=[ALGORITHM],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": require},
        )
    except (jwt.PyJWTError, ValueError) as error:
        code = next((code for kind, code in _REASONS if isinstance(error, kind)), "malformed")
        raise TokenRefused(code) from error
    named = claims["aud"]
    if isinstance(named, list) and len(named) > 1 and claims.get("azp") != audience:
        raise TokenRefused("audience")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise TokenRefused("subject")
    return claims


def read_id_token(
    token: object,
    *,
    key_of: Callable[[str], Mapping[str, Any]],
    issuer: str,
    audience: str,
    nonce: str,
) -> dict[str, Any]:
    """Return the claims of an identity token, or raise TokenRefused."""
    claims = _claims(
        token,
        key_of=key_of,
        issuer=issuer,
        audience=audience,
        require=["iss", "aud", "sub", "exp", "iat"],
    )
    said = claims.get("nonce")
    if not nonce or not isinstance(said, str) or not hmac.compare_digest(said, nonce):
        raise TokenRefused("nonce")
    if claims.get("acr") not in LEVELS:
        raise TokenRefused("level")
    return claims


def read_userinfo(
    token: object,
    *,
    key_of: Callable[[str], Mapping[str, Any]],
    issuer: str,
    audience: str,
    subject: str,
) -> dict[str, Any]:
    """Return the claims of a signed userinfo answer about ``subject``, or raise TokenRefused."""
    claims = _claims(
        token, key_of=key_of, issuer=issuer, audience=audience, require=["iss", "aud", "sub"]
    )
    if claims["sub"] != subject:
        raise TokenRefused("subject")
    return claims
