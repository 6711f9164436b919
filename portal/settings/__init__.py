"""Settings, all from the environment; ``DEMO=1`` fills in what a trial needs.

Outside the demo a missing or insecure value stops the start with a sentence that says
what to set.
"""

import os

# Importing portal.settings.test imports this package first: it must be able to prepare the
# environment before base.py reads it.
if os.environ.get("DJANGO_SETTINGS_MODULE") != "portal.settings.test":
    from portal.settings.base import *  # noqa: F403
