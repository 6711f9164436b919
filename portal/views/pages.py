"""Pages that say things: help, accessibility, legal notices, the demonstration's people."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static

from core.access import ANYONE, allow
from core.accounts.models import User
from core.accounts.roles import Role
from core.seeding import DEMO_PASSWORD
from resources.workspace.demo import demo_card


@allow(ANYONE)
def help_page(request: HttpRequest) -> HttpResponse:
    """Say where to find a person: by telephone, at a desk, near one's home."""
    return render(request, "portal/help.html")


@allow(ANYONE)
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement (law 2005-102, article 47)."""
    return render(request, "portal/accessibility.html")


@allow(ANYONE)
def legal(request: HttpRequest) -> HttpResponse:
    """Show who publishes the service (law 2004-575, article 6)."""
    return render(request, "portal/legal.html")


@allow(ANYONE)
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept about people, why and for how long (GDPR, articles 13 and 14)."""
    return render(request, "portal/privacy.html")


@allow(ANYONE)
def demo_people(request: HttpRequest) -> HttpResponse:
    """List the people one can sign in as; exists in the demonstration only."""
    if not settings.DEMO:
        raise Http404
    order = {role: place for place, role in enumerate(Role.values)}
    people = sorted(
        User.objects.filter(email__endswith="@demo.port-mistral.example").prefetch_related("posts"),
        key=lambda user: (min((order[p.role] for p in user.posts.all()), default=99), user.pk),
    )
    context = {
        "people": [
            {
                "user": user,
                "jobs": list(dict.fromkeys(p.get_role_display() for p in user.posts.all())),
                "places": len({post.scope_ref for post in user.posts.all() if post.scope_ref}),
            }
            for user in people
        ],
        "by_identifier": User.objects.filter(
            identifier__isnull=False, email__isnull=True, desk_codes__isnull=True
        )
        .order_by("pk")
        .first(),
        "password": DEMO_PASSWORD,
        "pupil": demo_card(),
    }
    return render(request, "portal/demo.html", context)


@allow(ANYONE)
def webmanifest(request: HttpRequest) -> HttpResponse:
    """Describe the service to a telephone that puts it on its home screen."""
    return JsonResponse(
        {
            "name": f"{settings.SERVICE_NAME} · {settings.CITY_NAME}",
            "short_name": settings.SERVICE_NAME,
            "lang": "fr",
            "start_url": "/",
            "scope": "/",
            "display": "minimal-ui",
            "background_color": "#fbf5e9",
            "theme_color": "#0b3350",
            "icons": [
                {"src": static("img/icon-180.png"), "sizes": "180x180", "type": "image/png"},
                {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
                {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        content_type="application/manifest+json",
    )
