"""The only place that imports Stripe's SDK."""

from payments.stripe.adapter import StripeProvider

__all__ = ["StripeProvider"]
