"""Units of work: each runs one idempotent step of the merchant's day, keyed by shop or account."""
