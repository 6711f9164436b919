"""Forms of the registration pages: one question a page for families, decisions for agents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PagesField
from enrolment.registration.models import (
    Application,
    Departure,
    Proof,
    ProofKind,
    State,
    Waiver,
)
from enrolment.registration.rules import SWORN_KINDS
from enrolment.schools.models import GradeLevel, School, SchoolYear
from families.forms.address import AddressForm
from families.forms.base import ConditionalForm, DateInput


class ChildChoiceForm(forms.Form):
    """For which child."""

    child = forms.ChoiceField(label=_("Pour quel enfant ?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, children: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].choices = children  # type: ignore[attr-defined]


class YearForm(forms.Form):
    """For which school year."""

    school_year = forms.ChoiceField(label=_("Pour quelle rentrée ?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, years: list[SchoolYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_year"].choices = [  # type: ignore[attr-defined]
            (str(year.start_year), f"{year}") for year in years
        ]


class LevelForm(forms.Form):
    """In which level."""

    level = forms.ChoiceField(label=_("Dans quel niveau ?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, levels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(GradeLevel.choices)
        self.fields["level"].choices = [(level, names[level]) for level in levels]  # type: ignore[attr-defined]


class SchoolChoiceForm(ConditionalForm):
    """The catchment school, or another one with a motive."""

    conditional = ("school", "motive")

    OTHER = "other"
    choice = forms.ChoiceField(label=_("Quelle école ?"), widget=forms.RadioSelect)
    school = forms.ModelChoiceField(
        label=_("Autre école"),
        queryset=School.objects.none(),
        required=False,
        empty_label=_("Choisissez une école"),
    )
    motive = forms.ChoiceField(
        label=_("Pourquoi une autre école ?"),
        choices=Waiver.Motive.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    explanation = forms.CharField(
        label=_("Quelques mots d’explication"),
        help_text=_("Sans détail médical : un justificatif pourra vous être demandé."),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, sector: School | None, schools: list[School], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sector = sector
        first = (
            ("sector", sector.name)
            if sector
            else ("none", _("Je laisse le service trouver mon école"))
        )
        other = _("Je demande une autre école") if sector else _("Je souhaite une école précise")
        self.fields["choice"].choices = [first, (self.OTHER, other)]  # type: ignore[attr-defined]
        keys = [s.pk for s in schools if sector is None or s.pk != sector.pk]
        self.fields["school"].queryset = School.objects.filter(pk__in=keys).order_by("name")  # type: ignore[attr-defined]
        if sector is None:
            del self.fields["motive"], self.fields["explanation"]

    def clean(self) -> dict[str, Any]:
        """Ask for a school, and for a motive where there is a catchment school."""
        data = super().clean() or {}
        if data.get("choice") == self.OTHER:
            if not data.get("school") and "school" not in self.errors:
                self.add_error("school", _("Choisissez l’école souhaitée."))
            if self.sector and not data.get("motive"):
                self.add_error("motive", _("Choisissez une raison."))
        return data


class ProofForm(forms.Form):
    """A document, or a signed statement in its place."""

    kind = forms.ChoiceField(label=_("Type de pièce"))
    file = PagesField(label=_("Votre document"))

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class SwearForm(forms.Form):
    """Which document one's word stands in for."""

    kind = forms.ChoiceField(
        choices=[(k, ProofKind(k).label) for k in ProofKind.values if k in SWORN_KINDS]
    )


