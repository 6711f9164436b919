"""Rules of planning, over plain values. Sources: docs/rules/fleet-planning.md."""
