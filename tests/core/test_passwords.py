"""What a password is worth, and the lists it must not be on."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth.hashers import get_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.hashers import StatedArgon2
from core.accounts.models import User
from core.accounts.passwords import bloom, lists
from core.accounts.passwords.strength import REQUIRED, Level, estimate
from core.accounts.passwords.validators import strength_of

#: The country's and the world's favourites, with what people hang on when a form insists.
COMMON = [
    "azerty", "motdepasse", "Marseille13!", "doudou2015", "P@ssw0rd1234",
    "azertyuiop12", "jetaimejulie", "juliepierre!", "soleilsoleil", "qwertyuiop123",
    "Bonjour2024!", "loulou131313", "allezlom13!!",
]  # fmt: skip
WEAK = [
    "123456789012", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "14071985Julien", "0612345678",
    "abcabcabcabcabc",
    "azertyqsdfgh2024", "20052005200520", "lucaslucasemma1",
]  # fmt: skip
GOOD = [
    "trois-petits-chats-gris", "un-figuier-contre-le-mur", "Kx7$pQ2m!vR4z",
    "ma tante aime le rugby", "خمسة عشر طائرا أزرق",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_chooses_is_refused(password):
    assert lists.is_common(password)
    with pytest.raises(ValidationError, match="Beaucoup de gens"):
        validate_password(password.ljust(12, "!"))


@pytest.mark.parametrize("password", WEAK)
def test_what_is_soon_guessed_is_refused(password):
    assert strength_of(password).bits < REQUIRED
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize("password", GOOD)
def test_words_side_by_side_and_random_signs_are_accepted(password):
    assert strength_of(password).enough
    validate_password(password)


def test_what_one_knows_of_its_owner_counts_for_nothing():
    user = User(given_name="Zéphyrine", family_name="Papazoglou", email="zephy.papaz@x.example")
    for password in ("ZéphyrinePapazoglou", "papazoglou.zephy", "Port-Mistral-Papazoglou"):
        assert strength_of(password, user).bits < REQUIRED < strength_of(password + "kW").bits + 60
        with pytest.raises(ValidationError):
            validate_password(password, user)


def test_levels_follow_the_bits():
    drawn = "aq3x9kfw2rtzbz4mqh7vd"
    levels = [estimate(drawn[:size]).level for size in (3, 7, 12, 21)]
    assert levels == [Level.VERY_WEAK, Level.WEAK, Level.FAIR, Level.STRONG]


@given(st.text(max_size=40), st.text(max_size=40))
def test_two_pieces_together_are_worth_no_more_than_apart(first, second):
    assert estimate(first + second).bits <= estimate(first).bits + estimate(second).bits + 1e-9


@given(st.text(max_size=60))
def test_every_text_has_a_finite_worth(text):
    assert 0 <= estimate(text, ranks=lists.ranks()).bits < 60 * 8


def test_a_hostile_length_is_judged_in_no_time():
    import time

    began = time.perf_counter()
    strength_of("é" * 100_000)
    assert time.perf_counter() - began < 1


@given(st.sets(st.text(max_size=20), min_size=1, max_size=200))
def test_a_filter_forgets_nothing(entries):
    made = bloom.read(bloom.build(entries, 0.01))
    assert all(entry in made for entry in entries)


def test_the_bundled_filter_is_wrong_as_seldom_as_it_says():
    made = lists.the_filter()
    assert made.entries > 50_000
    assert len(made.bits) < 150_000
    rng = random.Random(7)
    drawn = [
        "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=14)) for _ in range(50_000)
    ]
    assert sum(text in made for text in drawn) <= 15, "5 are expected"


def test_the_bundled_filter_is_made_by_its_command(tmp_path):
    made = tmp_path / "again.bloom"
    call_command("build_password_filter", out=made, verbosity=0)
    assert made.read_bytes() == lists.BUNDLED.read_bytes()


def test_a_city_may_use_a_larger_list(tmp_path, settings):
    more = tmp_path / "breached.txt"
    more.write_text("une-phrase-bien-longue-mais-volee:12\n")
    made = tmp_path / "larger.bloom"
    call_command("build_password_filter", more, counts=True, out=made, verbosity=0)
    validate_password("une-phrase-bien-longue-mais-volee")
    settings.PASSWORD_FILTER = str(made)
    with pytest.raises(ValidationError, match="Beaucoup de gens"):
        validate_password("une-phrase-bien-longue-mais-volee")


def test_a_file_that_is_no_filter_is_told():
    good = bloom.build(["x"], 0.01)
    for data in (b"", b"ESCBLOOM1", good[:-1], good + b"\0", b"OTHER" + good):
        with pytest.raises(ValueError, match="filter"):
            bloom.read(data)


def test_passwords_are_kept_with_the_stated_argon2_parameters(settings):
    settings.PASSWORD_HASHERS = ["core.accounts.hashers.StatedArgon2"]
    assert make_password("x").startswith("argon2$argon2id$v=19$m=65536,t=3,p=4$")
    assert isinstance(get_hasher("argon2"), StatedArgon2)


def test_the_shipped_settings_use_them():
    from portal.settings import base

    assert base.PASSWORD_HASHERS[0] == "core.accounts.hashers.StatedArgon2"


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "said"), [("azerty", "Très faible"), (GOOD[0], "Très fort")])
def test_the_meter_answers_with_and_without_script_and_repeats_nothing(client, typed, said):
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(reverse("password_strength"), {"password1": typed}, headers=headers)
        page = answer.content.decode()
        assert said in page
        assert typed not in page
        assert ("<html" in page) is not bool(headers)
        assert "no-store" in answer["Cache-Control"]
