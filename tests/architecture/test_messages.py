"""Every message has its kind, every kind its words, and no words a sensitive fact."""

import re

from core.messaging import kinds
from tests.architecture.test_house import tracked

#: Names that must not stand in words that leave the house, whole or as a part of a name.
SENSITIVE = re.compile(
    r"allerg|health|medical|\bplan\b|instruction|diet|handicap|disab|quotient|income|resource"
    r"|birth|address|street|phone|custody|ruling|judg|objection|refus(?!ed)|reason|motive|excuse"
    r"|household|secret|token|password|iban|card_"
)
#: ``email`` of allauth's templates is the reader's own; these are addresses of pages.
HARMLESS = {"public_url", "path", "link", "file_url"}


def is_sensitive(name):
    return name not in HARMLESS and bool(SENSITIVE.search(name))


def message_templates():
    return {
        path: path.name.split(".")[0]
        for path in tracked("*/templates/messages/*.txt")
        if not path.name.startswith("_")
    }


def test_every_message_has_a_registered_kind_and_every_kind_its_words():
    written = set(message_templates().values())
    known = {kind.code for kind in kinds.all_kinds()}
    unregistered = written - known - {kinds.DIGEST}
    assert not unregistered, f"say what they are with core.messaging.register_kinds: {unregistered}"
    assert known <= written, f"kinds without messages/<kind>.txt: {known - written}"


def test_a_kind_with_a_short_text_has_its_words_and_nobody_else():
    short = {path.name.split(".")[0] for path in tracked("*/templates/messages/*.sms.txt")}
    assert short == {kind.code for kind in kinds.all_kinds() if kind.sms}


def test_no_words_hold_a_sensitive_fact():
    """A mail is a postcard: given names, numbers, amounts and links only."""
    assert is_sensitive("child.health_care_plan")
    found = []
    for path in message_templates():
        text = path.read_text()
        shown = re.findall(r"{{\s*([\w.]+)", text)
        shown += re.findall(r"=([\w.]+)", " ".join(re.findall(r"with ([^%]*)%}", text)))
        found += [f"{path.name}: {name}" for name in shown if is_sensitive(name)]
    assert not found, found


def test_no_short_text_holds_a_name_or_an_amount():
    """It shows on a locked screen."""
    for path in tracked("*/templates/messages/*.sms.txt"):
        names = set(re.findall(r"{{\s*([\w.]+)", path.read_text()))
        assert names <= {"service_name", "public_url", "number", "reference", "link"}, path.name
