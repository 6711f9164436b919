"""Notifications: signed like the provider signs them, and sent again until they are heard."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request

from payments.sandbox.provider import Provider

_MOST_TRIES = 12
_SLOWEST_SECONDS = 60.0


def signature(secret: str, payload: bytes, timestamp: int) -> str:
    """Return the header that proves who sent a payload, and when."""
    signed = f"{timestamp}.".encode() + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def post(url: str, payload: bytes, header: str) -> int:
    """Send one notification; returns the HTTP status, 0 when nobody answered."""
    request = urllib.request.Request(  # noqa: S310
        url,
        data=payload,
        headers={"Content-Type": "application/json", "Stripe-Signature": header},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


class Deliverer(threading.Thread):
    """Sends what is due, on its own thread; a refusal is tried again after a growing pause."""

    def __init__(self, provider: Provider, url: str, secret: str) -> None:
        super().__init__(daemon=True)
        self.provider = provider
        self.url = url
        self.secret = secret
        self._swept = 0.0

    def run(self) -> None:
        """Look five times a second, until the process ends."""
        while True:
            self.step()
            time.sleep(0.2)

    def step(self) -> None:
        """Let time work on the books, then send what is due."""
        store = self.provider.store
        if time.monotonic() - self._swept > 1:
            self._swept = time.monotonic()
            with store.lock:
                self.provider.sweep()
        if self.provider.faults.get("hold_webhooks"):
            return
        for key, event, tries, forged in store.due(store.now()):
            self._send(key, event, tries, forged=forged)

    def _send(self, key: int, event: str, tries: int, *, forged: bool) -> None:
        store = self.provider.store
        body = store.get("event", event)
        payload = json.dumps(body, indent=2).encode()
        secret = "whsec_of_somebody_else" if forged else self.secret
        status = post(self.url, payload, signature(secret, payload, int(time.time())))
        if 200 <= status < 300:
            store.delivered(key, status, state="done", due=0)
        elif tries + 1 >= _MOST_TRIES:
            store.delivered(key, status, state="given_up", due=0)
        else:
            pause = min(2.0**tries, _SLOWEST_SECONDS)
            store.delivered(key, status, state="waiting", due=store.now() + pause)
