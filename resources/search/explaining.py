"""Why a document stands where it stands, in the terms the ranking itself used."""

from __future__ import annotations

from resources.search.analysis import stem, words
from resources.search.engine import Ask, Explanation, WordReason
from resources.search.plan import Group
from resources.search.searching import (
    AS_TYPED,
    NEAR_LEVEL,
    NEAR_PLACE,
    WHOLE_TITLE,
    Search,
    understood,
)
from resources.search.snapshot import EXACT, Snapshot


def explain(snapshot: Snapshot, ask: Ask, pk: int) -> Explanation | None:
    """Explain one document for one question; None when the question does not show it."""
    number = snapshot.numbers.get(pk)
    found = understood(snapshot, ask)
    if number is None or not found.shown() >> number & 1:
        return None
    scored = [found.group_scores(group, 1 << number) for group in found.groups]
    held = [scores[number] for scores in scored if number in scores]
    reasons = [
        _reason(snapshot, group, number, met=number in scores)
        for group, scores in zip(found.groups, scored, strict=True)
    ]
    reasons += [WordReason(word, "missing") for word in found.missing]
    factors = _factors(found, number, len(held))
    score = sum(held)
    for factor in factors.values():
        score *= factor
    return Explanation(
        words=tuple(reasons),
        text=sum(held),
        factors=factors,
        prior=snapshot.prior_parts(number),
        score=score,
        alike=found.has_text and not held and number not in found.named,
    )


def _factors(found: Search, number: int, satisfied: int) -> dict[str, float]:
    """Return what multiplies the words' score, as ``Search`` does when it ranks."""
    factors = {"satisfied": float(satisfied), "prior": float(found.snapshot.prior[number])}
    lifts, wanted = found.title_lifts(), found.title_wanted()
    if number in lifts:
        factors["very_title"] = lifts[number]
    elif wanted and wanted <= found.snapshot.title_stems[number]:
        factors["whole_title"] = WHOLE_TITLE
    typed = found.typed_run()
    if number not in lifts and typed and typed in found.snapshot.names[number]:
        factors["as_typed"] = AS_TYPED
    if found.fits >> number & 1:
        factors["level"] = NEAR_LEVEL
    if found.kept_here >> number & 1:
        factors["place"] = NEAR_PLACE
    return factors


def _reason(snapshot: Snapshot, group: Group, number: int, *, met: bool) -> WordReason:
    """Say by which of its ways a document satisfies a group, and where."""
    if not met:
        return WordReason(group.written, "missing")
    best, most, place = group.ways[0][0], -1.0, 0
    for at, (run, weight) in enumerate(group.ways):
        if all(snapshot.bits(token) >> number & 1 for token in run):
            value = weight * sum(snapshot.scores(token, 1 << number)[number] for token in run)
            if value > most:
                best, most, place = run, value, at
    how = "word"
    if group.prefix:
        how = "beginning"
    elif place or not group.own_first:
        how = "synonym"
    elif group.meant:
        how = "corrected"
    shown = {"word": "", "corrected": group.meant}.get(how, _spoken(best))
    return WordReason(group.written, how, shown, _where(snapshot, number, best))


def _spoken(run: tuple[str, ...]) -> str:
    return " ".join(token.removeprefix(EXACT) for token in run)


def _where(snapshot: Snapshot, number: int, run: tuple[str, ...]) -> str:
    """Tell in which part of a document a run of tokens stands: the one that counts most."""
    bare = {stem(token[1:]) if token[0] == EXACT else token for token in run}
    if bare <= snapshot.title_stems[number]:
        return "title"
    return "keywords" if bare <= set(snapshot.rows[number].core) else "text"


def as_written(token_run: str, *texts: str) -> str:
    """Return a run of stems as a document writes it, else as it is."""
    wanted = token_run.split()
    if not wanted:
        return ""
    for text in texts:
        spoken = [word for word in words(text) if not word.is_stop]
        for at in range(len(spoken) - len(wanted) + 1):
            run = spoken[at : at + len(wanted)]
            if all(w in (word.stem, word.folded) for w, word in zip(wanted, run, strict=True)):
                return text[run[0].start : run[-1].end]
    return token_run
