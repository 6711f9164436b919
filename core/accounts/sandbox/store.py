"""What the stand-in remembers: requests, codes, tokens, keys, and how it was told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.accounts.sandbox.people import PEOPLE, Person

#: Lives, in seconds.
CODE_LIFE, TOKEN_LIFE = 60, 60
#: What the next sign-in may be told to do wrong; see ``Books.sign_id`` and ``sign_userinfo``.
FAULTS = frozenset(
    f"{which}_{how}"
    for which in ("id", "userinfo")
    for how in (
        "alg_none",
        "hs256",
        "wrong_key",
        "unknown_key",
        "expired",
        "wrong_issuer",
        "wrong_audience",
    )
) | {
    "id_missing",
    "id_wrong_nonce",
    "id_no_nonce",
    "id_replayed",
    "id_low_level",
    "id_two_audiences",
    "userinfo_other_subject",
    "userinfo_plain_json",
    "userinfo_no_birthdate",
    "token_500",
    "userinfo_500",
    "keys_500",
    "slow",
}


@dataclass
class Asked:
    """One authorization request, and who answered it."""

    params: dict[str, str]
    person: Person | None = None
    at: float = field(default_factory=time.monotonic)


@dataclass
class Books:
    """Everything, behind one lock."""

    issuer: str
    client_id: str
    client_secret: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: dict[str, Asked] = field(default_factory=dict)
    codes: dict[str, Asked] = field(default_factory=dict)
    tokens: dict[str, Asked] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    last_id: str = ""
    ended: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    kid: str = field(default_factory=lambda: secrets.token_hex(8))

    def turn_key(self) -> None:
        """Change the signing key, as such servers do from time to time."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.kid = secrets.token_hex(8)

    def jwks(self) -> dict[str, Any]:
        """Return the public key."""
        public: dict[str, Any] = json.loads(
            jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key())
        )
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "ES256"}]}

    def person(self, sub: str) -> Person | None:
        """Return an invented citizen."""
        return next((person for person in PEOPLE if person.sub == sub), None)

    def challenge_met(self, params: dict[str, str], verifier: str) -> bool:
        """Tell whether the PKCE verifier answers the challenge."""
        if params.get("code_challenge_method") != "S256":
            return False
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return secrets.compare_digest(made, params.get("code_challenge", ""))

    def sign_id(self, asked: Asked) -> str | None:
        """Return the identity token, or what a fault makes of it."""
        assert asked.person is not None  # noqa: S101
        if "id_missing" in self.faults:
            return None
        if "id_replayed" in self.faults and self.last_id:
            return self.last_id
        now = int(time.time())
        claims: dict[str, Any] = {
            "sub": asked.person.sub,
            "auth_time": now,
            "acr": asked.params.get("acr_values", "eidas1").split()[0],
            "nonce": asked.params.get("nonce", ""),
            "aud": self.client_id,
            "iss": self.issuer,
            "iat": now,
            "exp": now + TOKEN_LIFE,
        }
        if "id_wrong_nonce" in self.faults:
            claims["nonce"] = secrets.token_urlsafe(32)
        if "id_no_nonce" in self.faults:
            del claims["nonce"]
        if "id_low_level" in self.faults:
            claims["acr"] = "eidas0"
        if "id_two_audiences" in self.faults:
            claims["aud"] = [self.client_id, "somebody-else"]
        made = self._sign(claims, "id")
        self.last_id = made
        return made

    def sign_userinfo(self, asked: Asked) -> str:
        """Return the signed userinfo, or what a fault makes of it."""
        assert asked.person is not None  # noqa: S101
        now = int(time.time())
        claims: dict[str, Any] = {
            **asked.person.claims(),
            "sub": asked.person.sub,
            "aud": self.client_id,
            "iss": self.issuer,
            "iat": now,
            "exp": now + TOKEN_LIFE,
        }
        if "userinfo_other_subject" in self.faults:
            claims["sub"] = next(p.sub for p in PEOPLE if p.sub != asked.person.sub)
        if "userinfo_no_birthdate" in self.faults:
            del claims["birthdate"]
        return self._sign(claims, "userinfo")

    def _sign(self, claims: dict[str, Any], which: str) -> str:
        if f"{which}_expired" in self.faults:
            claims.update(iat=claims["iat"] - 3600, exp=claims["exp"] - 3600)
        if f"{which}_wrong_issuer" in self.faults:
            claims["iss"] = "https://elsewhere.example/api/v2"
        if f"{which}_wrong_audience" in self.faults:
            claims["aud"] = "somebody-else"
        headers = {"kid": self.kid}
        if f"{which}_alg_none" in self.faults:
            return jwt.encode(claims, None, algorithm="none", headers=headers)  # type: ignore[arg-type]
        if f"{which}_hs256" in self.faults:
            # The classical confusion: our public key, which everybody knows, as a shared secret.
            return _hs256(claims, headers, self._public_pem())
        key = self.key
        if f"{which}_wrong_key" in self.faults:
            key = ec.generate_private_key(ec.SECP256R1())
        if f"{which}_unknown_key" in self.faults:
            key, headers = ec.generate_private_key(ec.SECP256R1()), {"kid": secrets.token_hex(8)}
        return jwt.encode(claims, key, algorithm="ES256", headers=headers)

    def _public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _hs256(claims: dict[str, Any], headers: dict[str, str], secret: bytes) -> str:
    """Sign by hand: the library refuses to take a public key for a secret."""
    import hmac

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", **headers}).encode())
    body = part(json.dumps(claims).encode())
    mark = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{part(mark)}"
