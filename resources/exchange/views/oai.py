"""The repository's one address, and single notices for programs: open to anybody, throttled."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from ninja.errors import Throttled

from core.access import ANYONE, allow
from core.accounts.models import User
from core.api import count_use
from core.net import client_ip
from resources.catalogue.models import Resource
from resources.exchange import sandbox
from resources.exchange.access import public_resources
from resources.exchange.formats import jsonld, lom
from resources.exchange.formats.markup import DECLARATION
from resources.exchange.notices import Notice, load, notice_of
from resources.exchange.provider import answering

#: Seconds for which an answer may be kept on the way.
_FRESH = 60


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """Count this request; return the answer that asks to come back later, past the limit.

    503 with Retry-After is how OAI-PMH says so (section 3.5).
    """
    try:
        count_use(f"oai:{client_ip(request)}", *settings.OAI_RATE)
    except Throttled as refused:
        answer = HttpResponse(status=503, content_type="text/plain; charset=utf-8")
        answer["Retry-After"] = str(max(1, int(refused.wait or 1)))
        return answer
    return None


@allow(ANYONE)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """Answer a harvester."""
    if (later := _too_many(request)) is not None:
        return later
    given = request.POST if request.method == "POST" else request.GET
    pairs = [(str(name), [str(value) for value in values]) for name, values in given.lists()]
    answer = HttpResponse(answering.answer(pairs), content_type="text/xml; charset=utf-8")
    if request.method != "POST":
        answer["Cache-Control"] = f"public, max-age={_FRESH}"
    return answer


def _notice(request: HttpRequest, identifier: str) -> Notice:
    """Return the notice of a resource that is open to all, or to who asks; else 404."""
    public = public_resources()
    found: Any = load(public.filter(identifier=identifier), others=public).first()
    user = request.user
    if found is None and isinstance(user, User):
        mine = Resource.objects.visible_to(user)
        found = load(mine.filter(identifier=identifier), others=mine).first()
    if found is None:
        raise Http404
    return notice_of(found)


@allow(ANYONE)
@require_safe
def partner(request: HttpRequest) -> HttpResponse:
    """Answer a harvester in the place of the demo's invented museum; elsewhere there is none."""
    if not settings.DEMO:
        raise Http404
    if (later := _too_many(request)) is not None:
        return later
    given = {name: str(value) for name, value in request.GET.items()}
    return HttpResponse(sandbox.answer(given), content_type="text/xml; charset=utf-8")


@allow(ANYONE)
@require_safe
def notice_jsonld(request: HttpRequest, identifier: str) -> HttpResponse:
    """Give a notice as JSON-LD."""
    if (later := _too_many(request)) is not None:
        return later
    told = json.dumps(jsonld.write(_notice(request, identifier)), ensure_ascii=False, indent=1)
    return HttpResponse(told, content_type=jsonld.CONTENT_TYPE)


@allow(ANYONE)
@require_safe
def notice_lom(request: HttpRequest, identifier: str) -> HttpResponse:
    """Give a notice as LOM XML."""
    if (later := _too_many(request)) is not None:
        return later
    told = DECLARATION + lom.write(_notice(request, identifier))
    return HttpResponse(told, content_type="application/xml; charset=utf-8")
