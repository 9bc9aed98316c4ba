"""Who buys: people with their names, mail addresses, phones and homes, and the accounts and contacts under which systems know them.

Comes in: wanted orders and sales. Goes out: frames `people`, `accounts` (shop), `contacts` (CRM), and what they are called where. Called by
the world; `identities` of the truth come from here.
"""

import numpy as np
import polars as pl

from simulation.company import MARKETS, US_STATES
from simulation.world.clock import Ints, Plan, pick
from simulation.world.names import DOMAINS, FIRST, LANGUAGES, LAST, PLACES

SPELLINGS = ("own", "typed", "other", "ascii")


def _languages(draws: np.random.Generator, markets: Ints) -> np.ndarray:
    chosen = np.empty(len(markets), dtype="U2")
    for number, market in enumerate(MARKETS):
        some = np.flatnonzero(markets == number)
        shares = LANGUAGES[market.code]
        chosen[some] = np.array(list(shares))[pick(draws, np.array(list(shares.values())), len(some))]
    return chosen


def _names(draws: np.random.Generator, languages: np.ndarray) -> dict[str, pl.Series]:
    """First and last names in all their spellings: each person draws a place in the pool of her language."""
    columns: dict[str, pl.Series] = {}
    for part, pools in (("first", FIRST), ("last", LAST)):
        places = np.zeros(len(languages), dtype=np.int64)
        offset = 0
        for language, pool in pools.items():
            some = np.flatnonzero(languages == language)
            places[some] = offset + draws.integers(0, len(pool), len(some))
            offset += len(pool)
        for number, spelling in enumerate(SPELLINGS):
            everyone = pl.Series([name[number] for pool in pools.values() for name in pool])
            columns[f"{part}_{spelling}"] = everyone.gather(places)
    return columns


def _homes(draws: np.random.Generator, markets: Ints) -> dict[str, pl.Series]:
    places = np.zeros(len(markets), dtype=np.int64)
    offset = 0
    for number, market in enumerate(MARKETS):
        some = np.flatnonzero(markets == number)
        places[some] = offset + draws.integers(0, len(PLACES[market.code]), len(some))
        offset += len(PLACES[market.code])
    known = [place for market in MARKETS for place in PLACES[market.code]]
    homes = {
        name: pl.Series([place[part] for place in known]).gather(places)
        for part, name in enumerate(("city", "postal_code", "street"))
    }
    homes["house"] = pl.Series(draws.integers(1, 180, len(markets)))
    return homes


def make(plan: Plan, market: Ints) -> pl.DataFrame:
    """One row per person; `market` is that of each, a place in MARKETS."""
    draws = plan.draws("people")
    languages = _languages(draws, market)
    dial = np.array([m.dial for m in MARKETS])[market]
    return pl.DataFrame(
        {
            "person": np.arange(len(market)),
            "market": np.array([m.code for m in MARKETS])[market],
            "language": languages,
            **_names(draws, languages),
            **_homes(draws, market),
            "dial": dial,
            "national_number": draws.integers(500_000_000, 599_999_999, len(market)),
            "domain": np.array(DOMAINS)[draws.integers(0, len(DOMAINS), len(market))],
            "luck": draws.random(len(market)),
            "luck_crm": draws.random(len(market)),
            "luck_desk": draws.random(len(market)),
            "has_consent": draws.random(len(market)) < 0.62,
        }
    ).with_columns(
        email=pl.format("{}.{}{}@{}", "first_ascii", "last_ascii", "person", "domain"),
        second_email=pl.format("{}{}.{}@example.org", pl.col("first_ascii").str.slice(0, 1), "last_ascii", "person"),
        phone=pl.format("+{}{}", "dial", "national_number"),
    )


