"""The stand-in's doors, as FranceConnect v2 documents them, and a panel for asking for trouble."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from core.accounts.sandbox import pages
from core.accounts.sandbox.store import CODE_LIFE, FAULTS, TOKEN_LIFE, Asked, Books
from core.standins import LocalServer, Quiet

_SKIN = Path(__file__).with_name("skin.css")
_BASE = "/api/v2"
_LARGEST_BODY = 100_000
_HTML = "text/html; charset=utf-8"


class Refused(Exception):
    """A request the server turns down, with the OAuth code of the reason."""


@dataclass(frozen=True)
class Config:
    """How to start: where to listen, which client, where that client may be led back to."""

    port: int
    client_id: str = "escale-demo"
    client_secret: str = "escale-demo-secret"  # noqa: S105
    back: str = "http://127.0.0.1"


class Server(LocalServer):
    """A server, and what it remembers."""

    def __init__(self, config: Config) -> None:
        super().__init__(config.port, Handler)
        self.config = config
        self.books = Books(f"{self.url}{_BASE}", config.client_id, config.client_secret)


class Handler(Quiet, BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version = "escale-citizen-sandbox"

    @property
    def books(self) -> Books:
        """What the server remembers."""
        return self.server.books

    def do_GET(self) -> None:
        """Answer a GET."""
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        self._count(url.path)
        doors = {
            f"{_BASE}/.well-known/openid-configuration": self._configuration,
            f"{_BASE}/jwks": self._jwks,
            f"{_BASE}/userinfo": self._userinfo,
        }
        if url.path in doors:
            doors[url.path]()
        elif url.path == f"{_BASE}/authorize":
            self._authorize(query)
        elif url.path == f"{_BASE}/session/end":
            self._end(query)
        elif url.path == "/skin.css":
            self._send(200, _SKIN.read_bytes(), "text/css; charset=utf-8")
        elif url.path == "/sandbox/state":
            self._json(200, self._state())
        elif url.path == "/healthz":
            self._send(200, b"ok", "text/plain")
        else:
            self._send(404, pages.problem("Cette page n’existe pas."), _HTML)

    def do_POST(self) -> None:
        """Answer a POST."""
        size = int(self.headers.get("Content-Length") or 0)
        if size > _LARGEST_BODY:
            self._json(413, {"error": "invalid_request"})
            return
        raw = self.rfile.read(size).decode()
        url = urlsplit(self.path)
        self._count(url.path)
        form = dict(parse_qsl(raw, keep_blank_values=True))
        if url.path == f"{_BASE}/token":
            self._token(form)
        elif url.path == "/choose":
            self._choose(form)
        elif url.path == "/sandbox/faults":
            self._control(json.loads(raw))
        elif url.path == "/sandbox/turn-key":
            self.books.turn_key()
            self._json(200, {})
        else:
            self._send(404, pages.problem("Cette page n’existe pas."), _HTML)

    # -- the protocol ---------------------------------------------------------------------

    def _configuration(self) -> None:
        here = self.books.issuer
        self._json(
            200,
            {
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "userinfo_endpoint": f"{here}/userinfo",
                "jwks_uri": f"{here}/jwks",
                "end_session_endpoint": f"{here}/session/end",
                "response_types_supported": ["code"],
                "acr_values_supported": ["eidas1", "eidas2", "eidas3"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "userinfo_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            },
        )

    def _jwks(self) -> None:
        if "keys_500" in self.books.faults:
            self._json(500, {})
        else:
            self._json(200, self.books.jwks())

    def _authorize(self, query: dict[str, str]) -> None:
        back = query.get("redirect_uri", "")
        wrong = (
            query.get("client_id") != self.books.client_id,
            not back.startswith(self.server.config.back),
            query.get("response_type") != "code",
            "openid" not in query.get("scope", "").split(),
            len(query.get("state", "")) < 32,
            len(query.get("nonce", "")) < 32,
            query.get("acr_values") not in ("eidas1", "eidas2", "eidas3"),
            query.get("code_challenge_method") != "S256",
        )
        if any(wrong):
            self._send(400, pages.problem("Cette demande est mal formée."), _HTML)
            return
        request = secrets.token_urlsafe(16)
        with self.books.lock:
            self.books.asked[request] = Asked(query)
        self._send(200, pages.choose(request), _HTML)

    def _choose(self, form: dict[str, str]) -> None:
        with self.books.lock:
            asked = self.books.asked.pop(form.get("request", ""), None)
        if asked is None:
            self._send(400, pages.problem("Cette demande a expiré."), _HTML)
            return
        person = self.books.person(form.get("sub", ""))
        answer = {"state": asked.params["state"], "iss": self.books.issuer}
        if person is None:
            answer["error"] = "access_denied"
        else:
            asked.person, asked.at = person, time.monotonic()
            answer["code"] = secrets.token_urlsafe(32)
            with self.books.lock:
                self.books.codes[answer["code"]] = asked
        self._redirect(f"{asked.params['redirect_uri']}?{urlencode(answer)}")

    def _token(self, form: dict[str, str]) -> None:
        if "slow" in self.books.faults:
            time.sleep(20)
        if "token_500" in self.books.faults:
            self._json(500, {})
            return
        try:
            asked = self._redeem(form)
        except Refused as refused:
            self._json(400, {"error": str(refused)})
            return
        access = secrets.token_urlsafe(32)
        asked.at = time.monotonic()
        with self.books.lock:
            self.books.tokens[access] = asked
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIFE}
        id_token = self.books.sign_id(asked)
        if id_token is not None:
            answer["id_token"] = id_token
        self._json(200, answer)

    def _redeem(self, form: dict[str, str]) -> Asked:
        known = (form.get("client_id", ""), form.get("client_secret", ""))
        if known != (self.books.client_id, self.books.client_secret):
            raise Refused("invalid_client")
        with self.books.lock:
            asked = self.books.codes.pop(form.get("code", ""), None)
        if (
            asked is None
            or form.get("grant_type") != "authorization_code"
            or time.monotonic() - asked.at > CODE_LIFE
            or form.get("redirect_uri") != asked.params["redirect_uri"]
            or not self.books.challenge_met(asked.params, form.get("code_verifier", ""))
        ):
            raise Refused("invalid_grant")
        return asked

    def _userinfo(self) -> None:
        access = self.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.books.lock:
            asked = self.books.tokens.get(access)
        if asked is None or asked.person is None or time.monotonic() - asked.at > TOKEN_LIFE:
            self._json(401, {"error": "invalid_token"})
        elif "userinfo_500" in self.books.faults:
            self._json(500, {})
        elif "userinfo_plain_json" in self.books.faults:
            self._json(200, {**asked.person.claims(), "sub": asked.person.sub})
        else:
            self._send(200, self.books.sign_userinfo(asked).encode(), "application/jwt")

    def _end(self, query: dict[str, str]) -> None:
        """RP-initiated logout: the hint must be a token of ours, even one past its time."""
        back = query.get("post_logout_redirect_uri", "")
        try:
            jwt.decode(
                query.get("id_token_hint", ""),
                self.books.key.public_key(),
                algorithms=["ES256"],
                audience=self.books.client_id,
                options={"verify_exp": False},
            )
            sound = back.startswith(self.server.config.back)
        except jwt.PyJWTError:
            sound = False
        if not sound:
            self._send(400, pages.problem("Cette déconnexion est mal formée."), _HTML)
            return
        self.books.ended += 1
        self._redirect(f"{back}?{urlencode({'state': query.get('state', '')})}")

    # -- the panel ------------------------------------------------------------------------

    def _control(self, names: list[str]) -> None:
        unknown = set(names) - FAULTS
        if unknown:
            self._json(400, {"error": f"no such fault: {sorted(unknown)}"})
            return
        self.books.faults = set(names)
        self._json(200, {"faults": names})

    def _state(self) -> dict[str, Any]:
        return {
            "faults": sorted(self.books.faults),
            "ended": self.books.ended,
            "calls": self.books.calls,
        }

    # -- answers --------------------------------------------------------------------------

    def _count(self, path: str) -> None:
        with self.books.lock:
            self.books.calls[path] = self.books.calls.get(path, 0) + 1

    def _redirect(self, address: str) -> None:
        self.send_response(303)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, data: Any) -> None:
        self._send(status, json.dumps(data).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
