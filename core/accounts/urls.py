"""Account pages: allauth's views under French addresses, and the people's page."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path, re_path

from core.access import ANYONE, SIGNED_IN, rule_for_foreign
from core.accounts import passkeys
from core.accounts.views import addresses, citizen, desk, devices, passwords, security

urlpatterns = [
    path("connexion/", account.login, name="account_login"),
    path("deconnexion/", citizen.logout, name="account_logout"),
    path("ouvrir/", account.signup, name="account_signup"),
    path("ferme/", account.account_inactive, name="account_inactive"),
    path("securite/", security.overview, name="account_security"),
    path("citoyen/entrer/", citizen.login, name="citizen_login"),
    path("citoyen/retour/", citizen.callback, name="citizen_callback"),
    path("citoyen/bienvenue/", citizen.welcome, name="citizen_welcome"),
    path("citoyen/relier/", citizen.link, name="citizen_link"),
    path("citoyen/delier/", citizen.unlink, name="citizen_unlink"),
    path("citoyen/confirmer/", citizen.confirm, name="citizen_confirm"),
    path("citoyen/sorti/", citizen.logged_out, name="citizen_logged_out"),
    path("activer/", desk.activate, name="desk_activate"),
    path("activer/mot-de-passe/", desk.choose_password, name="desk_choose_password"),
    path("confirmer-identite/", passkeys.reauthenticate, name="account_reauthenticate"),
    path("adresse/", account.email, name="account_email"),
    path(
        "adresse/lien-envoye/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^adresse/confirmer/(?P<key>[-:\w]+)/$",
        account.confirm_email,
        name="account_confirm_email",
    ),
    path("adresse/refuser/<str:token>/", addresses.refuse, name="address_refuse"),
    path("mot-de-passe/", account.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", account.password_set, name="account_set_password"),
    path("mot-de-passe/oublie/", account.password_reset, name="account_reset_password"),
    path(
        "mot-de-passe/oublie/envoye/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/nouveau/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("deux-etapes/", mfa.index, name="mfa_index"),
    path("deux-etapes/code/", mfa.authenticate, name="mfa_authenticate"),
    path("deux-etapes/confirmer/", passkeys.reauthenticate_code, name="mfa_reauthenticate"),
    path("deux-etapes/application/activer/", totp.activate_totp, name="mfa_activate_totp"),
    path("deux-etapes/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("deux-etapes/secours/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "deux-etapes/secours/nouveaux/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "deux-etapes/secours/telecharger/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("deux-etapes/cles/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("deux-etapes/cles/ajouter/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("deux-etapes/cles/<int:pk>/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("deux-etapes/cles/<int:pk>/retirer/", passkeys.remove, name="mfa_remove_webauthn"),
    path(
        "deux-etapes/cles/confirmer/",
        passkeys.reauthenticate_key,
        name="mfa_reauthenticate_webauthn",
    ),
    path("deux-etapes/cles/connexion/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("appareils/", devices.mine, name="usersessions_list"),
    path("appareils/<int:pk>/fermer/", devices.close, name="device_close"),
    path("pas-moi/", devices.not_me, name="not_me"),
    path("mot-de-passe/force/", passwords.strength, name="password_strength"),
]

for _name in (
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password",
    "mfa_authenticate",
    "mfa_login_webauthn",
):
    rule_for_foreign(_name, ANYONE)
for _name in (
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_",
):
    rule_for_foreign(_name, SIGNED_IN)
