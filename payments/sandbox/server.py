"""The stand-in's doors: the API, the hosted page, and a panel for asking for trouble."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.standins import LocalServer, Quiet
from payments.sandbox import aftermath, pages
from payments.sandbox.api import Api
from payments.sandbox.errors import ApiError, LostAnswer
from payments.sandbox.hooks import Deliverer
from payments.sandbox.provider import Provider
from payments.sandbox.store import Store

#: Misbehaviour one may ask for: counts for the first two, on or off for the others.
FAULTS = {
    "error_500": 0,
    "lost_answer": 0,
    "hold_webhooks": False,
    "duplicate_webhooks": False,
    "reverse_webhooks": False,
    "forge_webhooks": False,
    "late_balance": False,
    "slow_refunds": False,
}
_SKIN = Path(__file__).with_name("skin.css")
_LARGEST_BODY = 1_000_000


@dataclass(frozen=True)
class Config:
    """How to start: where to listen, whom to notify, which keys are good."""

    port: int
    state: str
    webhook_url: str
    secret_key: str = "sk_test_demo"  # noqa: S105
    webhook_secret: str = "whsec_demo"  # noqa: S105
    debit_delay: float = 20.0
    public_url: str = ""


class Server(LocalServer):
    """One process: a server, and a thread that notifies."""

    def __init__(self, config: Config) -> None:
        super().__init__(config.port, Handler)
        self.store = Store(config.state)
        self.provider = Provider(self.store, config.public_url or self.url, config.debit_delay)
        self.provider.faults.update(FAULTS)
        self.api = Api(self.provider, config.secret_key)
        self.deliverer = Deliverer(self.provider, config.webhook_url, config.webhook_secret)
        self.deliverer.start()


class Handler(Quiet, BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version = "escale-sandbox"

    def do_GET(self) -> None:
        """Answer a GET."""
        url = urlsplit(self.path)
        if url.path.startswith("/v1/"):
            self._api("GET", url.path, url.query)
        elif url.path.startswith("/c/pay/"):
            self._page(lambda: pages.hosted(self._session(url.path), self._said(url.query)))
        elif url.path == "/skin.css":
            self._send(200, _SKIN.read_bytes(), "text/css; charset=utf-8")
        elif url.path == "/sandbox/state":
            self._json(200, self._state())
        elif url.path == "/healthz":
            self._send(200, b"ok", "text/plain")
        elif url.path == "/":
            self._page(lambda: pages.panel(self._state(), self.server.provider.faults))
        else:
            self._send(404, pages.problem("Cette page n'existe pas."), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """Answer a POST."""
        size = int(self.headers.get("Content-Length") or 0)
        if size > _LARGEST_BODY:
            self._json(413, {"error": {"message": "too large", "type": "api_error"}})
            return
        raw = self.rfile.read(size).decode()
        url = urlsplit(self.path)
        if url.path.startswith("/v1/"):
            self._api("POST", url.path, raw)
        elif url.path.startswith("/c/pay/"):
            self._act(url.path, raw)
        elif url.path.startswith("/sandbox/"):
            self._control(url.path.removeprefix("/sandbox/"), raw)
        else:
            self._json(404, {"error": {"message": "unknown address", "type": "api_error"}})

    # -- the API --------------------------------------------------------------------------

    def _api(self, method: str, path: str, raw: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            status, body = self.server.api.call(method, path, raw, headers)
        except LostAnswer:
            self.close_connection = True
            return
        self._json(status, body)

    # -- the hosted page ------------------------------------------------------------------

    def _session(self, path: str) -> dict[str, Any]:
        with self.server.store.lock:
            return self.server.provider.session(path.split("/")[3])

    @staticmethod
    def _said(query: str) -> str:
        return parse_qs(query).get("dit", [""])[0]

    def _act(self, path: str, raw: str) -> None:
        key, provider = path.split("/")[3], self.server.provider
        wish = parse_qs(raw).get("choix", [""])[0]
        try:
            with self.server.store.lock:
                session = provider.session(key)
                target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", key)
                if wish == "payer":
                    provider.pay(key)
                elif wish == "refus":
                    provider.decline(key)
                    target = f"/c/pay/{key}?dit=refus"
                elif wish in {"debit", "debit_refuse"}:
                    provider.debit(key, succeeds=wish == "debit")
                else:
                    target = session["cancel_url"] or target
        except ApiError as refused:
            text = "Cette page de paiement n'est plus ouverte."
            self._send(refused.status, pages.problem(text), "text/html; charset=utf-8")
            return
        self.send_response(303)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, make: Any) -> None:
        try:
            status, body = 200, make()
        except ApiError as refused:
            status, body = refused.status, pages.problem("Cette page de paiement n'existe pas.")
        self._send(status, body, "text/html; charset=utf-8")

    # -- the panel ------------------------------------------------------------------------

    def _control(self, verb: str, raw: str) -> None:
        as_json = "json" in self.headers.get("Content-Type", "")
        values = json.loads(raw or "{}") if as_json else {k: v[0] for k, v in parse_qs(raw).items()}
        try:
            with self.server.store.lock:
                answer = self._do(verb, values)
        except ApiError as refused:
            self._json(refused.status, {"error": refused.body})
            return
        if as_json:
            self._json(200, answer or {})
        else:
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def _do(self, verb: str, values: dict[str, Any]) -> dict[str, Any] | None:
        provider, store = self.server.provider, self.server.store
        if verb == "faults":
            provider.faults.update({k: v for k, v in values.items() if k in FAULTS})
            return dict(provider.faults)
        if verb == "fault":
            name = str(values.get("name"))
            provider.faults[name] = not provider.faults.get(name)
        elif verb == "advance":
            store.advance(float(values["seconds"]))
            provider.sweep()
        elif verb == "reset":
            store.reset_clock()
            provider.faults.update(FAULTS)
        elif verb == "resend":
            store.schedule(values["event"], store.now(), forged=bool(values.get("forged")))
        elif verb == "book":
            return {"booked": provider.book_late()}
        elif verb == "pay":
            return provider.pay(values["session"])
        elif verb == "decline":
            return provider.decline(values["session"])
        elif verb == "debit":
            return provider.debit(values["session"], succeeds=bool(values.get("succeeds", True)))
        else:
            return self._later(verb, values)
        return None

    def _later(self, verb: str, values: dict[str, Any]) -> dict[str, Any]:
        provider = self.server.provider
        if verb == "refund":
            return aftermath.refund_from_dashboard(
                provider, values["charge"], int(values["amount"])
            )
        if verb == "finish_refund":
            return aftermath.finish_refund(
                provider, values["refund"], succeeds=values.get("outcome") == "succeeded"
            )
        if verb == "dispute":
            return aftermath.open_dispute(provider, values["charge"])
        if verb == "close_dispute":
            return aftermath.close_dispute(
                provider, values["dispute"], won=values.get("outcome") == "won"
            )
        raise ApiError("unknown wish", status=404)

    def _state(self) -> dict[str, Any]:
        store = self.server.store
        return {
            "sessions": store.all("checkout.session")[:50],
            "charges": store.all("charge")[:50],
            "refunds": store.all("refund")[:50],
            "disputes": store.all("dispute")[:50],
            "events": store.all("event")[:100],
            "deliveries": store.deliveries()[:100],
        }

    # -- answers --------------------------------------------------------------------------

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes | str, kind: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
            "frame-ancestors 'none'",
        )
        self.end_headers()
        self.wfile.write(data)
