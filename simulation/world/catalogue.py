"""The catalogue: styles in drops, their colours and sizes, prices in five currencies, costs, makers, and how each style ages.

Comes in: the plan. Goes out: arrays over styles and SKUs, and the `products` frame. Called by the world first of all.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulation.company import CURRENCIES, DAYS, PRICE_FACTOR, SUPPLIERS
from simulation.world.clock import Floats, Ints, Plan, dates, pick, rounded

WEEKS = DAYS // 7 + 1


@dataclass(frozen=True)
class Category:
    """A kind of garment. Seasons are demand by month against the year's mean."""

    code: str
    name: str
    hs_code: str
    share: float
    low: int
    high: int
    sizes: str
    grams: int
    minutes: float
    summer: float
    gulf: float
    returns: float
    nouns: tuple[str, ...]


CATEGORIES = (
    Category("DR", "Dresses", "620443", 0.20, 2999, 7999, "letters", 380, 32, 0.5, 1.2, 1.30, ("Dress", "Midi Dress")),
    Category("BL", "Blouses", "620640", 0.13, 1999, 4499, "letters", 190, 22, 0.2, 1.0, 1.00, ("Blouse", "Shirt")),
    Category("TS", "T-shirts", "610910", 0.13, 999, 2499, "letters", 150, 9, 0.4, 0.9, 0.70, ("Tee", "Top")),
    Category("KN", "Knitwear", "611030", 0.10, 2499, 5999, "letters", 420, 24, -0.7, 0.4, 0.90, ("Jumper", "Cardigan")),
    Category(
        "TR", "Trousers", "620463", 0.10, 2499, 4999, "numbers", 430, 26, 0.0, 0.9, 1.25, ("Trousers", "Culottes")
    ),
    Category("JE", "Jeans", "620462", 0.08, 2999, 5499, "numbers", 620, 28, -0.1, 0.8, 1.30, ("Jeans",)),
    Category("SK", "Skirts", "620453", 0.07, 1999, 3999, "numbers", 260, 18, 0.3, 0.9, 1.10, ("Skirt", "Maxi Skirt")),
    Category("JA", "Jackets", "620433", 0.06, 3999, 8999, "letters", 700, 48, -0.4, 0.5, 1.10, ("Blazer", "Jacket")),
    Category("CO", "Coats", "620213", 0.04, 6999, 14999, "letters", 1300, 64, -0.9, 0.2, 1.10, ("Coat", "Trench")),
    Category("SW", "Swimwear", "611241", 0.03, 1499, 3999, "letters", 130, 15, 0.9, 0.6, 0.80, ("Swimsuit",)),
    Category("AB", "Modest wear", "620449", 0.04, 4999, 11999, "letters", 560, 38, 0.0, 9.0, 0.70, ("Abaya", "Kaftan")),
    Category("AC", "Accessories", "621430", 0.02, 999, 2499, "one", 90, 5, -0.2, 1.2, 0.40, ("Scarf", "Belt")),
)
SIZES = {"letters": ("XS", "S", "M", "L", "XL", "XXL"), "numbers": ("34", "36", "38", "40", "42", "44"), "one": ("OS",)}
# Size curves of Europe, the US and the Gulf.
SIZE_CURVES = np.array([[9, 22, 29, 22, 12, 6], [6, 16, 25, 25, 17, 11], [7, 19, 27, 25, 15, 7]], dtype=np.float64)
COLOURS = (
    ("BLK", "Black"), ("WHT", "White"), ("ECR", "Ecru"), ("NVY", "Navy"), ("SND", "Sand"), ("RED", "Red"), ("SAG", "Sage"),
    ("PNK", "Pink"), ("CHO", "Chocolate"), ("SKY", "Sky blue"), ("LIL", "Lilac"), ("GRY", "Grey"),
)  # fmt: skip
ADJECTIVES = (
    "Pleated", "Ribbed", "Linen", "Satin", "Cropped", "Oversized", "Wrap", "Tiered", "Belted", "Printed", "Ruffled", "Tailored",
    "Draped", "Embroidered", "Asymmetric", "Puff-Sleeve", "Relaxed", "High-Waist", "Flowing", "Textured",
)  # fmt: skip
# Share of the price that is taken off by age in weeks, in basis points.
MARKDOWN_AGES = np.array([9, 12, 16])
MARKDOWN_BPS = np.array([0, 2000, 3500, 5000])


