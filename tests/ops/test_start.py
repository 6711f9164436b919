"""Outside the demo, a start without what it needs ends with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "SECRET_KEY": "a-long-and-random-key-" * 4,
    "ALLOWED_HOSTS": "escale.example",
    "PUBLIC_URL": "https://escale.example",
    "DATABASE_URL": "postgres://escale@db/escale",
    "CELERY_BROKER_URL": "redis://queue/0",
    "CACHE_URL": "redis://queue/1",
    "EMAIL_URL": "smtp+tls://mail:587",
    "DEFAULT_FROM_EMAIL": "Escale <ne-pas-repondre@escale.example>",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRETS": "whsec_x",
}


def start(command="check", **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(set(COMPLETE) - {"CELERY_BROKER_URL", "CACHE_URL"}))
def test_a_missing_setting_is_named(missing):
    done = start(**{name: value for name, value in COMPLETE.items() if name != missing})
    assert done.returncode == 1
    assert missing in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "demo-only-" + "x" * 50),
        ("ALLOWED_HOSTS", "escale.example,*"),
        ("PUBLIC_URL", "http://escale.example"),
        ("DATABASE_URL", "not an address"),
        ("STRIPE_API_BASE", "http://127.0.0.1:1"),
    ],
)
def test_an_insecure_setting_is_named(name, value):
    done = start(**{**COMPLETE, name: value})
    assert done.returncode == 1
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_complete_set_passes_the_deployment_checks():
    done = start("check --deploy --fail-level WARNING", **COMPLETE)
    assert done.returncode == 0, done.stderr
