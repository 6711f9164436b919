"""Facts about counts and labels, gathered for Django."""

from classrooms.audits.models.campaigns import Campaign, CampaignSchool
from classrooms.audits.models.counting import Audit, AuditLine, Scan
from classrooms.audits.models.printing import LabelPrint

__all__ = ["Audit", "AuditLine", "Campaign", "CampaignSchool", "LabelPrint", "Scan"]
