"""``make demo``: web server, worker, beat and two sandboxes as one foreground command.

Standard library only: it must be able to say in a sentence what is wrong when nothing
else works.
"""
