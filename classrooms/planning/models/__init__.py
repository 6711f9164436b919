"""Plans and forecasts, gathered for Django."""

from classrooms.planning.models.allocation import Plan
from classrooms.planning.models.forecasts import Forecast

__all__ = ["Forecast", "Plan"]