@dataclass
class Catalogue:
    """Arrays over styles (`style_*`) and SKUs (`sku_*`)."""

    style_number: list[str]
    style_category: Ints
    style_launch: Ints
    style_life: Ints
    style_maker: Ints
    style_popularity: Floats
    style_surprise: Floats
    style_cost: Ints
    style_prices: Ints
    sku: list[str]
    sku_style: Ints
    sku_size: Ints
    sku_share: Floats
    products: pl.DataFrame

    @property
    def skus(self) -> int:
        """How many there are."""
        return len(self.sku)

    def markdown_bps(self, style: Ints, day: Ints | np.int64) -> Ints:
        """What is off the price of a style on a day; basics are never marked down."""
        age = (day - self.style_launch[style]) // 7
        off = MARKDOWN_BPS[np.searchsorted(MARKDOWN_AGES, age, side="right")]
        return np.where(self.style_life[style] > 1000, 0, off)

    def price(self, style: Ints, currency: Ints, day: Ints) -> Ints:
        """The shop's price on a day, marked down, ending in 9 below the full price."""
        full = self.style_prices[style, currency]
        off = self.markdown_bps(style, day)
        lowered = np.maximum(99, rounded(full * (10_000 - off), 10_000) // 10 * 10 + 9)
        return np.where(off == 0, full, lowered)


def _season(category: Ints) -> Floats:
    """Demand by category and month."""
    summer = np.array([c.summer for c in CATEGORIES])[category]
    month = np.cos((np.arange(12) - 6) / 12 * 2 * np.pi)
    return np.maximum(0.08, 1 + summer[:, None] * month[None, :])


def weekly_weights(catalogue: Catalogue, months: Ints) -> Floats:
    """How much of a region's demand falls on each SKU in each week: week x SKU x region, each week's region adds up to 1."""
    week = np.arange(WEEKS)[:, None]
    launch, life = catalogue.style_launch[None, :], catalogue.style_life[None, :]
    age = week - launch / 7.0
    fades = np.where(life > 1000, 0.35, np.exp(-np.maximum(age, 0) / (life / 7 / 2.2)))
    alive = (age >= 0) & (week * 7 < launch + life)
    days = np.arange(WEEKS) * 7
    off = np.stack([catalogue.markdown_bps(np.arange(launch.shape[1]), day) for day in days])
    weight = catalogue.style_popularity * np.where(alive, fades, 0) * (1 + off / 4000)
    weight *= _season(catalogue.style_category)[:, months].T
    gulf = np.array([c.gulf for c in CATEGORIES])[catalogue.style_category]
    regional = np.stack([np.where(gulf > 5, 0.05, 1.0), np.where(gulf > 5, 0.03, 1.0), gulf], axis=1)
    by_sku = weight[:, catalogue.sku_style][:, :, None] * regional[catalogue.sku_style][None, :, :]
    by_sku *= catalogue.sku_share[None, :, :]
    return by_sku / np.maximum(by_sku.sum(axis=1, keepdims=True), 1e-12)


def make(plan: Plan) -> Catalogue:
    """Design the styles."""
    draws = plan.draws("catalogue")
    styles = max(48, round(260 * plan.scale**0.4))
    basics = max(6, styles // 14)
    category = pick(draws, np.array([c.share for c in CATEGORIES]), styles)
    category[: len(CATEGORIES)] = np.arange(len(CATEGORIES))
    # Every other Thursday a drop; the first ones lie before the first day, so that the shop does not open empty.
    first, last = -112, DAYS - 7
    launch = first + np.sort(draws.integers(0, (last - first) // 14 + 1, styles)) * 14 + 1
    launch = launch[draws.permutation(styles)]
    life = draws.integers(12, 25, styles) * 7
    launch[:basics], life[:basics] = -112 + 1, 100_000
    order = np.lexsort((np.arange(styles), launch))
    category, launch, life = category[order], launch[order], life[order]
    low = np.array([c.low for c in CATEGORIES])[category]
    high = np.array([c.high for c in CATEGORIES])[category]
    euros = low + (draws.random(styles) ** 1.6 * (high - low)).astype(np.int64)
    prices = np.stack([np.maximum(499, euros * PRICE_FACTOR[c] // 1000 // 100 * 100 + 99) for c in CURRENCIES], axis=1)
    cost = rounded(euros * draws.integers(2000, 3400, styles), 10_000)
    maker = draws.integers(0, len(SUPPLIERS), styles)
    maker[draws.random(styles) < 0.35] = -1
    catalogue = Catalogue(
        style_number=[f"{CATEGORIES[c].code}{10001 + n}" for n, c in enumerate(category)],
        style_category=category,
        style_launch=launch,
        style_life=life,
        style_maker=maker,
        style_popularity=draws.lognormal(0, 0.9, styles),
        style_surprise=draws.lognormal(0.12, 0.42, styles),
        style_cost=cost,
        style_prices=prices,
        sku=[],
        sku_style=np.zeros(0, dtype=np.int64),
        sku_size=np.zeros(0, dtype=np.int64),
        sku_share=np.zeros((0, 3)),
        products=pl.DataFrame(),
    )
    _add_skus(catalogue, draws)
    return catalogue


def _add_skus(catalogue: Catalogue, draws: np.random.Generator) -> None:
    rows: list[dict[str, object]] = []
    shares: list[Floats] = []
    for style, category_number in enumerate(catalogue.style_category):
        category = CATEGORIES[category_number]
        name = f"{ADJECTIVES[int(draws.integers(len(ADJECTIVES)))]} {category.nouns[int(draws.integers(len(category.nouns)))]}"
        colours = draws.permutation(len(COLOURS))[: int(draws.integers(1, 5))]
        sizes = SIZES[category.sizes]
        curve = SIZE_CURVES / SIZE_CURVES.sum(axis=1, keepdims=True) if len(sizes) > 1 else np.ones((3, 1))
        for place, colour in enumerate(colours):
            code, colour_name = COLOURS[colour]
            for size, label in enumerate(sizes):
                shares.append(curve[:, size] / (1 + place))
                rows.append({
                    "sku": f"{catalogue.style_number[style]}-{code}-{label}",
                    "style": style,
                    "style_number": catalogue.style_number[style],
                    "style_name": name,
                    "category": category.name,
                    "hs_code": category.hs_code,
                    "colour": colour_name,
                    "size": label,
                    "size_place": size,
                    "grams": category.grams,
                    "standard_minutes": category.minutes,
                })  # fmt: skip
    frame = pl.DataFrame(rows)
    style_of = frame["style"].to_numpy().astype(np.int64)
    maker = catalogue.style_maker[style_of]
    countries = np.array([*(supplier.country for supplier in SUPPLIERS), "PT"])
    numbers = np.array([*(supplier.number for supplier in SUPPLIERS), ""])
    catalogue.sku = frame["sku"].to_list()
    catalogue.sku_style = style_of
    catalogue.sku_size = frame["size_place"].to_numpy().astype(np.int64)
    catalogue.sku_share = np.array(shares)
    catalogue.products = frame.drop("style", "size_place").with_columns(
        sku_number=pl.Series(np.arange(len(style_of))),
        style=pl.Series(style_of),
        barcode=pl.format("40{}", (pl.int_range(pl.len()) + 10_000_000_000).cast(pl.String)),
        launched_on=dates(catalogue.style_launch[style_of]),
        withdrawn_on=pl.select(
            pl.when(pl.Series(catalogue.style_life[style_of] < 1000)).then(
                dates(catalogue.style_launch[style_of] + np.minimum(catalogue.style_life[style_of], 2000))
            )
        ).to_series(),
        supplier_number=pl.select(pl.when(pl.Series(maker >= 0)).then(pl.Series(numbers[maker]))).to_series(),
        is_made=pl.Series(maker < 0),
        origin_country=pl.Series(countries[maker]),
        cost_minor=pl.Series(catalogue.style_cost[style_of]),
        **{
            f"price_{currency.lower()}_minor": pl.Series(catalogue.style_prices[style_of, number])
            for number, currency in enumerate(CURRENCIES)
        },
    )
