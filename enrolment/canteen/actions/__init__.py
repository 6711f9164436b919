"""The canteen's acts: the only writers.

Locks are taken in one order everywhere: the child (registrations only), then service days
by id, then bookings. Whoever changes what a kitchen will cook holds the service day.
"""
