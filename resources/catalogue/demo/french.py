"""A little French grammar for made-up titles: articles, contractions, capitals. Pure."""

from __future__ import annotations

_ARTICLES = ("les ", "la ", "le ", "l'")


def bare(phrase: str) -> str:
    """Return a noun phrase without its article: "les fractions" gives "fractions".

    Two nouns joined keep theirs: "le sujet et le verbe" stays whole.
    """
    for article in () if " et l" in phrase else _ARTICLES:
        if phrase.startswith(article):
            return phrase[len(article) :]
    return phrase


def of(phrase: str) -> str:
    """Return "de" and a noun phrase, contracted: "des fractions", "du cercle", "d'Égypte"."""
    first, joined, second = phrase.partition(" et l")
    if joined and " " not in first.removeprefix("les ").removeprefix("la ").removeprefix("le "):
        return f"{of(first)} et {of('l' + second)}"
    if phrase.startswith("les "):
        return "des " + phrase[4:]
    if phrase.startswith("le "):
        return "du " + phrase[3:]
    if phrase.startswith(("la ", "l'")):
        return "de " + phrase
    return ("d'" if phrase[0].lower() in "aeiouyéèêhœ" else "de ") + phrase


def to(phrase: str) -> str:
    """Return "à" and a noun phrase, contracted: "aux fractions", "au cercle"."""
    if phrase.startswith("les "):
        return "aux " + phrase[4:]
    if phrase.startswith("le "):
        return "au " + phrase[3:]
    return "à " + phrase


def capital(phrase: str) -> str:
    """Return a phrase with a capital first letter."""
    return phrase[:1].upper() + phrase[1:]
