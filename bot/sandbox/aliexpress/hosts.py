"""The two hosts of the stand-in where money is taken: AliExpress's cashier, and the bank of whoever owns the card."""

from urllib.parse import urlsplit

from flows.values import Site

BANK_NAME = "bank.localhost"


def cashier_of(site: Site) -> str:
    """The cashier's origin, beside the site's own: `http://cashier.aliexpress.localhost:P`."""
    return site.www.replace("//www.", "//cashier.", 1)


def bank_of(site: Site) -> str:
    """The bank's origin: another site than AliExpress, as a bank is."""
    return f"http://{BANK_NAME}:{urlsplit(site.www).port}"
