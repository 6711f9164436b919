"""``python -m portal.supervisor``: the demo in one command."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from portal.supervisor.processes import Program, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60.0


class CannotStart(Exception):
    """Says in one sentence why the demo cannot start, and what to do."""


def chosen_port(text: str) -> int:
    """Return the port asked for, if it can be listened on."""
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise CannotStart(f"PORT={text} n'est pas un port : choisissez un nombre de 1 à 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotStart(
                f"Le port {port} est réservé au système : choisissez-en un autre, "
                "par exemple « make demo PORT=8000 »."
            ) from None
        except OSError:
            other = port + 1 if port < 65535 else 8000
            raise CannotStart(
                f"Le port {port} est déjà pris : arrêtez le programme qui l'occupe, "
                f"ou choisissez-en un autre avec « make demo PORT={other} »."
            ) from None
    return port


def free_port(preferred: int) -> int:
    """Return a port nobody listens on: the preferred one, so that links last, or another."""
    for port in (preferred if preferred <= 65535 else 0, 0):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise CannotStart("Plus aucun port n'est libre sur cette machine.")


def stand_in_ports(port: int) -> list[int]:
    """Return the ports of the three stand-ins, next to the web server's where they are free."""
    return [free_port(port + step) for step in (1, 2, 3)]


def take_folder(folder: Path) -> IO[str]:
    """Make the folder ours for as long as the returned file stays open."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "demo.lock").open("a+")
        probe = folder / f".ecriture-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as refused:
        raise CannotStart(
            f"Impossible d'écrire dans {folder} ({refused.strerror}) : donnez-vous-y le droit "
            "d'écrire, ou choisissez un autre dossier avec VAR_DIR."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CannotStart(
            f"Une démonstration tourne déjà dans {folder} : arrêtez-la (Ctrl-C dans son "
            "terminal), ou donnez un autre dossier à celle-ci avec VAR_DIR et PORT."
        ) from None
    return lock


def programs(port: int, stands: Sequence[int], folder: Path) -> list[Program]:
    """List what a demo runs; ``stands`` are the ports of the bank, the identity and the CAF."""
    sandbox_port, citizen_port, quotient_port = stands
    python = sys.executable
    celery = [python, "-W", "ignore", "-m", "celery", "-A", "portal"]
    # Plain programs of the same interpreter: no wrapper script that a moved folder breaks.
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "portal.wsgi:application"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "2"]
    worker += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "-E"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""]
    beat += ["--schedule", str(folder / "beat" / "schedule")]
    sandbox = [python, "-m", "payments.sandbox", "--port", str(sandbox_port)]
    sandbox += ["--state", str(folder / "sandbox.sqlite3")]
    citizen = [python, "-m", "core.accounts.sandbox", "--port", str(citizen_port)]
    quotients = [python, "-m", "families.quotient_sandbox", "--port", str(quotient_port)]
    return [
        Program("web", "Le serveur web", web),
        Program("worker", "L'exécution des tâches", worker),
        Program("beat", "Le planificateur", beat),
        Program("sandbox", "La banque d'essai", sandbox),
        Program("citizen", "L'identité d'essai", citizen),
        Program("quotients", "La CAF d'essai", quotients),
    ]


def environment_of(port: int, stands: Sequence[int], folder: Path) -> dict[str, str]:
    """Return the settings of a demo, as environment variables."""
    sandbox_port, citizen_port, quotient_port = stands
    address = f"http://{HOST}:{port}"
    return {
        **os.environ,
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(folder),
        "PUBLIC_URL": address,
        "STRIPE_API_BASE": f"http://{HOST}:{sandbox_port}",
        "CITIZEN_ISSUER": f"http://{HOST}:{citizen_port}/api/v2",
        "CITIZEN_CLIENT_ID": "escale-demo",
        "CITIZEN_CLIENT_SECRET": "escale-demo-secret",
        "QUOTIENT_API_BASE": f"http://{HOST}:{quotient_port}",
        "QUOTIENT_API_TOKEN": "demo",
        "QUOTIENT_API_RECIPIENT": "21130055300016",
        "C_FORCE_ROOT": "1",  # a demo may well be tried as root; tasks are JSON, never pickles
    }


def prepare(environment: dict[str, str], scale: str) -> None:
    """Migrate, seed an empty database, compile translations, collect static files."""
    command = [sys.executable, str(ROOT / "manage.py"), "prepare_demo", "--scale", scale]
    # A session of its own: Ctrl-C reaches us, and we end it without a traceback of its own.
    done = subprocess.run(  # noqa: S603
        command, env=environment, cwd=ROOT, check=False, start_new_session=True
    )
    if done.returncode:
        raise CannotStart("La préparation de la démonstration a échoué : voyez ci-dessus.")


def wait_for_answer(port: int, limit: float) -> bool:
    """Tell whether the web server answers before ``limit``, an instant of the monotonic clock."""
    while time.monotonic() < limit:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return True
        finally:
            connection.close()
    return False


def interrupt(number: int, frame: FrameType | None) -> None:
    """Treat being asked to stop, before everything runs, as Ctrl-C."""
    raise KeyboardInterrupt


def main() -> None:
    """Check, prepare, run until Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    folder = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
    port = chosen_port(os.environ.get("PORT") or "8000")
    lock = take_folder(folder)
    stands = stand_in_ports(port)
    environment = environment_of(port, stands, folder)
    prepare(environment, os.environ.get("SCALE") or "small")
    os.chdir(ROOT)
    supervisor = Supervisor(programs(port, stands, folder), folder / "log", environment)
    try:
        supervisor.start()
        if not wait_for_answer(port, time.monotonic() + START_SECONDS):
            raise CannotStart(
                f"Le serveur web ne répond pas. Dernières lignes de son journal :\n"
                f"{supervisor.tail('web')}"
            )
        print(f"\n{(folder / 'demo.txt').read_text()}")  # noqa: T201
        print(  # noqa: T201
            f"  Escale est ouvert : http://{HOST}:{port}/\n"
            f"  Journaux : {folder / 'log'}   Arrêter : Ctrl-C\n",
            flush=True,
        )
        supervisor.run()
    finally:
        supervisor.end()
        lock.close()
    print("Tout est arrêté.", flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        main()
    except CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit("Arrêté.")