def make_accounts(people: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The shop's customer accounts: one or two of a person who did not always buy as a guest; some pairs were merged later."""
    counted = (
        orders.filter(~pl.col("is_guest"))
        .group_by("person", "account")
        .agg(
            pl.col("ordered_at").min().alias("first_order_at"),
            pl.col("ordered_at").max().alias("last_order_at"),
            pl.col("state").first(),
        )
        .sort("person", "account")
    )
    accounts = counted.join(people, on="person", how="left").with_columns(
        customer_id=pl.col("person") * 10 + pl.col("account") + 7_200_000_000_000,
        created_at=pl.col("first_order_at") - pl.duration(seconds=(pl.col("luck") * 9_000).cast(pl.Int64) + 60),
        email=pl.when(pl.col("account") == 2).then("second_email").otherwise("email"),
        first_name=pl.when(pl.col("account") == 2).then("first_typed").otherwise("first_own"),
        last_name=pl.when(pl.col("account") == 2).then("last_typed").otherwise("last_own"),
        # A customer types the phone as at home, or as abroad, or leaves it out.
        phone=pl.when(pl.col("luck") < 0.25)
        .then(None)
        .when(pl.col("luck") < 0.5)
        .then(pl.format("0{}", "national_number"))
        .otherwise("phone"),
        other_id=pl.when(pl.len().over("person") == 2).then(
            pl.col("person") * 10 + 3 - pl.col("account") + 7_200_000_000_000
        ),
    )
    last = pl.col("last_order_at").max().over("person")
    merged = (pl.col("account") == 2) & pl.col("other_id").is_not_null() & (pl.col("luck_crm") < 0.5)
    return _with_homes(accounts).with_columns(
        merged_into=pl.when(merged).then("other_id"),
        merged_at=pl.when(merged).then(last + pl.duration(days=20, hours=9)),
    )


def _with_homes(frame: pl.DataFrame) -> pl.DataFrame:
    """Address columns; in the US the place is that of the state in which the order was taxed."""
    states = pl.DataFrame(
        {
            "state": [state[0] for state in US_STATES],
            "state_name": [state[1] for state in US_STATES],
            "state_city": [state[4] for state in US_STATES],
            "state_zip": [state[5] for state in US_STATES],
        }
    )
    # US: number first; elsewhere last.
    address = pl.when(pl.col("market").is_in(["US", "GB", "IE", "FR"])).then(pl.format("{} {}", "house", "street"))
    return (
        frame.join(states, on="state", how="left", maintain_order="left")
        .with_columns(
            city=pl.coalesce("state_city", "city"),
            postal_code=pl.coalesce("state_zip", "postal_code"),
            address=address.otherwise(pl.format("{} {}", "street", "house")),
        )
        .drop("state_city", "state_zip")
    )


def with_homes(frame: pl.DataFrame) -> pl.DataFrame:
    """The same for frames of orders."""
    return _with_homes(frame)


def make_contacts(people: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The CRM's contacts: the loyalty club and people whom sales or service typed in; a few people twice."""
    first = (
        orders.group_by("person")
        .agg(pl.col("ordered_at").min().alias("first_order_at"), pl.col("state").first())
        .sort("person")
    )
    known = first.join(people, on="person", how="left").filter(pl.col("luck_crm") < 0.55)
    twice = known.filter(pl.col("luck_crm") < 0.02).with_columns(copy=pl.lit(2))
    contacts = pl.concat([known.with_columns(copy=pl.lit(1)), twice]).sort("person", "copy")
    is_second = pl.col("copy") == 2
    luck = pl.col("luck_crm") * 100 % 1
    email = (
        pl.when(is_second | (luck < 0.06)).then("second_email").when(luck < 0.12).then(None)
        .when(luck < 0.4).then(pl.col("email").str.to_uppercase()).when(luck < 0.5).then(pl.format(" {}", "email")).otherwise("email")
    )  # fmt: skip
    phone = (
        pl.when(luck < 0.3)
        .then(
            pl.format(
                "00{} {} {}", "dial", pl.col("national_number") // 1_000_000, (pl.col("national_number") % 1_000_000)
            )
        )
        .when(luck < 0.6)
        .then(pl.format("+{} (0){}", "dial", "national_number"))
        .when(luck < 0.9)
        .then("phone")
    )
    return (
        _with_homes(contacts)
        .with_columns(
            contact_id=pl.format("003SIM{}AAB", pl.format("{}{}", "person", "copy").str.zfill(9)),
            created_at=pl.col("first_order_at") + pl.duration(hours=26 * pl.col("copy")),
            first_name=pl.when(is_second).then("first_other").otherwise("first_typed"),
            last_name=pl.when(is_second).then("last_other").otherwise("last_typed"),
            email=email,
            phone=phone,
            other_id=pl.format("003SIM{}AAB", pl.format("{}1", "person").str.zfill(9)),
        )
        .with_columns(
            # Half of the duplicates were found and merged into the first record.
            merged_into=pl.when(is_second & (pl.col("luck") < 0.5)).then("other_id"),
            merged_at=pl.when(is_second & (pl.col("luck") < 0.5)).then(pl.col("created_at") + pl.duration(days=45)),
        )
    )


def make_desk_users(people: pl.DataFrame, requesters: pl.DataFrame) -> pl.DataFrame:
    """The service desk's end users: whoever wrote; `requesters` has person and first_at."""
    users = requesters.sort("person").join(people, on="person", how="left")
    luck = pl.col("luck_desk") * 100 % 1
    return users.with_columns(
        user_id=pl.col("person") + 390_000_000_000,
        created_at=pl.col("first_at"),
        name=pl.when(luck < 0.4)
        .then(pl.format("{} {}", "first_own", "last_own"))
        .when(luck < 0.8)
        .then(pl.format("{} {}", "first_other", "last_other"))
        .otherwise(pl.format("{}, {}", "last_typed", "first_typed")),
        email=pl.when(luck < 0.08)
        .then("second_email")
        .when(luck < 0.2)
        .then(pl.col("email").str.replace("@", "+shop@", literal=True))
        .otherwise("email"),
        phone=pl.when(luck > 0.7).then(pl.format("+{}-{}", "dial", "national_number")),
    )
