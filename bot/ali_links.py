"""What a person types to name a thing on AliExpress: a product, a SKU, an option."""

import re

from bot import hosts
from bot.errors import DropferryError
from bot.language import _, mark
from flows.pages.product_answer import global_id
from flows.values import Site

_ID = re.compile(r"[1-9][0-9]{4,19}")
_PATH = re.compile(r"/(?:item|i)/([0-9]+)\.html")
# A label may hold any character but those that no text column can keep.
_SKU_ATTR = re.compile(r"[0-9]{1,20}:[0-9]{1,20}(?:#[^\0]*?)?(?:;[0-9]{1,20}:[0-9]{1,20}(?:#[^\0]*?)?)*", re.DOTALL)
_PRODUCT_FIX = mark(
    "paste the address of the product's page, https://www.aliexpress.com/item/1005006800000100.html, or its id"
)


class LinkUnclear(DropferryError):
    """What was typed names no product, SKU or option of AliExpress; the fix shows how one is written."""

    exit_code = 2


def product_id(typed: str, site: Site | None = None) -> str:
    """The global id of a product, from its id or its page's address on an AliExpress host.

    Ids of the US site are global + 2^51 (aliexpress.md 2). Addresses on `site` itself are taken too, so that a sandbox
    has its own. Raises LinkUnclear.
    """
    text = typed.strip()
    number = text if _ID.fullmatch(text) else _id_of_address(text, site)
    if not _ID.fullmatch(number):
        raise LinkUnclear(_('"{text:.120}" names no product').format(text=text), _(_PRODUCT_FIX))
    return global_id(number)


def _id_of_address(text: str, site: Site | None) -> str:
    try:
        parts = hosts.address(text)
        if f"{parts.scheme}://{parts.netloc}" != (site.www if site else None):
            if (parts.hostname or "") not in hosts.ALIEXPRESS_PAGES:
                raise ValueError(_('"{host}" is not AliExpress').format(host=parts.netloc[:80]))  # noqa: TRY301
            hosts.https(text, hosts.ALIEXPRESS_PAGES)
    except ValueError as error:
        raise LinkUnclear(
            _('"{text:.120}" names no product: {error}').format(text=text, error=error), _(_PRODUCT_FIX)
        ) from None
    found = _PATH.fullmatch(parts.path)
    if found is None:
        raise LinkUnclear(_('"{text:.120}" is not the page of a product').format(text=text), _(_PRODUCT_FIX))
    return found[1]


def sku(typed: str) -> tuple[str | None, str]:
    """The id and the skuAttr of a SKU, whichever was typed; a skuAttr is kept to the letter. Raises LinkUnclear."""
    if re.fullmatch(r"[0-9]{5,20}", typed.strip()):
        return typed.strip(), ""
    if not _SKU_ATTR.fullmatch(typed):
        raise LinkUnclear(
            _('"{typed:.120}" is no SKU of AliExpress').format(typed=typed),
            _(
                'write its ids with their labels, --sku "14:29#Bear;183:200007741", or its number, --sku '
                "12000038500000091"
            ),
        )
    return None, typed


def option(typed: str) -> tuple[str, str]:
    """Axis and text of one option, typed as Color=Bear. Raises LinkUnclear."""
    axis, equals, text = typed.partition("=")
    if not equals or not axis.strip() or not text.strip():
        raise LinkUnclear(
            _('"{typed:.120}" is no option').format(typed=typed),
            _("write it as the product page does: --option Color=Bear"),
        )
    return axis.strip(), text.strip()
