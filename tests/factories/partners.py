"""Partner systems' tokens."""

from __future__ import annotations

import datetime as dt

from core import clock, partners
from core.journal import SYSTEM


def partner_headers(*scopes: str, role: str = "", name: str = "Partenaire") -> dict[str, str]:
    """Return the headers of a partner that holds these scopes, for the test client."""
    issued = partners.issue(
        by=SYSTEM,
        name=name,
        scopes=list(scopes),
        role=role,
        expires_at=clock.now() + dt.timedelta(days=30),
    )
    return {"Authorization": f"Bearer {issued.secret}"}
