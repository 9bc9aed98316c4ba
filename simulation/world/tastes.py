"""Who likes what: people come back for the same kinds of garments, colours, prices and sizes.

Comes in: orders with their SKUs and with the people who were drawn for them. Goes out: the same people, given to the orders
that suit them. Called by the demand. Nothing else moves: each day, market, order and product keeps what it had, and each
person the number of her orders.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from simulation.company import CURRENCIES, MARKETS
from simulation.world.catalogue import CATEGORIES, COLOURS, SIZE_CURVES, Catalogue
from simulation.world.clock import Flags, Floats, Ints, Plan, pick

# Orders of a market that follow each other; people are exchanged among them.
BLOCK = 256
# Now and then somebody buys a present.
IN_CHARACTER = 0.85
CATEGORY, COLOUR, PRICE, SIZE = 1.6, 0.6, 0.6, 0.5
SIZES = SIZE_CURVES.shape[1]


def match(
    plan: Plan, catalogue: Catalogue, market: Ints, person: Ints, person_market: Ints, line_order: Ints, line_sku: Ints
) -> Ints:
    """Exchange people among the orders of each market so that most of them get what they like."""
    draws = plan.draws("tastes")
    likes = _likes(draws, person_market)
    offered = _offered(catalogue)
    in_character: Flags = draws.random(len(person)) < IN_CHARACTER
    matched = person.copy()
    for number in range(len(MARKETS)):
        orders = np.flatnonzero((market == number) & in_character)
        place = np.full(len(person), -1)
        place[orders] = np.arange(len(orders))
        lines = place[line_order] >= 0
        wanted = np.zeros((len(orders), offered.shape[1]))
        np.add.at(wanted, place[line_order[lines]], offered[line_sku[lines]])
        for begin in range(0, len(orders), BLOCK):
            some = orders[begin : begin + BLOCK]
            suits = wanted[begin : begin + BLOCK] @ likes[person[some]].T
            given, taken = linear_sum_assignment(suits, maximize=True)
            matched[some[given]] = person[some[taken]]
    return matched


def _likes(draws: np.random.Generator, person_market: Ints) -> Floats:
    """What each person likes of each feature; in sizes, how far each is from hers."""
    people = len(person_market)
    region = np.array([market.region for market in MARKETS])[person_market]
    size = np.zeros(people, dtype=np.int64)
    for place in range(len(SIZE_CURVES)):
        there = np.flatnonzero(region == place)
        size[there] = pick(draws, SIZE_CURVES[place], len(there))
    return np.hstack(
        [
            CATEGORY * draws.normal(size=(people, len(CATEGORIES))),
            COLOUR * draws.normal(size=(people, len(COLOURS))),
            PRICE * draws.normal(size=(people, 1)),
            -SIZE * np.abs(np.arange(SIZES)[None, :] - size[:, None]),
        ]
    )


def _offered(catalogue: Catalogue) -> Floats:
    """The features of each SKU: its category, its colour, how dear it is in its category, and its size."""
    style = catalogue.sku_style
    category = catalogue.style_category[style]
    colours = [name for _, name in COLOURS]
    colour = np.array([colours.index(name) for name in catalogue.products["colour"].to_list()])
    euros = catalogue.style_prices[style, CURRENCIES.index("EUR")]
    low = np.array([c.low for c in CATEGORIES])[category]
    high = np.array([c.high for c in CATEGORIES])[category]
    one_size = np.array([c.sizes == "one" for c in CATEGORIES])[category]
    size = np.eye(SIZES)[catalogue.sku_size] * ~one_size[:, None]
    return np.hstack(
        [
            np.eye(len(CATEGORIES))[category],
            np.eye(len(COLOURS))[colour],
            ((euros - low) / (high - low) * 2 - 1)[:, None],
            size,
        ]
    )
