"""How passwords are kept: Argon2id with stated parameters."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class StatedArgon2(Argon2PasswordHasher):
    """RFC 9106's second recommendation: 64 MiB of memory, three passes, four lanes.

    Written here rather than left to the framework, so that an upgrade changes nothing by
    itself. Raised parameters are taken up at each person's next sign-in.
    """

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4
