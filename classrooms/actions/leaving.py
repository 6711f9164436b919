"""Devices that come to the end of their service: whoever decides about them registers here.

A device is written off by one path only, which an app above owns. What happens below and
ends a device's service (a fault that nobody can mend, an import that is undone) says so
here, within its own transaction and holding the device's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from classrooms.models import Device, Incident
from core.journal import Actor


class Desk(Protocol):
    """Who takes devices at the end of their service on."""

    def worn_out(self, by: Actor, device: Device, incident: Incident | None, note: str) -> None:
        """A device cannot be mended, or not for its worth: its writing off is proposed."""
        ...

    def never_was(self, by: Actor, devices: Sequence[Device]) -> None:
        """Devices entered by mistake leave the inventory: nobody has to decide anything."""
        ...


_desks: list[Desk] = []


def register_desk(desk: Desk) -> None:
    """Add whoever takes such devices on; call it from ``AppConfig.ready``."""
    if desk not in _desks:
        _desks.append(desk)


def worn_out(
    *, by: Actor, device: Device, incident: Incident | None = None, note: str = ""
) -> None:
    """Say that a locked device is at its end: the writing off is proposed, and decided later."""
    for desk in _desks:
        desk.worn_out(by, device, incident, note)


def never_was(*, by: Actor, devices: Sequence[Device]) -> None:
    """Say that locked devices were entered by mistake; call it before they are written off."""
    for desk in _desks:
        desk.never_was(by, devices)
