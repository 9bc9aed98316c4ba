"""What is recommended is what people like, is there, and is new to them; without tastes it is what is popular."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from customers.recommendations import champion_of, evaluate, recommend
from customers.recommendations.candidates import CANDIDATES
from customers.recommendations.tables import measured, ranked

TODAY = date(2026, 10, 31)
CATEGORIES = ("Dresses", "Jeans", "Knitwear", "Skirts")
SIZES = ("S", "M", "L")
MARKETS = ("DE", "AE")


def products(styles: int = 40) -> pl.DataFrame:
    """Styles in turn of each category, in three sizes and two colours."""
    return pl.DataFrame(
        [
            {
                "product_key": f"{style:02d}-{colour}-{size}",
                "style_key": f"{style:02d}",
                "style_name": f"Style {style}",
                "sku": f"{style:02d}-{colour}-{size}",
                "category_name": CATEGORIES[style % 4],
                "color": colour,
                "size": size,
                "price": 20.0 + style,
            }
            for style in range(styles)
            for colour in ("Black", "Red")
            for size in SIZES
        ]
    )


def people(count: int = 400) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person_key": [f"p{number:03d}" for number in range(count)],
            "market_code": [MARKETS[number // 4 % 2] for number in range(count)],
        }
    )


def purchases(*, faithful: float, count: int = 400, seed: int = 7) -> pl.DataFrame:
    """Eight purchases each; a faithful one is of her category, always in her size and colour."""
    draws = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        for _ in range(8):
            is_faithful = draws.random() < faithful
            style = int(draws.integers(0, 10)) * 4 + number % 4 if is_faithful else int(draws.integers(0, 40))
            size, colour = SIZES[number % 3], ("Black", "Red")[number % 2]
            rows.append(
                (f"p{number:03d}", f"{style:02d}-{colour}-{size}", TODAY - timedelta(days=int(draws.integers(0, 90))))
            )
    return pl.DataFrame(rows, schema=["person_key", "product_key", "at"], orient="row").with_columns(weight=pl.lit(1.0))


def stock(without: pl.Expr | None = None) -> pl.DataFrame:
    everything = (
        products().select("product_key", quantity=pl.lit(5.0)).join(pl.DataFrame({"market_code": MARKETS}), how="cross")
    )
    return everything if without is None else everything.filter(~without)


def test_planted_preferences_are_found_and_beat_what_is_popular() -> None:
    measures = evaluate(purchases(faithful=0.9), products(), people())
    ndcg = dict(measures.select("model", "ndcg").iter_rows())
    hit_rate = dict(measures.select("model", "hit_rate").iter_rows())
    champion = champion_of(measures)
    assert set(ndcg) == {candidate.name for candidate in CANDIDATES}
    assert champion in {"taste", "taste_and_item_item", "als", "item_item_bm25"}
    assert ndcg[champion] > 1.5 * ndcg["popular_in_market"]
    assert hit_rate[champion] > hit_rate["popular_in_market"]
    assert "better than" in measures["verdict"][0]

    chosen = recommend(purchases(faithful=0.9), products(), people(), model=champion).filter(pl.col("rank") == 1)
    categories = products().select("style_key", "category_name").unique()
    hers = chosen.join(categories, on="style_key").with_columns(
        liked=pl.col("person_key")
        .str.slice(1)
        .cast(pl.Int64)
        .mod(4)
        .replace_strict(dict(enumerate(CATEGORIES)), return_dtype=pl.String)
    )
    assert (hers["category_name"] == hers["liked"]).mean() > 0.85


def test_without_tastes_the_most_popular_is_used_and_it_says_so() -> None:
    measures = evaluate(purchases(faithful=0.0), products(), people())
    assert champion_of(measures) in {"most_popular", "popular_in_market"}
    assert "so it is used" in measures["verdict"][0]
    chosen = recommend(purchases(faithful=0.0), products(), people(), model=champion_of(measures))
    assert set(chosen["reason"]) == {"popular in DE", "popular in AE"}


def test_too_few_people_prove_nothing() -> None:
    few = purchases(faithful=0.9, count=12)
    measures = evaluate(few, products(), people(12))
    assert champion_of(measures) in {"most_popular", "popular_in_market"}
    assert measures["verdict"][0].startswith("Only ")


def test_nothing_that_she_bought_is_out_of_stock_or_elsewhere_is_recommended() -> None:
    bought = purchases(faithful=0.9)
    gone = pl.col("product_key").str.starts_with("00") | (
        pl.col("product_key").str.starts_with("01") & (pl.col("market_code") == "AE")
    )
    chosen = recommend(bought, products(), people(), stock(gone), model="taste_and_item_item")
    had = bought.join(products().select("product_key", "style_key"), on="product_key")
    assert chosen.join(had, on=["person_key", "style_key"], how="semi").is_empty()
    assert "00" not in set(chosen["style_key"])
    markets = dict(
        chosen.filter(pl.col("style_key") == "01")
        .join(people(), on="person_key")
        .group_by("market_code")
        .len()
        .iter_rows()
    )
    assert set(markets) == {"DE"}
    assert chosen.group_by("person_key").len()["len"].max() == 10
    assert chosen.select("person_key", "style_key").is_unique().all()


def test_the_product_is_in_her_size_and_her_colour_or_the_style_is_not_recommended() -> None:
    # Style 02 has no M left: who wears M is not shown it.
    chosen = recommend(
        purchases(faithful=0.9),
        products(),
        people(),
        stock(pl.col("product_key").is_in(["02-Black-M", "02-Red-M"])),
        model="taste",
    ).with_columns(number=pl.col("person_key").str.slice(1).cast(pl.Int64))
    size = pl.col("product_key").str.split("-").list.get(2)
    colour = pl.col("product_key").str.split("-").list.get(1)
    assert chosen["product_key"].null_count() == 0
    assert (
        chosen.select(size == pl.col("number").mod(3).replace_strict(dict(enumerate(SIZES)), return_dtype=pl.String))
        .to_series()
        .all()
    )
    assert (
        chosen.select(colour == pl.col("number").mod(2).replace_strict({0: "Black", 1: "Red"}, return_dtype=pl.String))
        .to_series()
        .all()
    )
    wears_m = chosen.filter((pl.col("number") % 3 == 1) & (pl.col("style_key") == "02"))
    assert wears_m.is_empty()
    assert chosen.filter((pl.col("number") % 3 == 0) & (pl.col("style_key") == "02")).height


def test_what_is_no_longer_sold_is_not_recommended_and_what_is_new_can_be() -> None:
    # Style 03 was last bought long ago; style 40 was launched last week and nobody bought it yet.
    last_year = (
        pl.when(pl.col("product_key").str.starts_with("03"))
        .then(pl.col("at") - timedelta(days=200))
        .otherwise(pl.col("at"))
    )
    goods = products(41).with_columns(
        sold_from=pl.when(pl.col("style_key") == "40").then(pl.lit(TODAY - timedelta(days=6))),
        sold_to=pl.when(pl.col("style_key") == "04").then(pl.lit(TODAY)),
    )
    bought = purchases(faithful=0.9).with_columns(at=last_year)
    chosen = recommend(bought, goods, people(), model="taste", k=40, made_on=TODAY)
    styles = set(chosen["style_key"])
    assert "03" not in styles
    assert "04" not in styles
    assert "40" in styles


def test_who_bought_nothing_gets_what_is_popular_where_she_lives() -> None:
    bought = purchases(faithful=0.9)
    # In AE everybody buys style 05 lately, in DE nobody does.
    in_ae = people().filter(pl.col("market_code") == "AE")["person_key"].to_list()
    favourite = pl.DataFrame(
        {"person_key": in_ae, "product_key": "05-Red-M", "at": TODAY, "weight": 1.0},
        schema_overrides={"at": pl.Date},
    )
    bought = pl.concat([bought.filter(~pl.col("product_key").str.starts_with("05")), favourite])
    newcomers = pl.DataFrame({"person_key": ["new_ae", "new_de"], "market_code": ["AE", "DE"]})
    everyone = pl.concat([people(), newcomers])
    for model in (candidate.name for candidate in CANDIDATES if candidate.name != "most_popular"):
        chosen = recommend(bought, products(), everyone, model=model).filter(
            pl.col("person_key").str.starts_with("new")
        )
        first = dict(chosen.filter(pl.col("rank") == 1).select("person_key", "style_key").iter_rows())
        assert first["new_ae"] == "05", model
        assert set(chosen.select("person_key", "reason").unique().iter_rows()) == {
            ("new_ae", "popular in AE"),
            ("new_de", "popular in DE"),
        }
        assert chosen["product_key"].null_count() == chosen.height, "her size is not known"


def test_a_reason_names_something_that_she_bought_of_the_same_kind() -> None:
    bought = purchases(faithful=0.9)
    chosen = recommend(bought, products(), people(), model="taste_and_item_item").filter(
        pl.col("reason_kind") == "bought"
    )
    goods = products().select("style_key", "category_name", "style_name").unique()
    had = (
        bought.join(products().select("product_key", "style_key"), on="product_key")
        .select("person_key", "style_key")
        .unique()
    )
    assert chosen.height > 400
    assert chosen.join(
        had, left_on=["person_key", "reason_style_key"], right_on=["person_key", "style_key"], how="anti"
    ).is_empty()
    both = chosen.join(goods, on="style_key").join(
        goods, left_on="reason_style_key", right_on="style_key", suffix="_bought"
    )
    assert (both["category_name"] == both["category_name_bought"]).all()
    assert (both["reason"] == "because you bought " + both["style_name_bought"]).all()


@pytest.mark.parametrize("model", [candidate.name for candidate in CANDIDATES])
def test_the_same_purchases_in_any_order_give_the_same_recommendations(model: str) -> None:
    bought = purchases(faithful=0.9)
    once = recommend(bought, products(), people(), stock(), model=model)
    again = recommend(
        bought.sample(fraction=1.0, shuffle=True, seed=3),
        products().reverse(),
        people().reverse(),
        stock(),
        model=model,
    )
    assert_frame_equal(once, again, check_exact=True)


def test_measures_are_blind_to_the_days_they_are_measured_on() -> None:
    bought = purchases(faithful=0.9)
    split = TODAY - timedelta(days=28)
    only_before = evaluate(bought, products(), people())
    # Whoever bought what after the split changes the hits, not what can be recommended nor who is asked before.
    later = pl.col("at") > split
    moved = pl.concat(
        [
            bought.filter(~later),
            bought.filter(later).with_columns(product_key=pl.col("product_key").str.replace("^..", "39")),
        ]
    )
    assert evaluate(moved, products(), people())["style_count"][0] == only_before["style_count"][0]
    assert only_before["split_on"][0] == bought["at"].max() - timedelta(days=28)


def test_a_company_without_purchases_products_or_people_has_no_recommendations_and_no_error() -> None:
    nobody, nothing = people().clear(), products().clear()
    no_purchases = purchases(faithful=0.5, count=2).clear().rename({"at": "purchased_on"})
    no_stock = stock().clear().with_columns(moment=pl.lit("now"))
    measures = measured(no_purchases, nothing, nobody, no_stock)
    assert measures.num_rows == 0
    found = ranked(no_purchases, nothing, nobody, no_stock, pl.DataFrame(pl.from_arrow(measures)))
    assert found.num_rows == 0
    assert found.column_names[:3] == ["person_key", "rank", "style_key"]
