"""The test run refuses what works by luck."""

import datetime as dt
import socket
import urllib.request

import pytest
from django.core.paginator import Paginator, UnorderedObjectListWarning
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.template import engines

from core import clock
from core.accounts.models import User
from portal.settings.test import UndefinedTemplateVariable
from tests.hostile import NetworkRefused


def test_an_undefined_template_variable_fails():
    with pytest.raises(UndefinedTemplateVariable, match="nobody"):
        engines["django"].from_string("Bonjour {{ nobody.name }}").render({})


def test_the_network_is_refused_but_this_machine_is_not():
    with pytest.raises(NetworkRefused):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(NetworkRefused):
        urllib.request.urlopen("http://example.org")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname()).close()


@pytest.mark.django_db
def test_a_lock_outside_our_own_transaction_fails():
    with pytest.raises(TransactionManagementError):
        User.objects.select_for_update().first()
    with transaction.atomic():
        assert User.objects.select_for_update().first() is None


@pytest.mark.django_db
def test_rows_come_shuffled_unless_ordered():
    User.objects.bulk_create(User(given_name=str(n)) for n in range(50))
    orders = {tuple(User.objects.order_by().values_list("pk", flat=True)) for _ in range(3)}
    assert len(orders) > 1
    assert User.objects.order_by().count() == 50
    union = User.objects.order_by().filter(pk=1).union(User.objects.order_by().filter(pk=2))
    assert len(union) <= 2
    with pytest.raises(UnorderedObjectListWarning):
        Paginator(User.objects.order_by(), 10).page(1)


@pytest.mark.django_db
def test_naive_datetimes_fail():
    with pytest.raises(RuntimeWarning, match="naive"):
        User.objects.create(given_name="X", last_login=dt.datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_suite_runs_on_postgresql():
    assert connection.vendor == "postgresql"


def test_time_can_be_moved(time_machine):
    time_machine.move_to(dt.datetime(2028, 2, 29, 9, tzinfo=clock.PARIS))
    assert clock.today() == dt.date(2028, 2, 29)
