"""What is fixed about the simulated company: markets, warehouses, carriers, suppliers, work centres, and its calendar.

Comes in: nothing. Goes out: constants. Read by the world and by the exports, so that both speak of the same company.
Money is in minor units (cents, fils, halalas), rates are in basis points: no floats.
"""

from dataclasses import dataclass
from datetime import date

FIRST_DAY = date(2023, 11, 1)
LAST_DAY = date(2026, 10, 31)
# The world goes on for two months after the default end, so that days can be delivered one by one.
HORIZON = date(2026, 12, 31)
DAYS = (HORIZON - FIRST_DAY).days + 1
EPOCH_DAY = (FIRST_DAY - date(1970, 1, 1)).days
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Market:
    """A country that the shop sells to."""

    code: str
    name: str
    currency: str
    region: int
    share: float
    tax_bps: int
    taxes_included: bool
    return_rate: float
    language: str
    dial: str
    shipping: int
    free_from: int
    express: int
    carriers: tuple[str, str]
    transit_days: int
    hold_rate: float
    utc_offset: int


EU = 0
US = 1
GULF = 2

MARKETS = (
    Market("DE", "Germany", "EUR", EU, 0.22, 1900, True, 0.44, "de", "49", 490, 5900, 990, ("DHL", "DPD"), 2, 0.0, 1),
    Market("FR", "France", "EUR", EU, 0.13, 2000, True, 0.28, "fr", "33", 490, 5900, 990, ("DPD", "DHL"), 3, 0.0, 1),
    Market("IT", "Italy", "EUR", EU, 0.07, 2200, True, 0.22, "it", "39", 590, 6900, 1190, ("DHL", "DPD"), 4, 0.0, 1),
    Market("ES", "Spain", "EUR", EU, 0.06, 2100, True, 0.24, "es", "34", 590, 6900, 1190, ("DPD", "DHL"), 4, 0.0, 1),
    Market(
        "NL", "Netherlands", "EUR", EU, 0.06, 2100, True, 0.38, "nl", "31", 390, 4900, 790, ("DHL", "DPD"), 1, 0.0, 1
    ),
    Market("AT", "Austria", "EUR", EU, 0.03, 2000, True, 0.42, "de", "43", 490, 5900, 990, ("DHL", "DPD"), 3, 0.0, 1),
    Market("BE", "Belgium", "EUR", EU, 0.03, 2100, True, 0.30, "nl", "32", 490, 5900, 990, ("DPD", "DHL"), 2, 0.0, 1),
    Market("IE", "Ireland", "EUR", EU, 0.02, 2300, True, 0.26, "en", "353", 690, 7900, 1390, ("DHL", "DPD"), 5, 0.0, 0),
    Market(
        "GB", "United Kingdom", "GBP", EU, 0.13, 2000, True, 0.33, "en", "44", 495, 5500, 895, ("DPD", "DHL"),
        4, 0.05, 0,
    ),
    Market(
        "US", "United States", "USD", US, 0.13, 0, False, 0.21, "en", "1", 695, 7500, 1495, ("UPS", "FEDEX"), 4, 0.0, -6
    ),
    Market(
        "AE", "United Arab Emirates", "AED", GULF, 0.07, 500, True, 0.14, "ar", "971", 2000, 25000, 3500,
        ("ARAMEX", "DHL"), 1, 0.0, 4,
    ),
    Market(
        "SA", "Saudi Arabia", "SAR", GULF, 0.05, 1500, True, 0.12, "ar", "966", 2500, 30000, 4500,
        ("ARAMEX", "DHL"), 4, 0.09, 3,
    ),
)  # fmt: skip
CURRENCIES = ("EUR", "GBP", "USD", "AED", "SAR")

# (code, name, rate in basis points, share of the orders, city, postal code)
US_STATES = (
    ("NY", "New York", 400, 0.24, "New York", "10014"),
    ("CA", "California", 725, 0.28, "Los Angeles", "90012"),
    ("TX", "Texas", 625, 0.18, "Austin", "78701"),
    ("FL", "Florida", 600, 0.14, "Miami", "33130"),
    ("NJ", "New Jersey", 0, 0.08, "Newark", "07102"),
    ("WA", "Washington", 650, 0.08, "Seattle", "98101"),
)


