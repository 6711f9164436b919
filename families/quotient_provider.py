"""The seam behind which quotients are fetched, and its client for API Particulier.

``GET /v3/dss/quotient_familial/identite`` (DINUM, "Quotient familial CAF & MSA"): a bearer
token, the SIRET of who asks, the civil identity of one adult. Twenty calls a second a token,
a thousand a minute an address; above, 429 with ``Retry-After``. We keep below by counting in
the shared cache (half of it in each fixed second or minute, so that no stretch across two of
them holds more), and wait as long as we are told.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from django.conf import settings
from django.core.cache import cache

logger = logging.getLogger(__name__)

PATH = "/v3/dss/quotient_familial/identite"
#: Seconds to connect, and to answer.
PATIENCE = (3.05, 10.0)
#: Calls a second a token, and a minute an address (published by the provider).
PER_SECOND, PER_MINUTE = 20, 1000
#: Never wait longer than this for being told so, in seconds.
LONGEST_WAIT = 3600.0
_CLOSED_UNTIL = "quotient-provider-closed-until"


class NotFound(Exception):
    """Neither the CAF nor the MSA knows a file for this person."""


class IdentityUnknown(Exception):
    """The identity was not recognised: a name, a date or a place is spelt otherwise."""


class ProviderDown(Exception):
    """No answer, or one that says nothing: ask again later."""


class NotAllowed(ProviderDown):
    """Our token or our right is refused: only an administrator can mend that."""


class SlowDown(Exception):
    """Too many calls; ``wait`` says for how many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"{wait:.1f} s")
        self.wait = wait


@dataclass(frozen=True)
class Identity:
    """The civil identity of an adult, as the State's registers want it.

    ``sex`` is F or M; ``country`` is an INSEE code. For people born in France (99100) the
    commune goes by its name and the code of its department, as nobody knows its INSEE code.
    """

    family_name: str
    given_names: tuple[str, ...]
    birth_date: str
    sex: str
    country: str = "99100"
    commune: str = ""
    department: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return what is kept until there is an answer."""
        return {
            "family_name": self.family_name,
            "given_names": list(self.given_names),
            "birth_date": self.birth_date,
            "sex": self.sex,
            "country": self.country,
            "commune": self.commune,
            "department": self.department,
        }

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Identity:
        """Return the identity that a row keeps."""
        return cls(**{**row, "given_names": tuple(row["given_names"])})


@dataclass(frozen=True)
class Answer:
    """A quotient in whole euros a month, for which month, from whom (``CNAF`` or ``MSA``)."""

    quotient: int
    year: int
    month: int
    fund: str


class QuotientProvider(Protocol):
    """What the rest of the app knows of a provider."""

    def quotient(self, identity: Identity) -> Answer:
        """Fetch a quotient.

        Raises NotFound, IdentityUnknown, SlowDown or ProviderDown.
        """
        ...


def is_on() -> bool:
    """Tell whether a provider is configured; without one, families declare."""
    return bool(settings.QUOTIENT_API_BASE and settings.QUOTIENT_API_TOKEN)


def get_provider() -> QuotientProvider:
    """Return the configured provider."""
    return ApiParticulier(
        settings.QUOTIENT_API_BASE, settings.QUOTIENT_API_TOKEN, settings.QUOTIENT_API_RECIPIENT
    )


class ApiParticulier:
    """The client of API Particulier."""

    def __init__(self, base: str, token: str, recipient: str) -> None:
        self._url = base.rstrip("/") + PATH
        self._token = token
        self._recipient = recipient

    def quotient(self, identity: Identity) -> Answer:
        """Fetch a quotient; see :class:`QuotientProvider`."""
        self._keep_pace()
        try:
            answer = requests.get(
                self._url,
                params=self._parameters(identity),
                headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"},
                timeout=PATIENCE,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # The address of the call holds an identity: it is not logged.
            raise ProviderDown(type(error).__name__) from None
        return self._read(answer)

    def _parameters(self, identity: Identity) -> list[tuple[str, str]]:
        year, month, day = identity.birth_date.split("-")
        found = [
            ("recipient", self._recipient),
            ("nomNaissance", identity.family_name),
            *[("prenoms[]", name) for name in identity.given_names],
            ("anneeDateNaissance", str(int(year))),
            ("moisDateNaissance", str(int(month))),
            ("jourDateNaissance", str(int(day))),
            ("sexeEtatCivil", identity.sex),
            ("codeCogInseePaysNaissance", identity.country),
        ]
        if identity.commune:
            found.append(("nomCommuneNaissance", identity.commune))
            found.append(("codeCogInseeDepartementNaissance", identity.department))
        return found

    def _keep_pace(self) -> None:
        """Count this call; raises SlowDown rather than go over what is allowed."""
        now = time.time()
        closed = cache.get(_CLOSED_UNTIL)
        if closed and closed > now:
            raise SlowDown(closed - now)
        for span, most in ((1, PER_SECOND // 2), (60, PER_MINUTE // 2)):
            key = f"quotient-provider-{span}-{int(now // span)}"
            cache.add(key, 0, span * 2)
            try:
                count = cache.incr(key)
            except ValueError:  # gone between the two
                continue
            if count > most:
                raise SlowDown(span - now % span)

    def _read(self, answer: requests.Response) -> Answer:
        status = answer.status_code
        if status == requests.codes.ok:
            return _answer_of(answer)
        if status == requests.codes.not_found:
            raise NotFound
        if status in (requests.codes.bad_request, requests.codes.unprocessable_entity):
            raise IdentityUnknown
        if status == requests.codes.too_many_requests:
            wait = _retry_after(answer)
            cache.set(_CLOSED_UNTIL, time.time() + wait, int(wait) + 1)
            raise SlowDown(wait)
        if status in (requests.codes.unauthorized, requests.codes.forbidden):
            logger.error("quotient provider: our token is refused (%s)", status)
            raise NotAllowed(str(status))
        raise ProviderDown(str(status))


def _answer_of(answer: requests.Response) -> Answer:
    try:
        found = answer.json()["data"]["quotient_familial"]
        return Answer(
            quotient=max(0, int(found["valeur"])),
            year=int(found["annee"]),
            month=int(found["mois"]),
            fund=str(found.get("fournisseur", ""))[:10],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderDown("unreadable") from error


def _retry_after(answer: requests.Response) -> float:
    try:
        wait = float(answer.headers.get("Retry-After", "1"))
    except ValueError:
        wait = 60.0
    return min(max(wait, 0.05), LONGEST_WAIT)
