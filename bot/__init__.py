"""The business: decides when, remembers what happened, talks to ShopBase."""
