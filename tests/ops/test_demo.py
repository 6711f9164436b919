"""``make demo``, whole: it starts, answers, survives, stops, starts again quickly."""

import http.client
import os
import signal
import time

import psutil

from core.demo import DEMO_PEOPLE
from core.seeding import DEMO_PASSWORD
from tests.demo_run import running_demo
from tests.ops.test_supervisor import until


def get(demo, path):
    connection = http.client.HTTPConnection(demo.address.removeprefix("http://"), timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except OSError as gone:
        return 0, str(gone)
    finally:
        connection.close()


def test_the_demo_from_first_start_to_second(tmp_path):
    with running_demo(tmp_path / "var") as demo:
        for person in DEMO_PEOPLE:
            assert person.email in demo.output
        assert DEMO_PASSWORD in demo.output
        assert get(demo, "/healthz")[0] == 200
        until(lambda: get(demo, "/readyz")[0] == 200)
        status, page = get(demo, "/")
        assert status == 200
        assert 'lang="fr"' in page

        family = psutil.Process(demo.process.pid).children(recursive=True)
        commands = {" ".join(child.cmdline()): child for child in family}
        for name in ("granian", "celery -A portal worker", "celery -A portal beat", "sandbox"):
            assert any(name in command for command in commands), name
        next(child for command, child in commands.items() if "granian" in command).kill()
        until(lambda: get(demo, "/healthz")[0] == 0)
        until(lambda: get(demo, "/healthz")[0] == 200)

        family = psutil.Process(demo.process.pid).children(recursive=True)
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(20) == 0
        assert not [child for child in family if child.is_running()]
    began = time.monotonic()
    with running_demo(tmp_path / "var") as demo:
        limit = 10 if len(os.sched_getaffinity(0)) > 1 and os.getloadavg()[0] < 2 else 60
        assert time.monotonic() - began < limit
        assert get(demo, "/")[0] == 200
