"""A stand-in for the payment provider, for the demo and the tests: a process of its own.

Speaks the part of Stripe's HTTP API that this service uses, keeps state, signs and retries
its notifications, and misbehaves on demand. It moves no money, listens on this machine only
and refuses live keys. Knows nothing of Django: start it with ``python -m payments.sandbox``.
"""
