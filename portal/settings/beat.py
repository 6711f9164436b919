"""What runs without being asked, and when (Paris time). Each app adds its own lines."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, Any] = {
    # core: messages that lost their task, files nobody refers to, retention rules
    "core.sweep_outbox": {"task": "core.sweep_outbox", "schedule": 60},
    # copies of one's data left behind, accounts whose last day has come
    "core.sweep_rights": {"task": "core.sweep_rights", "schedule": 300},
    "core.apply_retention": {
        "task": "core.apply_retention",
        "schedule": crontab(hour=3, minute=40),
    },
    "core.sweep_documents": {
        "task": "core.sweep_documents",
        "schedule": crontab(hour=3, minute=20),
    },
    # core: files kept while the antivirus was silent
    "core.scan_documents": {"task": "core.scan_documents", "schedule": 120},
    # families: acting for a family and mandates end on time, and the family is told
    "families.close_assistance": {"task": "families.close_assistance", "schedule": 300},
    # families: quotients asked of the CAF, reminders before the school year
    "families.sweep_quotients": {"task": "families.sweep_quotients", "schedule": 60},
    "families.remind_income": {
        "task": "families.remind_income",
        "schedule": crontab(hour=9, minute=15),
    },
    # canteen: usual weeks become bookings up to the horizon
    "canteen.follow_usual_weeks": {
        "task": "canteen.follow_usual_weeks",
        "schedule": crontab(hour=1, minute=30),
    },
    # payments: billing runs that stand still, payments without an answer, lost notifications,
    # the ledger against the provider's books
    "payments.resume_runs": {"task": "payments.resume_runs", "schedule": 120},
    "payments.check_attempts": {"task": "payments.check_attempts", "schedule": 600},
    "payments.catch_up_events": {"task": "payments.catch_up_events", "schedule": 3600},
    "payments.reconcile_yesterday": {
        "task": "payments.reconcile_yesterday",
        "schedule": crontab(hour=5, minute=10),
    },
    # classrooms: tables of devices whose message got lost
    # workshop: claims without an answer, faults that come back
    "workshop.look_around": {
        "task": "workshop.look_around",
        "schedule": crontab(hour=6, minute=50),
    },
    "classrooms.sweep_imports": {"task": "classrooms.sweep_imports", "schedule": 300},
    # classrooms: contracts of Internet lines whose last day of notice draws near
    "classrooms.tell_ending_lines": {
        "task": "classrooms.tell_ending_lines",
        "schedule": crontab(hour=7, minute=20, day_of_week="mon-fri"),
    },
    # classrooms: what is late, on mornings of school; what was reserved, the day before
    "lending.remind_overdue": {
        "task": "lending.remind_overdue",
        "schedule": crontab(hour=7, minute=40),
    },
    "lending.remind_reservations": {
        "task": "lending.remind_reservations",
        "schedule": crontab(hour=16, minute=10),
    },
    # resources: an index that a lost task left behind, a nightly look at its files, pupils who left
    "catalogue.refresh_index": {"task": "catalogue.refresh_index", "schedule": 60},
    "catalogue.check_links": {"task": "catalogue.check_links", "schedule": 600},
    "catalogue.fetch_covers": {"task": "catalogue.fetch_covers", "schedule": 900},
    "catalogue.sweep_bulk": {"task": "catalogue.sweep_bulk", "schedule": 300},
    "catalogue.sweep_imports": {"task": "catalogue.sweep_imports", "schedule": 300},
    "catalogue.find_duplicates": {
        "task": "catalogue.find_duplicates",
        "schedule": crontab(hour=2, minute=50),
    },
    "catalogue.verify_index": {
        "task": "catalogue.verify_index",
        "schedule": crontab(hour=2, minute=40),
    },
    # resources: what is new in kept searches; hours apart, should the index be away at one
    "catalogue.send_alerts": {
        "task": "catalogue.send_alerts",
        "schedule": crontab(hour="6-10", minute=50),
    },
    # exchanges: what harvesters read, other catalogues by night, lost work
    "exchange.publish": {"task": "exchange.publish", "schedule": 60},
    "exchange.publish_all": {
        "task": "exchange.publish_all",
        "schedule": crontab(hour=4, minute=30),
    },
    "exchange.harvest_nightly": {
        "task": "exchange.harvest_nightly",
        "schedule": crontab(hour=1, minute=50),
    },
    "exchange.sweep": {"task": "exchange.sweep", "schedule": 120},
    "workspace.close_departed": {
        "task": "workspace.close_departed",
        "schedule": crontab(hour=2, minute=10),
    },
    # resources: the city's figures of use, from the schools' counts
    "figures.roll_up": {"task": "figures.roll_up", "schedule": crontab(minute=25)},
    # curation: reports of addresses that were changed since
    "curation.settle_moved": {"task": "curation.settle_moved", "schedule": crontab(minute=40)},
    # assignments: accesses of pupils who left, and of newcomers
    "assignments.settle_seats": {
        "task": "assignments.settle_seats",
        "schedule": crontab(hour=2, minute=20),
    },
    # families: announced moves on their day, care plans that end soon
    "families.follow_moves": {
        "task": "families.follow_moves",
        "schedule": crontab(hour=0, minute=5),
    },
    "families.remind_plans": {
        "task": "families.remind_plans",
        "schedule": crontab(hour=7, minute=30),
    },
    # families' agents: what search finds, doubles to look at, what a merge left behind, long lists
    "families.catch_up_search": {"task": "families.catch_up_search", "schedule": 60},
    "families.sweep_exports": {"task": "families.sweep_exports", "schedule": 600},
    "families.settle_merges": {"task": "families.settle_merges", "schedule": 300},
    "families.find_duplicates": {
        "task": "families.find_duplicates",
        "schedule": crontab(hour=2, minute=20),
    },
}
