"""Settings, all from the environment; ``DEMO=1`` fills in what a trial needs.

Outside the demo a missing or insecure value stops the start with a sentence that says
what to set.
"""

from portal.settings.base import *  # noqa: F403
