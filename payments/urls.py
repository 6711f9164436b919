"""Addresses of the payments app."""

from django.urls import URLPattern, path

from payments.views import family, money, office, pay, prices, runs

app_name = "payments"
urlpatterns: list[URLPattern] = [
    path("", family.home, name="home"),
    path("tarifs/", prices.public, name="tariffs"),
    path("payer/", pay.pay, name="pay"),
    path("paiements/<uuid:public_id>/", pay.payment, name="payment"),
    path("paiements/<uuid:public_id>/retour/", pay.come_back, name="return"),
    path("paiements/<uuid:public_id>/recu.pdf", family.card_receipt_pdf, name="card_receipt_pdf"),
    path("recus/<uuid:public_id>/", family.desk_receipt_pdf, name="desk_receipt_pdf"),
    path("avoirs/<uuid:public_id>/", family.credit_note_pdf, name="credit_note_pdf"),
    path("notifications/stripe/", pay.notification, name="notification"),
    path("regie/", office.dashboard, name="dashboard"),
    path("regie/factures/", office.invoices, name="office_invoices"),
    path("regie/factures/<uuid:public_id>/", office.invoice, name="office_invoice"),
    path("regie/factures/<uuid:public_id>/encaisser/", money.desk, name="desk"),
    path("regie/factures/<uuid:public_id>/avoir/", money.credit_note, name="credit_note"),
    path("regie/paiements/<uuid:public_id>/rembourser/", money.refund, name="refund"),
    path("regie/paiements/<uuid:public_id>/crediter/", money.accept, name="accept"),
    path("regie/impayes/", office.overdue, name="overdue"),
    path("regie/rapprochement/", office.reconciliation, name="reconciliation"),
    path("regie/facturation/", runs.runs, name="runs"),
    path("regie/facturation/<uuid:public_id>/", runs.run, name="run"),
    path("regie/facturation/<uuid:public_id>/decider/", runs.act, name="run_act"),
    path("regie/tarifs/", prices.tariffs, name="office_tariffs"),
    path("regie/tarifs/<str:service>/", prices.new_tariff, name="new_tariff"),
    path("regie/export/factures.xlsx", money.export_invoices, name="export_invoices"),
    path("regie/export/grand-livre.xlsx", money.export_ledger, name="export_ledger"),
    path("<uuid:public_id>/", family.invoice, name="invoice"),
    path("<uuid:public_id>/facture.pdf", family.invoice_pdf, name="invoice_pdf"),
    path("<uuid:public_id>/credit/", family.spend_credit, name="spend_credit"),
]
