"""Tasks go through a real serialiser and run when the test says so."""

import datetime as dt

import pytest
from celery import shared_task
from django.db import transaction
from kombu.exceptions import EncodeError

seen: list[object] = []


@shared_task
def note(what: object) -> None:
    seen.append(what)
    if what == "first":
        note.delay("second")


@pytest.fixture(autouse=True)
def _forget():
    seen.clear()


def test_tasks_wait_for_the_worker(run_tasks):
    note.delay("first")
    assert seen == []
    assert run_tasks() == ["tests.ops.test_queue.note"] * 2
    assert seen == ["first", "second"]
    assert run_tasks() == []


def test_arguments_that_no_queue_could_carry_fail():
    with pytest.raises(EncodeError):
        note.delay(object())


def test_a_day_survives_the_queue(run_tasks):
    note.delay(dt.date(2028, 2, 29))
    run_tasks()
    assert seen == [dt.date(2028, 2, 29)]


@pytest.mark.django_db
def test_committed_runs_what_waited(committed):
    with committed():
        transaction.on_commit(lambda: note.delay("after"))
        assert seen == []
    assert seen == ["after"]