class QueueForm(forms.Form):
    """Filters of the agents' queue."""

    etat = forms.ChoiceField(label=_("État"), required=False)
    ecole = forms.ModelChoiceField(
        label=_("École"),
        queryset=School.objects.none(),
        to_field_name="uai",
        required=False,
        empty_label=_("Toutes"),
    )
    niveau = forms.ChoiceField(label=_("Niveau"), required=False)
    agent = forms.ChoiceField(label=_("Suivi par"), required=False)
    q = forms.CharField(label=_("Nom, dossier"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(s, s.label) for s in State if s != State.DRAFT]
        everything = ("toutes", _("Tous"))
        self.fields["etat"].choices = [("", _("À traiter")), *states, everything]  # type: ignore[attr-defined]
        self.fields["niveau"].choices = [("", _("Tous")), *GradeLevel.choices]  # type: ignore[attr-defined]
        self.fields["agent"].choices = [  # type: ignore[attr-defined]
            ("", _("Tout le monde")),
            ("moi", _("Moi")),
            ("personne", _("Personne")),
        ]
        self.fields["ecole"].queryset = School.objects.filter(is_open=True)  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """One more document."""

    kind = forms.ChoiceField(label=_("Pièce à demander"), choices=ProofKind.choices)
    message = forms.CharField(
        label=_("Message à la famille"),
        help_text=_("Dites simplement ce qui manque et pourquoi."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AcceptForm(forms.Form):
    """The school, where the address gives none."""

    school = forms.ModelChoiceField(
        label=_("École d’affectation"), queryset=School.objects.none(), required=False
    )

    def __init__(self, *args: Any, application: Application, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needed:
            del self.fields["school"]
            return
        keys = [s.pk for s in School.objects.filter(is_open=True) if application.level in s.levels]
        self.fields["school"].queryset = School.objects.filter(pk__in=keys).order_by("name")  # type: ignore[attr-defined]


class RefuseForm(forms.Form):
    """On which lawful ground."""

    ground = forms.ChoiceField(
        label=_("Motif du refus"),
        choices=Application.Refusal.choices,
        widget=forms.RadioSelect,
    )


class WaiverForm(ConditionalForm):
    """Another school: yes, or no and why."""

    conditional = ("ground", "reasons")

    decision = forms.ChoiceField(
        label=_("Décision"),
        choices=[("grant", _("Accorder la dérogation")), ("refuse", _("La refuser"))],
        widget=forms.RadioSelect,
    )
    ground = forms.ChoiceField(
        label=_("Motif du refus"),
        choices=[("", "—"), *Waiver.Ground.choices],
        required=False,
    )
    reasons = forms.CharField(
        label=_("Explication à la famille"),
        help_text=_("Obligatoire en cas de refus."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CheckForm(forms.Form):
    """What an agent found in a document."""

    result = forms.ChoiceField(label=_("Contrôle"), choices=Proof.Check.choices)


class AdmitForm(forms.Form):
    """A head admits a child."""

    vaccination = forms.ChoiceField(
        label=_("Vaccinations obligatoires"),
        choices=[
            ("seen", _("J’ai vu la preuve : admission définitive")),
            ("later", _("Pas encore : admission provisoire de trois mois")),
        ],
        widget=forms.RadioSelect,
    )
    class_group = forms.ChoiceField(
        label=_("Classe"), widget=forms.RadioSelect, required=False, initial=""
    )

    def __init__(self, *args: Any, classes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_group"].choices = [*classes, ("", _("Plus tard"))]  # type: ignore[attr-defined]


class VerifyForm(forms.Form):
    """The code printed on a certificate."""

    code = forms.CharField(
        label=_("Code du certificat"),
        help_text=_("Seize caractères, par exemple 7K4M-29QX-A3BD-WZ5T."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class DepartureForm(forms.Form):
    """From which day, and where next."""

    leaves_on = forms.DateField(
        label=_("Premier jour où l’enfant ne viendra plus"), widget=DateInput()
    )
    destination = forms.ChoiceField(
        label=_("Où ira-t-il ou elle ensuite ?"),
        help_text=_("L’autre parent ne voit pas cette réponse."),
        choices=Departure.Destination.choices,
        widget=forms.RadioSelect,
    )


class SchoolDepartureForm(DepartureForm):
    """The same, told at the school by one of the parents."""

    guardian = forms.ChoiceField(label=_("Qui le demande ?"), widget=forms.RadioSelect)
    field_order = ("guardian", "leaves_on", "destination")

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["guardian"].choices = people  # type: ignore[attr-defined]


class DepartureRefuseForm(forms.Form):
    """Why the certificate is not issued."""

    ground = forms.ChoiceField(label=_("Motif"), choices=Departure.Refusal.choices)


class PaperForm(AddressForm):
    """A whole registration form on one page, in the order of the paper."""

    NEW = "new"
    conditional = (
        *AddressForm.conditional,
        "given_name",
        "family_name",
        "birth_date",
        "kind",
        "motive",
    )

    received_on = forms.DateField(label=_("Reçu le"), widget=DateInput(attrs={"autofocus": True}))
    scan = PagesField(label=_("Le papier numérisé"))
    child = forms.ChoiceField(label=_("Enfant"), widget=forms.Select)
    given_name = forms.CharField(label=_("Prénom de l’enfant"), max_length=100, required=False)
    family_name = forms.CharField(label=_("Nom de naissance"), max_length=100, required=False)
    birth_date = forms.DateField(label=_("Date de naissance"), widget=DateInput(), required=False)
    kind = forms.ChoiceField(
        label=_("La personne est"),
        choices=[
            ("", _("Choisissez")),
            ("mother", _("Sa mère")),
            ("father", _("Son père")),
            ("guardian", _("Son tuteur ou sa tutrice")),
        ],
        required=False,
    )
    child_confirmed = forms.BooleanField(
        label=_("C’est bien un autre enfant que celui qui est déjà connu"), required=False
    )
    school_year = forms.ChoiceField(label=_("Rentrée"), widget=forms.Select)
    level = forms.ChoiceField(
        label=_("Niveau"),
        choices=[("", _("Selon l’âge")), *GradeLevel.choices],
        required=False,
    )
    new_address = forms.BooleanField(label=_("Le papier donne une autre adresse"), required=False)
    alone = forms.BooleanField(label=_("L’autre parent garde l’ancienne adresse"), required=False)
    school = forms.ModelChoiceField(
        label=_("Autre école demandée"),
        queryset=School.objects.filter(is_open=True).order_by("name"),
        required=False,
        empty_label=_("Non : l’école du secteur"),
    )
    motive = forms.ChoiceField(
        label=_("Raison"), choices=[("", _("Choisissez")), *Waiver.Motive.choices], required=False
    )
    explanation = forms.CharField(
        label=_("Quelques mots d’explication"), max_length=600, required=False
    )
    sworn = forms.MultipleChoiceField(
        label=_("Attesté sur l’honneur sur le papier"),
        choices=[(kind.value, kind.label) for kind in ProofKind if kind in SWORN_KINDS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        children: list[tuple[str, str]],
        years: list[SchoolYear],
        has_address: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        new = (self.NEW, _("Un enfant pas encore connu"))
        self.fields["child"].choices = [*children, new]  # type: ignore[attr-defined]
        self.fields["school_year"].choices = [  # type: ignore[attr-defined]
            (str(year.start_year), f"{year}") for year in years
        ]
        self.has_address = has_address
        if not has_address:
            del self.fields["new_address"]

    @property
    def gives_address(self) -> bool:
        """True when the address is read from the paper."""
        return not self.has_address or bool(self.cleaned_data.get("new_address"))

    def clean(self) -> dict[str, Any]:
        """Ask for the address and the child only where the paper has to give them."""
        data = super().clean() if self.gives_address else forms.Form.clean(self)
        data = data or {}
        if data.get("child") == self.NEW:
            for name in ("given_name", "family_name", "birth_date", "kind"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Complétez l’identité de l’enfant."))
        return data
