"""Signing in with the State's citizen account: an OpenID Connect server of the FranceConnect kind.

``tokens`` and ``civil`` are plain functions over what the server says; ``server`` fetches its
configuration and keys. The flow itself is allauth's, narrowed in ``core.accounts.provider``.
"""
