"""What a device-management server (MDM) tells about a device. Measures, not history."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from classrooms.models import Device
from core.errors import RuleBroken
from core.journal import Actor


def record_sighting(
    *,
    by: Actor,
    device: Device,
    seen_at: dt.datetime,
    os_version: str = "",
    battery_percent: int | None = None,
) -> bool:
    """Note that a device was online at an instant; return whether that was news.

    Reports arrive late and out of order: an older one than what is known changes nothing.
    One compare-and-set update, so that two servers reporting at once keep the newer.
    Raises RuleBroken ``battery`` beyond 100.
    """
    if battery_percent is not None and not 0 <= battery_percent <= 100:
        raise RuleBroken("battery", "battery_percent: 0–100", "battery_percent")
    changes: dict[str, object] = {"last_seen_at": seen_at}
    if os_version:
        changes["os_version"] = os_version
    if battery_percent is not None:
        changes["battery_percent"] = battery_percent
    newer = Device.objects.filter(pk=device.pk).filter(
        Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=seen_at)
    )
    return bool(newer.update(**changes))
