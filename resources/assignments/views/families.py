"""What one's children have been given at school, for parents: in simple words, without figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.access import allow, signed_in
from core.accounts.roles import Role
from resources.assignments.parents import lists_for


@allow(Role.GUARDIAN)
def children(request: HttpRequest) -> HttpResponse:
    """Show, child by child, what is to be done and what is done."""
    lists = lists_for(signed_in(request))
    return render(request, "assignments/children.html", {"lists": lists})
