"""The hosted page and the panel, in plain HTML. Plainly marked as a stand-in."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_BANNER = (
    '<header><p class="banner"><strong>Paiement factice</strong> '
    "<span>Démonstration : aucune somme n'est débitée, aucune carte n'est demandée.</span></p>"
    "</header>"
)


def euros(cents: int) -> str:
    """Write an amount as French readers expect it."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{'-' if cents < 0 else ''}{grouped},{rest:02d}\u00a0€"


def _shell(title: str, body: str, wide: bool = False) -> bytes:  # noqa: FBT001, FBT002
    kind = ' class="wide"' if wide else ""
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        '<link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="/skin.css"></head><body{kind}>'
        f"{_BANNER}<main>{body}</main></body></html>"
    ).encode()


def problem(text: str) -> bytes:
    """Return a page that says what is wrong."""
    return _shell("Page de paiement", f'<section class="sheet"><h1>{escape(text)}</h1></section>')


def hosted(session: dict[str, Any], said: str) -> bytes:
    """Return the payment page of a session, in whatever state it is."""
    amount, label = euros(session["amount_total"]), escape(session["_label"])
    summary = (
        '<section class="bill"><p class="to">Port-Mistral · Régie des familles</p>'
        f'<h1>Payer <span class="amount">{amount}</span></h1>'
        f'<p class="label">{label}</p>'
        '<p class="small">Vous êtes sur la page de paiement. Vous reviendrez ensuite sur votre '
        "espace famille.</p></section>"
    )
    if session["status"] != "open":
        word = {"complete": "Ce paiement est terminé.", "expired": "Cette page a expiré."}
        back = escape(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
        rest = (
            f'<section class="sheet"><h2>{word[session["status"]]}</h2>'
            f'<p><a class="pay" href="{back}">Revenir à mes factures</a></p></section>'
        )
        return _shell("Paiement factice", summary + rest)
    refused = (
        '<p class="refused" role="alert"><strong>Votre banque a refusé ce paiement.</strong> '
        "Rien n'a été débité. Vous pouvez essayer à nouveau ou choisir un autre moyen.</p>"
        if said == "refus"
        else ""
    )
    email = session.get("customer_email") or ""
    receipt = f'<p class="small">Reçu envoyé à {escape(email)}</p>' if email else ""
    sheet = (
        f'<section class="sheet">{refused}<form method="post">'
        '<h2>Carte bancaire</h2><div class="card" aria-hidden="true"><span class="chip"></span>'
        "<span>4242 4242 4242 4242</span><span>12 / 34 · carte d'essai</span></div>"
        f'<button class="pay" name="choix" value="payer">Payer {amount}</button>'
        '<details><summary>Essayer une autre issue</summary><div class="others">'
        '<button name="choix" value="refus">Carte refusée par la banque</button>'
        '<button name="choix" value="debit">Prélèvement bancaire, accepté plus tard</button>'
        '<button name="choix" value="debit_refuse">Prélèvement bancaire, refusé plus tard'
        "</button></div></details>"
        '<button class="quiet" name="choix" value="annuler">Revenir sans payer</button>'
        f"</form>{receipt}</section>"
    )
    return _shell("Paiement factice", summary + sheet)


def _when(stamp: float) -> str:
    return dt.datetime.fromtimestamp(stamp, tz=_PARIS).strftime("%d/%m %H:%M:%S")


def _button(verb: str, label: str, **values: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in values.items()
    )
    action = f"/sandbox/{escape(verb)}"
    return f'<form method="post" action="{action}">{hidden}<button>{escape(label)}</button></form>'


_FAULT_NAMES = {
    "hold_webhooks": "Retenir les notifications",
    "duplicate_webhooks": "Envoyer chaque notification trois fois",
    "reverse_webhooks": "Envoyer les notifications dans le désordre",
    "forge_webhooks": "Signer avec un faux secret",
    "late_balance": "Écriture bancaire en retard",
    "slow_refunds": "Remboursements lents",
}


def panel(state: dict[str, Any], faults: dict[str, Any]) -> bytes:
    """Return the page on which one looks at the books and asks for trouble."""
    switches = "".join(
        '<div class="switch"><span>'
        f"{escape(label)}</span>{_button('fault', 'Désactiver' if faults.get(name) else 'Activer', name=name)}"  # noqa: E501
        f"<b>{'activé' if faults.get(name) else ''}</b></div>"
        for name, label in _FAULT_NAMES.items()
    )
    charges = "".join(
        f"<tr><td>{_when(c['created'])}</td><td>{euros(c['amount'])}</td>"
        f"<td>{euros(c['amount_refunded'])}</td><td>{escape(c['id'])}</td><td>"
        + (
            "contesté"
            if c["disputed"]
            else _button("dispute", "Contester", charge=c["id"])
            + _button("refund", "Rembourser 1 €", charge=c["id"], amount="100")
        )
        + "</td></tr>"
        for c in state["charges"]
    )
    disputes = "".join(
        f"<tr><td>{_when(d['created'])}</td><td>{euros(d['amount'])}</td>"
        f"<td>{escape(d['status'])}</td><td>"
        + (
            _button("close_dispute", "La ville gagne", dispute=d["id"], outcome="won")
            + _button("close_dispute", "La ville perd", dispute=d["id"], outcome="lost")
            if d["status"] == "needs_response"
            else ""
        )
        + "</td></tr>"
        for d in state["disputes"]
    )
    sent = {d["event"]: d for d in reversed(state["deliveries"])}
    events = "".join(
        f"<tr><td>{_when(e['created'])}</td><td>{escape(e['type'])}</td>"
        f"<td>{_delivery(sent.get(e['id']))}</td>"
        f"<td>{_button('resend', 'Renvoyer', event=e['id'])}</td></tr>"
        for e in state["events"][:40]
    )
    body = (
        '<section class="sheet"><h1>Coulisses du paiement factice</h1>'
        "<p>Cette page remplace le tableau de bord du prestataire de paiement.</p>"
        f"<h2>Comportements</h2>{switches}"
        f"<h2>Paiements</h2>{_table('Date|Montant|Remboursé|Référence|Agir', charges)}"
        f"<h2>Contestations</h2>{_table('Date|Montant|État|Agir', disputes)}"
        f"<h2>Notifications</h2>{_table('Date|Type|Envoi|Agir', events)}</section>"
    )
    return _shell("Coulisses du paiement factice", body, wide=True)


def _delivery(row: dict[str, Any] | None) -> str:
    if row is None:
        return "retenue"
    word = {"done": "reçue", "waiting": "à renvoyer", "given_up": "abandonnée"}[row["state"]]
    return f"{word} ({row['tries']} essai{'s' if row['tries'] > 1 else ''})"


def _table(heads: str, rows: str) -> str:
    if not rows:
        return '<p class="small">Rien pour le moment.</p>'
    cells = "".join(f"<th scope=col>{escape(h)}</th>" for h in heads.split("|"))
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Tableau">'
        f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
