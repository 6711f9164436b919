"""The house keeps its shape: sizes, names, what is listed where."""

import re
import subprocess
from pathlib import Path

from django.apps import apps
from django.db.models import Model

from core import retention

ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "families", "payments", "enrolment", "resources", "classrooms", "portal")
#: About 400: a file that reaches this is two subjects.
LONGEST = 420
#: Files that may be longer, and why.
TOLERATED_LENGTH: dict[str, str] = {}
#: Templates that no code names, and who uses them.
TOLERATED_TEMPLATES: dict[str, str] = {}


def tracked(*patterns):
    """Return the files of the repository, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_file_is_long():
    long = {}
    for path in tracked("*.py", "*.html", "*.js", "*.css"):
        name = str(path.relative_to(ROOT))
        lines = len(path.read_text().splitlines())
        if lines > LONGEST and "/migrations/" not in name and name not in TOLERATED_LENGTH:
            long[name] = lines
    assert not long, f"split these by sub-domain: {long}"


def test_every_tolerance_is_needed():
    for name in TOLERATED_LENGTH:
        assert len((ROOT / name).read_text().splitlines()) > LONGEST, name


def test_nothing_names_the_machine_it_was_written_on():
    found = []
    suspicious = re.compile(
        r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|--(?:extra-)?index-url|--find-links"
    )
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if path.suffix in {".png", ".jpg", ".pdf", ".ttf", ".otf", ".woff2", ".xlsx", ".gz"}:
            continue
        if path == Path(__file__) or name == "Makefile":
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if suspicious.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_pages_hold_no_style_script_or_handler_of_their_own():
    """The content policy would refuse them."""
    found = []
    inline = re.compile(r"\sstyle=|\son[a-z]+=\"|<style\b|<script(?![^>]*\bsrc=)(?![^>]*nonce)")
    for path in tracked("*/templates/*.html", "*/templates/**/*.html"):
        if "messages" in path.parts or ("django" in path.parts and "forms" in path.parts):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if inline.search(line) and "application/json" not in line:
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def template_names():
    for path in tracked("*/templates/**"):
        parts = path.parts
        yield "/".join(parts[len(parts) - parts[::-1].index("templates") :]), path


#: Folders whose templates the code names by a value: ``f"registration/steps/{step}.html"``.
BY_VALUE = re.compile(r"f\"([\w/]+/)\{")
#: Packages that look their templates up by name, so that ours stand in for theirs.
OVERRIDES = ("account/", "mfa/", "socialaccount/", "usersessions/", "allauth/", "django/", "ninja/")


def test_every_template_is_used():
    sources = "\n".join(
        path.read_text() for path in tracked("*.py", "*.html", "*.txt") if "tests" not in path.parts
    )
    folders = (*OVERRIDES, *BY_VALUE.findall(sources))
    unused = []
    for name, _path in template_names():
        if name.startswith(folders) or name in TOLERATED_TEMPLATES:
            continue
        if name.startswith("messages/"):
            kind = name.removeprefix("messages/").split(".")[0]
            if kind.startswith("_") or f'"{kind}"' in sources:
                continue
        stem = name.rsplit("/", 1)[-1]
        if f'"{name}"' in sources or f"'{name}'" in sources or f'"{stem}"' in sources:
            continue
        unused.append(name)
    assert not unused, f"no code names these templates: {unused}"


def our_models():
    ours = [config for config in apps.get_app_configs() if config.name.split(".")[0] in APPS]
    return [model for config in ours for model in config.get_models()]


def test_every_model_has_a_retention_rule():
    table = (ROOT / "docs" / "rules" / "retention.md").read_text()
    listed = set(re.findall(r"^\| `([\w.]+)`", table, re.MULTILINE))
    known = {model._meta.label for model in apps.get_models()}
    ours = {model._meta.label for model in our_models()}
    assert ours <= listed, f"no retention rule: {sorted(ours - listed)}"
    assert listed <= known, f"no such model any more: {sorted(listed - known)}"


def test_rules_applied_by_night_are_told():
    page = (ROOT / "docs" / "rules" / "retention.md").read_text()
    told = set(re.findall(r"`([a-z_.]+)`", page[page.index("## What is applied") :]))
    rules = {rule.name for rule in retention.rules()}
    assert rules <= told, f"docs/rules/retention.md does not tell: {sorted(rules - told)}"
    assert told - rules <= {"core.retention"}, f"no such rule: {sorted(told - rules)}"
    assert {rule.model for rule in retention.rules()} <= {m._meta.label for m in apps.get_models()}


def test_models_are_well_formed():
    """Each says what it is, and hides no writes in ``save``: side effects belong to actions."""
    wrong = []
    for model in our_models():
        if "save" in vars(model) or "delete" in vars(model):
            wrong.append(f"{model._meta.label} overrides save or delete")
        if model.__str__ is Model.__str__:
            wrong.append(f"{model._meta.label} has no __str__")
        if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}("):
            wrong.append(f"{model._meta.label} has no docstring")
    assert not wrong, "\n".join(wrong)
