"""A stand-in for the State's citizen account: an OpenID Connect server in its own process.

``python -m core.accounts.sandbox --port 8400``. It behaves as the documentation of FranceConnect
version 2 says (discovery, authorization code, PKCE, signed userinfo, logout), with invented
citizens, and misbehaves when a test asks it to. The demo and the tests run the same one.
"""
