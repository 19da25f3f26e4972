"""Products of the stand-in AliExpress: their axes, their SKUs, and how they are sent where."""

from dataclasses import dataclass, field

# A US page's id is the global one plus 2^51 (aliexpress.md 2).
US_SHIFT = 2**51
SHIPS_FROM = "200007763"


@dataclass(frozen=True, slots=True)
class AxisValue:
    """One value of an axis; `label` is what the seller renamed it to, to the letter, None where nothing was renamed."""

    id: str
    name: str
    label: str | None = None

    @property
    def text(self) -> str:
        """What a buyer sees."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a product, as Color (14)."""

    id: str
    name: str
    values: tuple[AxisValue, ...]


@dataclass(frozen=True, slots=True)
class Carrier:
    """One way of sending; `cents` is its fee in US cents, `days` the fewest and the most."""

    code: str
    name: str
    cents: int
    days: tuple[int, int]
    tracked: bool = True


@dataclass(slots=True)
class Sku:
    """One combination of values, one for each axis; `cents` is its price in US cents."""

    id: str
    values: tuple[AxisValue, ...]
    cents: int
    stock: int = 500
    gone: bool = False


CARRIERS = (
    Carrier("CAINIAO_STANDARD", "AliExpress Standard Shipping", 0, (12, 20)),
    Carrier("CAINIAO_PREMIUM", "AliExpress Premium Shipping", 999, (7, 12)),
    Carrier("YANWEN_JYT", "Yanwen Economic Air Mail", 120, (25, 40), tracked=False),
)


@dataclass(slots=True)
class Product:
    """One product of one store; `carriers` are codes by country where they are not all of them."""

    id: str
    title: str
    store: str
    axes: tuple[Axis, ...]
    skus: list[Sku]
    on_sale: bool = True
    carriers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def us_id(self) -> str:
        """Its id where an account is led to the US site."""
        return str(int(self.id) + US_SHIFT)

    def sku(self, sku_id: str) -> Sku | None:
        """The SKU of that id, if it is still sold."""
        return next((one for one in self.skus if one.id == sku_id and not one.gone), None)

    def offered(self) -> list[Sku]:
        """The SKUs that the page shows."""
        return [one for one in self.skus if not one.gone]

    def path(self, sku: Sku) -> str:
        """Its values without labels: "14:193;5:361385"."""
        return ";".join(f"{axis.id}:{value.id}" for axis, value in self._pairs(sku))

    def attr(self, sku: Sku) -> str:
        """Its values with labels to the letter: "14:193#Natural  canvas;5:361385"."""
        return ";".join(
            f"{axis.id}:{value.id}" + (f"#{value.label}" if value.label else "") for axis, value in self._pairs(sku)
        )

    def options(self, sku: Sku) -> list[tuple[str, str]]:
        """Axis names with the texts that a buyer sees."""
        return [(axis.name, value.text) for axis, value in self._pairs(sku)]

    def ship_from(self, sku: Sku) -> AxisValue:
        """Where it is sent from: China where there is no such axis."""
        found = (value for axis, value in self._pairs(sku) if axis.id == SHIPS_FROM)
        return next(found, AxisValue("201336100", "China"))

    def carriers_to(self, country: str) -> list[Carrier]:
        """The ways of sending it to a country; none where it is not sent there."""
        codes = self.carriers.get(country)
        return [one for one in CARRIERS if codes is None or one.code in codes]

    def _pairs(self, sku: Sku) -> list[tuple[Axis, AxisValue]]:
        return list(zip(self.axes, sku.values, strict=True))
