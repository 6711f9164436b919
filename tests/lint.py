"""``make lint``: every check that reads the code without running the service."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["core", "families", "payments", "enrolment", "resources", "classrooms", "portal"]
BIN = Path(sys.executable).parent
#: What a city would set: the deployment checks must find nothing to say.
PRODUCTION = {
    "SECRET_KEY": "lint-only-long-enough-and-varied-0123456789-abcdefghij-KLMNOP",
    "ALLOWED_HOSTS": "escale.example",
    "PUBLIC_URL": "https://escale.example",
    "DATABASE_URL": "postgres://escale:x@db/escale",
    "CELERY_BROKER_URL": "redis://queue/0",
    "CACHE_URL": "redis://queue/1",
    "EMAIL_URL": "smtp+tls://mail:587",
    "DEFAULT_FROM_EMAIL": "Escale <ne-pas-repondre@escale.example>",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRETS": "whsec_x",
}
DEMO = {"DEMO": "1"}


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


CHECKS: list[tuple[str, list[str], dict[str, str]]] = [
    ("ruff check", [str(BIN / "ruff"), "check", "."], {}),
    ("ruff format", [str(BIN / "ruff"), "format", "--check", "."], {}),
    ("import contracts", [str(BIN / "lint-imports"), "--no-cache"], {}),
    ("dependencies", [str(BIN / "deptry"), "."], {}),
    ("templates", [str(BIN / "djlint"), *PACKAGES, "--lint", "--quiet"], {}),
    ("migrations", manage("makemigrations", "--check", "--dry-run"), DEMO),
    ("deployment", manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    ("types", [str(BIN / "mypy"), "."], DEMO),
]


def main() -> int:
    """Run every check, show what fails, and name the failures at the end."""
    failed = []
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    for title, command, environment in CHECKS:
        began = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**kept, "PYTHONUTF8": "1", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        print(
            f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {title:<18}"
            f"{time.monotonic() - began:5.1f} s",
            flush=True,
        )
        if done.returncode:
            failed.append(title)
            print(done.stdout + done.stderr, flush=True)
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all clear")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
