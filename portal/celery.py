"""The Celery application: work outside a request."""

import contextlib
import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("escale")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

for _folder in {
    app.conf.broker_transport_options.get(key)
    for key in ("data_folder_in", "data_folder_out", "control_folder")
} - {None}:
    # The file-system broker makes no folder itself; one that cannot be made is told when used.
    with contextlib.suppress(OSError):
        Path(_folder).mkdir(parents=True, exist_ok=True)
