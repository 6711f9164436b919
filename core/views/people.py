"""The administrator's page of people and their posts."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock, journal
from core.access import allow, get_visible, signed_in
from core.accounts import actions
from core.accounts.forms import PeopleFilter, PostForm
from core.accounts.middleware import has_second_factor
from core.accounts.models import Post, User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.paging import page_of
from core.scopes import places, posts_in_words


@allow(Role.ADMINISTRATOR)
def people(request: HttpRequest) -> HttpResponse:
    """Search people by name, address and role."""
    form = PeopleFilter(request.GET or None)
    found = User.objects.visible_to(signed_in(request)).order_by("family_name", "given_name", "pk")
    if form.is_valid():
        for word in form.cleaned_data["q"].split():
            found = found.filter(
                Q(given_name__icontains=word)
                | Q(family_name__icontains=word)
                | Q(email__icontains=word)
            )
        if role := form.cleaned_data["role"]:
            held = Post.objects.current().filter(role=role)
            found = found.filter(pk__in=held.values("user"))
    page = page_of(request, found.prefetch_related("posts"))
    words = posts_in_words(post for person in page for post in person.posts.all())
    rows = [
        (person, [words[post.pk] for post in person.posts.all() if post.ends_on is None])
        for person in page
    ]
    context = {"page_obj": page, "rows": rows, "form": form}
    return render(request, "core/people/list.html", context)


@allow(Role.ADMINISTRATOR)
@once
def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show one person's posts and history, and give a post."""
    user: User = get_visible(User.objects, signed_in(request), public_id=public_id)
    form = PostForm(request.POST or None, initial={"starts_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            post = actions.give_post(by=Actor.of(request), user=user, **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(
                request, _("Poste donné : %(post)s.") % {"post": posts_in_words([post])[post.pk]}
            )
            return redirect("people:person", public_id=user.public_id)
    posts = list(user.posts.order_by("-starts_on", "-pk"))
    words = posts_in_words(posts)
    context = {
        "person": user,
        "posts": [(post, words[post.pk]) for post in posts],
        "form": form,
        "protected": has_second_factor(user),
        "history": journal.JournalEntry.objects.filter(
            Q(subject_type="accounts.user", subject_id=str(user.pk))
            | Q(
                subject_type="accounts.post",
                subject_id__in=[str(post.pk) for post in posts],
            )
        )
        .select_related("actor")
        .order_by("-at", "-pk")[:20],
        "today": clock.today(),
        "places": places(),
    }
    return render(request, "core/people/person.html", context)


@allow(Role.ADMINISTRATOR)
@once
def end(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponseBase:
    """Ask whether to end a post, then end it today."""
    user: User = get_visible(User.objects, signed_in(request), public_id=public_id)
    post: Post = get_visible(Post.objects, signed_in(request), pk=pk, user_id=user.pk)
    if request.method == "POST":
        actions.end_post(by=Actor.of(request), post=post)
        messages.success(request, _("Ce poste prend fin aujourd’hui."))
        return redirect("people:person", public_id=user.public_id)
    return render(
        request, "core/people/end.html", {"person": user, "post": posts_in_words([post])[post.pk]}
    )
