"""Addresses of forecasts of renewal and plans of allocation."""

from django.urls import path

from classrooms.planning.views import plans, refresh

app_name = "planning"
urlpatterns = [
    path("renouvellement/", refresh.refresh, name="refresh"),
    path("renouvellement/<slug:what>.<slug:form>", refresh.refresh_export, name="refresh_export"),
    path("renouvellement/<uuid:public_id>/effacer/", refresh.forecast_drop, name="forecast_drop"),
    path("repartitions/", plans.plan_list, name="plans"),
    path("repartitions/comparer/", plans.plan_compare, name="compare"),
    path("repartitions/<uuid:public_id>/", plans.plan_page, name="plan"),
    path("repartitions/<uuid:public_id>/regler/", plans.plan_change, name="plan_change"),
    path("repartitions/<uuid:public_id>/faire/", plans.plan_act, name="plan_act"),
    path("repartitions/<uuid:public_id>/decider/", plans.plan_decide, name="plan_decide"),
    path("repartitions/<uuid:public_id>/envoyer/", plans.plan_send, name="plan_send"),
    path("repartitions/<uuid:public_id>.<slug:form>", plans.plan_export, name="plan_export"),
]
