"""The page where one chooses who to be. Plainly marked as a stand-in."""

from __future__ import annotations

from html import escape

from core.accounts.sandbox.people import PEOPLE

_BANNER = (
    '<header><p class="banner"><strong>Identité factice</strong> '
    "<span>Démonstration : ces personnes sont inventées, rien n’est vérifié.</span></p></header>"
)


def _shell(title: str, body: str) -> bytes:
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        f'<link rel="stylesheet" href="/skin.css"></head><body>{_BANNER}<main>{body}</main>'
        "</body></html>"
    ).encode()


def problem(text: str) -> bytes:
    """Return a page that says what is wrong."""
    return _shell("Identité factice", f"<h1>{escape(text)}</h1>")


def choose(request: str) -> bytes:
    """Return the page of the invented citizens, for one authorization request."""
    people = "".join(
        f'<li><button name="sub" value="{escape(person.sub)}">'
        f"<strong>{escape(person.given_name)} {escape(person.family_name)}</strong>"
        f"<span>{escape(_born(person.birthdate, person.gender))}</span>"
        f"<span>{escape(person.story)}</span></button></li>"
        for person in PEOPLE
    )
    return _shell(
        "Qui êtes-vous ?",
        "<h1>Qui êtes-vous ?</h1>"
        "<p>Le vrai service vérifierait ici votre identité. Choisissez une personne.</p>"
        '<form method="post" action="/choose">'
        f'<input type="hidden" name="request" value="{escape(request)}">'
        f"<ul>{people}</ul>"
        '<button class="quiet" name="sub" value="">Renoncer</button></form>',
    )


def _born(date: str, gender: str) -> str:
    word = "née" if gender == "female" else "né"
    year, month, day = date.split("-")
    if month == "00":
        return f"{word} en {year}"
    return f"{word} le {int(day)}/{month}/{year}"
