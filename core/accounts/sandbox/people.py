"""The invented citizens of the stand-in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One citizen; ``story`` says on the page what one tries with them."""

    sub: str
    given_name: str
    family_name: str
    birthdate: str
    gender: str
    birthplace: str
    birthcountry: str
    email: str
    preferred_username: str = ""
    story: str = ""

    def claims(self) -> dict[str, str]:
        """Return what the server says of them; an empty used name is left out."""
        said = {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birthdate": self.birthdate,
            "gender": self.gender,
            "birthplace": self.birthplace,
            "birthcountry": self.birthcountry,
            "email": self.email,
        }
        if self.preferred_username:
            said["preferred_username"] = self.preferred_username
        return said


PEOPLE = (
    Person(
        sub="1a5f2f0c3b7f4f6f9d0e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7dv1",
        given_name="Élodie Marie",
        family_name="MARCHETTI",
        birthdate="1990-03-17",
        gender="female",
        birthplace="13055",
        birthcountry="99100",
        email="elodie.marchetti@courriel.example",
        preferred_username="Gauthier",
        story="Première visite : un nom de naissance et un nom d’usage.",
    ),
    Person(
        sub="2b6a3a1d4c8a5a7a0e1f9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8ev1",
        given_name="Nadia Samira",
        family_name="BENALI",
        birthdate="1988-05-04",
        gender="female",
        birthplace="13055",
        birthcountry="99100",
        email="nadia.benali@demo.port-mistral.example",
        story="A déjà un compte ici, à la même adresse e-mail : à relier.",
    ),
    Person(
        sub="3c7b4b2e5d9b6b8b1f2a0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9fv1",
        given_name="Tuan Minh",
        family_name="NGUYEN",
        birthdate="1985-00-00",
        gender="male",
        birthplace="",
        birthcountry="99243",
        email="tuan.nguyen@courriel.example",
        story="Né à l’étranger, sans jour ni mois de naissance connus.",
    ),
)