@dataclass(frozen=True)
class Warehouse:
    """A distribution centre; its place in WAREHOUSES is the region that it serves."""

    code: str
    name: str
    city: str
    country: str
    factory_transport_days: int


WAREHOUSES = (
    Warehouse("WH-RTM", "Rotterdam distribution centre", "Rotterdam", "NL", 3),
    Warehouse("WH-LOU", "Louisville distribution centre", "Louisville", "US", 12),
    Warehouse("WH-DXB", "Jebel Ali distribution centre", "Dubai", "AE", 8),
)

CARRIERS = {
    "DHL": ("DHL eCommerce", "JD"),
    "DPD": ("DPD", "05"),
    "UPS": ("UPS", "1Z"),
    "FEDEX": ("FedEx", "61"),
    "ARAMEX": ("Aramex", "AR"),
}


@dataclass(frozen=True)
class Supplier:
    """A maker of garments: how it delivers is what the warehouse is to find out."""

    number: str
    name: str
    country: str
    city: str
    currency: str
    lead_days: int
    lead_spread: float
    partial_rate: float
    reject_rate: float
    drift_days: float
    rating: int


SUPPLIERS = (
    Supplier("V-101", "Ege Tekstil", "TR", "Izmir", "EUR", 18, 2.5, 0.10, 0.010, 0.0, 1),
    Supplier("V-102", "Bursa Moda", "TR", "Bursa", "EUR", 21, 4.0, 0.15, 0.015, 0.0, 2),
    Supplier("V-103", "Confeções do Ave", "PT", "Guimarães", "EUR", 16, 2.0, 0.08, 0.008, 0.0, 1),
    Supplier("V-104", "Malhas Vale", "PT", "Barcelos", "EUR", 19, 3.0, 0.12, 0.010, 0.0, 2),
    Supplier("V-105", "Hangzhou Silk Way", "CN", "Hangzhou", "USD", 38, 5.0, 0.12, 0.012, 0.0, 2),
    Supplier("V-106", "Guangzhou Apparel Works", "CN", "Guangzhou", "USD", 42, 7.0, 0.18, 0.020, 12.0, 3),
    Supplier("V-107", "Dhaka Knit Composite", "BD", "Dhaka", "USD", 52, 8.0, 0.20, 0.022, 0.0, 3),
    Supplier("V-108", "Chattogram Garments", "BD", "Chattogram", "USD", 56, 10.0, 0.25, 0.030, 8.0, 4),
    Supplier("V-109", "Tiruppur Exports", "IN", "Tiruppur", "USD", 45, 6.0, 0.15, 0.018, 0.0, 2),
    Supplier("V-110", "Jaipur Prints", "IN", "Jaipur", "USD", 48, 7.0, 0.18, 0.020, 0.0, 3),
    Supplier("V-111", "Atelier Tanger", "MA", "Tangier", "EUR", 12, 2.0, 0.08, 0.012, 0.0, 1),
    Supplier("V-112", "Casa Confection", "MA", "Casablanca", "EUR", 14, 3.0, 0.10, 0.015, 0.0, 2),
)
FACTORY = "own factory"

# (code, name, share of a garment's standard minutes, cost a hour in cents EUR)
WORK_CENTRES = (
    ("WC-CUT", "Cutting", 0.15, 2100),
    ("WC-SEW", "Sewing", 0.60, 1850),
    ("WC-FIN", "Finishing and pressing", 0.15, 1750),
    ("WC-PACK", "Checking and packing", 0.10, 1600),
)

# One euro in the price lists of each currency, times 1000; the shop then rounds to its price points.
PRICE_FACTOR = {"EUR": 1000, "GBP": 870, "USD": 1090, "AED": 4150, "SAR": 4250}

RAMADANS = (
    (date(2024, 3, 11), date(2024, 4, 9)),
    (date(2025, 3, 1), date(2025, 3, 29)),
    (date(2026, 2, 18), date(2026, 3, 19)),
)
EID_AL_FITR = (date(2024, 4, 10), date(2025, 3, 30), date(2026, 3, 20))
EID_AL_ADHA = (date(2024, 6, 16), date(2025, 6, 6), date(2026, 5, 27))
BLACK_FRIDAYS = (date(2023, 11, 24), date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27))
LUNAR_NEW_YEARS = (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17))
