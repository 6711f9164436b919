"""What is said of devices: addresses, own fields by category, the sheet corrected by hand."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from classrooms import rules
from classrooms.models import Device, DeviceAddress
from tests.factories.classrooms import DeviceFactory

MAC, OTHER = "02:00:5E:10:00:01", "02:00:5E:10:00:02"


@pytest.mark.parametrize(
    "text", ["02005e100001", "02-00-5E-10-00-01", "0200.5e10.0001", " 02:00:5e:10:00:01 "]
)
def test_an_address_is_one_however_it_is_written(text):
    assert rules.normalise_mac(text) == MAC


@pytest.mark.parametrize("text", ["", "02005e10000", "01:00:5E:10:00:01", "0" * 12, "zz" * 6])
def test_what_is_no_devices_address_is_refused(text):
    with pytest.raises(ValueError, match="address"):
        rules.normalise_mac(text)


@pytest.mark.django_db
def test_an_address_is_one_live_devices_whoever_writes():
    first, second = DeviceFactory(macs=[MAC, OTHER]), DeviceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=second.pk).update(macs=[MAC])
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceFactory(macs=[OTHER])
    Device.objects.filter(pk=first.pk).update(macs=[OTHER])
    second.macs = [MAC]
    Device.objects.bulk_update([second], ["macs"])
    Device.objects.filter(pk=first.pk).update(state="retired")
    third = DeviceFactory(macs=[OTHER])
    assert dict(DeviceAddress.objects.values_list("mac", "device")) == {
        MAC: second.pk,
        OTHER: third.pk,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=first.pk).update(state="spare")
