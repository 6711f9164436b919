"""A child's care facts: pictures that may be shown, how long a care plan lasts.

Sources: pictures: Code civil 372-1 (law 2024-120 of 19 February 2024: parents protect their
child's image together) and 9; care plans: Code de l'éducation D351-9 and the circular of 10
February 2021 (a plan holds for the stay in one school).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

#: Shown outside the class: nobody's silence counts as a yes.
PUBLISHED = frozenset({"city_web", "press"})


def photo_verdict(use: str, answers: Mapping[int, bool], holders: Collection[int]) -> str:
    """Return ``no``, ``yes`` or ``waiting`` for one use of a child's pictures.

    ``answers`` are given by guardian; only those of today's ``holders`` of authority count.
    One no is a no. Inside the class one yes is enough, as for a usual act; what is published
    needs a yes from each holder. No answer is never a yes.
    """
    counted = [answers[key] for key in set(holders) if key in answers]
    if not all(counted):
        return "no"
    if not counted:
        return "waiting"
    everybody = len(counted) == len(set(holders))
    return "yes" if everybody or use not in PUBLISHED else "waiting"


def end_of_stay(level: str, levels: Sequence[str], start_year: int) -> dt.date:
    """Return the first day after a pupil's stay in a school.

    ``level`` is the pupil's in the school year that began in ``start_year``, ``levels`` are
    those taught there, youngest first: one a year, up to the last. A plan covers the summer
    after it, until 1 September.
    """
    years_left = len(levels) - levels.index(level) if level in levels else 1
    return dt.date(start_year + years_left, 9, 1)
