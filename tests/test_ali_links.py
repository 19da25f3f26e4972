"""What a person types to name a product, a SKU or an option of AliExpress."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ali_links import LinkUnclear, option, product_id, sku
from flows.values import Site

# As sellers write them (aliexpress.md 10).
SKU_ATTRS = [
    "14:202422807#2pcs  B;5:361385#35cm",
    "14:201619813#J6-Black;200007763:201336100",
    "14:29#Bear;183:200007741",
    "14:193;200019540:200701224",
    "14:29# a;b ;5:361385#=1+1 ",
]
SANDBOX = Site(www="http://www.aliexpress.localhost:8123")


class TestProduct:
    """A product is named by its id or by the address of its page on AliExpress itself."""

    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("1005010026778896", "1005010026778896"),
            (" 32849876543 ", "32849876543"),
            ("https://www.aliexpress.com/item/1005010026778896.html", "1005010026778896"),
            (
                "https://vi.aliexpress.com/item/1005010026778896.html?spm=a2g0o.x&gatewayAdapt=glo2vnm#top",
                "1005010026778896",
            ),
            ("https://aliexpress.com/i/1005010026778896.html", "1005010026778896"),
            ("HTTPS://WWW.ALIEXPRESS.COM/item/1005010026778896.html", "1005010026778896"),
            ("https://www.aliexpress.us/item/3256809840464144.html?gatewayAdapt=glo2usa4itemAdapt", "1005010026778896"),
            ("3256809840464144", "1005010026778896"),
            ("3256807990906987", "1005008177221739"),
        ],
    )
    def test_read(self, typed: str, number: str) -> None:
        """Every site's address gives the global id; ids of the US site are 2^51 higher."""
        assert number == product_id(typed)

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "tote bag",
            "0",
            "-1005010026778896",
            "١٠٠٥٠١٠٠٢٦٧٧٨٨٩٦",
            "www.aliexpress.com/item/1005010026778896.html",
            "http://www.aliexpress.com/item/1005010026778896.html",
            "https://www.aliexpress.com:8443/item/1005010026778896.html",
            "https://www.aliexpress.com:443/item/1005010026778896.html",
            "https://me@www.aliexpress.com/item/1005010026778896.html",
            "https://www.aliexpress.com@evil.example/item/1005010026778896.html",
            "https://47.246.1.1/item/1005010026778896.html",
            "https://[::1]/item/1005010026778896.html",
            "https://aliexpress.com.evil.example/item/1005010026778896.html",
            "https://evilaliexpress.com/item/1005010026778896.html",
            "https://s.click.aliexpress.com/item/1005010026778896.html",
            "https://www.aliexpress.ru/item/1005010026778896.html",
            "https://www.aliexpress.com./item/1005010026778896.html",
            "https://www.aliexpress.com\\@evil.example/item/1005010026778896.html",
            "https://www.alіexpress.com/item/1005010026778896.html",
            "https://www.aliexpress.com/item/1005010026778896\n.html",
            "https://www.aliexpress.com/store/1005010026778896.html",
            "https://www.aliexpress.com/item/1005010026778896.html/x",
            "https://www.aliexpress.com/item/1.html",
            "https://[",
            "javascript:alert(1)",
            "http://www.aliexpress.localhost:8123/item/1005010026778896.html",
        ],
    )
    def test_refused(self, typed: str) -> None:
        """Another host, a port, a user name, an IP, another scheme or another page is no product."""
        with pytest.raises(LinkUnclear) as refused:
            product_id(typed)
        assert "https://www.aliexpress.com/item/" in refused.value.fix

    def test_the_sandbox_has_its_own(self) -> None:
        """The address of the sandbox counts where the sandbox is configured, and no other port of it."""
        assert "1005006800000137" == product_id(f"{SANDBOX.www}/item/1005006800000137.html", SANDBOX)
        with pytest.raises(LinkUnclear):
            product_id("http://www.aliexpress.localhost:8124/item/1005006800000137.html", SANDBOX)

    @given(st.text(max_size=60))
    def test_anything(self, typed: str) -> None:
        """Whatever is typed is an id in digits or a refusal."""
        try:
            number = product_id(typed)
        except LinkUnclear:
            return
        assert number.isdecimal()


class TestSku:
    """A SKU is kept to the letter."""

    @pytest.mark.parametrize("typed", SKU_ATTRS)
    def test_to_the_letter(self, typed: str) -> None:
        """Double blanks, blanks at the end, semicolons and formulas in a label stay."""
        assert (None, typed) == sku(typed)

    def test_a_number(self) -> None:
        """Digits alone are the SKU's id."""
        assert ("12000038500000091", "") == sku(" 12000038500000091 ")

    @pytest.mark.parametrize("typed", ["", "Bear", "14", "14:", "14:29;", ";14:29", "14:29 5:1", "14:29#a\0b", "#a"])
    def test_refused(self, typed: str) -> None:
        """What has no ids is refused with both ways to write a SKU."""
        with pytest.raises(LinkUnclear) as refused:
            sku(typed)
        assert '"14:29#Bear;183:200007741"' in refused.value.fix


@pytest.mark.parametrize(
    ("typed", "pair"), [("Color=Bear", ("Color", "Bear")), (" Ships From = China ", ("Ships From", "China"))]
)
def test_option(typed: str, pair: tuple[str, str]) -> None:
    """An option is axis and text."""
    assert pair == option(typed)


@pytest.mark.parametrize("typed", ["", "Color", "=Bear", "Color="])
def test_no_option(typed: str) -> None:
    """A half option is refused."""
    with pytest.raises(LinkUnclear, match="no option"):
        option(typed)
