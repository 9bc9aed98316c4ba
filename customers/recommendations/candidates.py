"""The ways to choose that compete: two kinds of most-popular, and four that look at the person.

Comes in: `Learning`. Goes out: for some people of one market, a score for each style that is live there. Called by the
evaluation, which finds the best of them, and by the choice. The same input gives the same scores, to the bit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from customers.recommendations.learning import Floats, Ints, Learning

SEED = 20
FACTORS = 32
ITERATIONS = 15
NEIGHBOURS = 60
# A market's own sales count as much as everybody's once it has sold so many pieces lately.
MARKET_PRIOR = 30.0
# How many purchases of hers weigh as much as what everybody buys.
TASTE_PRIOR = 4.0
# How far what buyers of the same styles bought moves her taste; found on months before the last.
NEIGHBOUR_POWER = 0.75

Score = Callable[[Ints, int], Floats]


@dataclass(frozen=True)
class Candidate:
    """One way to choose: whether it looks at the person at all, and at who else bought what she did."""

    name: str
    is_personal: bool
    reads_neighbours: bool
    fit: Callable[[Learning], Score]


def popular(learning: Learning) -> Score:
    """What sold most of all time, everywhere."""

    def score(people: Ints, market: int) -> Floats:
        return np.tile(learning.all_time[learning.live[market]], (len(people), 1))

    return score


def popular_in_market(learning: Learning) -> Score:
    """What sells now in her market, where little is sold also what sells now elsewhere."""
    shares = market_shares(learning)

    def score(people: Ints, market: int) -> Floats:
        return np.tile(shares[market][learning.live[market]], (len(people), 1))

    return score


def market_shares(learning: Learning) -> Floats:
    """The share of each style in what a market buys now; a style without sales has something of its category's."""
    everywhere = learning.trend.sum(axis=0)
    category = learning.features[:, learning.families[0]]
    sold = np.maximum(everywhere, 0)
    of_category = (category.T @ sold) / np.maximum(category.sum(axis=0), 1e-9)
    expected = sold + 0.05 * (category @ of_category) + 1e-6
    expected = expected / expected.sum()
    shares = learning.trend + MARKET_PRIOR * expected[None, :]
    return shares / shares.sum(axis=1, keepdims=True)


def factors(learning: Learning) -> Score:
    """Alternating least squares on who bought what; who bought nothing gets what is popular."""
    if not learning.taste.nnz:
        return popular_in_market(learning)
    # One thread, as implicit advises for BLAS, and so that sums are always added up in the same order.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=FACTORS,
            regularization=0.05,
            alpha=8.0,
            iterations=ITERATIONS,
            use_gpu=False,
            num_threads=1,
            random_state=SEED,
        )
        model.fit(csr_matrix(learning.taste, dtype=np.float32), show_progress=False)
    shares = market_shares(learning)

    def score(people: Ints, market: int) -> Floats:
        live = learning.live[market]
        with threadpool_limits(1, "blas"):
            found = (model.user_factors[people] @ model.item_factors[live].T).astype(np.float64)
        return found + 1e-6 * shares[market][live]

    return score


def similarities(learning: Learning) -> csr_matrix:
    """How much two styles share buyers: BM25-weighted, the nearest of each style."""
    if not learning.taste.nnz:
        return csr_matrix((len(learning.styles), len(learning.styles)))
    model = BM25Recommender(K=NEIGHBOURS, K1=1.2, B=0.75, num_threads=1)
    model.fit(csr_matrix(learning.taste, dtype=np.float32), show_progress=False)
    found = csr_matrix(model.similarity)
    found.setdiag(0)
    found.eliminate_zeros()
    return found


def neighbours(learning: Learning) -> Score:
    """What buyers of the same styles bought; who bought nothing gets what is popular."""
    similar = similarities(learning)
    shares = market_shares(learning)

    def score(people: Ints, market: int) -> Floats:
        live = learning.live[market]
        found = np.asarray((learning.taste[people] @ similar[:, live]).todense(), dtype=np.float64)
        return found + 1e-6 * shares[market][live]

    return score


def taste(learning: Learning) -> Score:
    """What sells now in her market, times how much more than others she buys its category, price and colours."""
    shares = market_shares(learning)
    base = np.asarray(learning.profile.sum(axis=0)).ravel() + 1e-9
    lasting = [base[family] / base[family].sum() for family in learning.families]

    def score(people: Ints, market: int) -> Floats:
        live = learning.live[market]
        result = np.log(shares[market][live])[None, :].repeat(len(people), axis=0)
        profile = np.asarray(learning.profile[people].todense())
        for family, usual in zip(learning.families, lasting, strict=True):
            mine = profile[:, family]
            expected = (mine + TASTE_PRIOR * usual) / (mine.sum(axis=1, keepdims=True) + TASTE_PRIOR)
            result += np.log(np.maximum((expected / usual) @ learning.features[live, family].T, 1e-9))
        result = np.exp(result - result.max(axis=1, keepdims=True, initial=-1e9))
        return result / np.maximum(result.sum(axis=1, keepdims=True), 1e-300)

    return score


def taste_and_neighbours(learning: Learning) -> Score:
    """Her taste, times how much more than others she has to do with people who bought the style.

    More than others, not much: a style of last week has few buyers yet, and must not lose against an old one for that.
    """
    by_taste, similar = taste(learning), similarities(learning)
    usual = np.asarray(learning.taste.sum(axis=0) @ similar).ravel() / max(len(learning.people), 1)

    def score(people: Ints, market: int) -> Floats:
        live = learning.live[market]
        shared = np.asarray((learning.taste[people] @ similar[:, live]).todense(), dtype=np.float64)
        expected = usual[live] + 1e-9
        doubt = (np.median(expected) if len(live) else 0.0) + 1e-9
        return by_taste(people, market) * ((shared + doubt) / (expected + doubt)) ** NEIGHBOUR_POWER

    return score


# From plain to elaborate: of two that do equally well the plainer one is used.
CANDIDATES = (
    Candidate("most_popular", False, False, popular),
    Candidate("popular_in_market", False, False, popular_in_market),
    Candidate("taste", True, False, taste),
    Candidate("item_item_bm25", True, True, neighbours),
    Candidate("als", True, True, factors),
    Candidate("taste_and_item_item", True, True, taste_and_neighbours),
)
BY_NAME = {candidate.name: candidate for candidate in CANDIDATES}
