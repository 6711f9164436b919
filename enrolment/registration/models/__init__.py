"""Applications for a school place and what follows: certificates, admissions, departures."""

from enrolment.registration.models.applications import (
    ACTIVE,
    OPEN,
    Admission,
    Application,
    Certificate,
    Proof,
    ProofKind,
    ProofRequest,
    State,
    Waiver,
)
from enrolment.registration.models.departures import Departure
from enrolment.registration.models.paper import PaperRequest

__all__ = [
    "ACTIVE",
    "OPEN",
    "Admission",
    "Application",
    "Certificate",
    "Departure",
    "PaperRequest",
    "Proof",
    "ProofKind",
    "ProofRequest",
    "State",
    "Waiver",
]
