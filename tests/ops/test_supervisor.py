"""The demo's supervisor keeps its programs running and leaves none behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]

#: A supervisor over: one program that starts a child of its own, one that keeps crashing.
HOUSE = """
import sys
from pathlib import Path
from portal.supervisor.processes import Program, Supervisor

folder = Path(sys.argv[1])
parent = (
    "import os, subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']);"
    f"print(os.getpid(), child.pid, file=open({str(folder / 'pids')!r}, 'a'), flush=True);"
    "time.sleep(300)"
)

def say(text):
    print(text, flush=True)
    (folder / "said").touch()

crashing = f"open({str(folder / 'crashes')!r}, 'a').write('x'); print('je tombe'); exit(3)"
supervisor = Supervisor(
    [
        Program("parent", "Le parent", [sys.executable, "-c", parent]),
        Program("crashing", "Le fragile", [sys.executable, "-c", crashing]),
    ],
    folder / "log",
    {},
    say=say,
    first_wait=0.2,
)
supervisor.start()
supervisor.run()
print("fini")
"""


def until(condition, seconds=15.0):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("waited in vain")


@pytest.fixture
def house(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOUSE, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    pids = until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text())
    # A crash told is the sign that it watches: until then a signal ends it as any program.
    until((tmp_path / "said").exists)
    process.family = [int(pid) for pid in pids.split()]
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def alive(pids):
    return [
        pid
        for pid in pids
        if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_programs_and_what_they_started(house, number):
    house.send_signal(number)
    output, _ = house.communicate(timeout=20)
    assert house.returncode == 0
    assert output.endswith("fini\n")
    assert alive(house.family) == []


def test_being_killed_leaves_no_orphan(house):
    house.kill()
    house.wait()
    until(lambda: not alive(house.family))


def test_a_crashed_program_comes_back_later_and_later(house, tmp_path):
    crashes = tmp_path / "crashes"
    until(lambda: crashes.exists() and len(crashes.read_text()) >= 3)
    house.terminate()
    output, _ = house.communicate(timeout=20)
    assert "Le fragile : arrêt inattendu (code 3)" in output
    assert "je tombe" in output
    assert "Le fragile : relancé." in output


def start(tmp_path, **environment):
    """Start it as a newcomer does: nothing set but what every shell has."""
    plain = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "portal.supervisor"],
        cwd=ROOT,
        env={**plain, "VAR_DIR": str(tmp_path), "PORT": "", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_already_taken_is_said_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = start(tmp_path, PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Le port {port} est déjà pris")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_that_is_none_is_said_in_one_sentence(tmp_path):
    done = start(tmp_path, PORT="99999")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "n'est pas un port" in done.stderr


def test_a_folder_one_cannot_write_in_is_said_in_one_sentence(tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = start(blocked / "var", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith("Impossible d'écrire dans")
    assert "Traceback" not in done.stderr


def test_two_demos_do_not_share_a_folder(tmp_path):
    import fcntl

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = start(tmp_path, PORT=str(port))
    assert done.returncode == 1
    assert "Une démonstration tourne déjà" in done.stderr
