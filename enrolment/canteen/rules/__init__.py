"""The canteen's rules, pure: which days are served, until when one may change, what is billed."""
