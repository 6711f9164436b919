"""The Celery application: work outside a request."""

import contextlib
import os
from pathlib import Path
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("escale")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect  # type: ignore[untyped-decorator]
def make_broker_folders(source: Any, **_: Any) -> None:
    """Make the folders of the file-system broker, which makes none itself.

    Waits for the settings to be read: the demo's supervisor imports this package before it has
    chosen them. A folder that cannot be made is told when it is used.
    """
    for key in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder := source.broker_transport_options.get(key):
            with contextlib.suppress(OSError):
                Path(folder).mkdir(parents=True, exist_ok=True)
