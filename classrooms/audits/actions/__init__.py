"""The only writers of counts and labels: one verb each, locked, journalled, safe to repeat."""

from classrooms.audits.actions.printing import print_labels

__all__ = ["print_labels"]
