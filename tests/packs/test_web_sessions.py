"""Web sessions: what is published is what a person counts in the files, and nobody can be told from it."""

from weft_command import ask

from warehouse.settings import Settings


def test_sessions_visitors_carts_and_checkouts_are_counted_by_day_channel_country_and_device(
    packs_published: Settings,
) -> None:
    rows = ask(
        packs_published,
        "SELECT session_on, country_code, device_type, session_count, visitor_count, cart_count, checkout_count "
        "FROM intermediate.int_web_sessions__unioned ORDER BY ALL",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2026-10-05", "AE", "app", "1", "1", "1", "1"),
        # Two of one visitor, one of another, and one that began on the sixth where the visitor was.
        ("2026-10-05", "DE", "desktop", "4", "3", "2", "1"),
        # Told again a day later: with a country, a cart and a checkout.
        ("2026-10-05", "NL", "tablet", "1", "1", "1", "1"),
        # The tool missed the checkout of the order.
        ("2026-10-06", "DE", "mobile", "1", "1", "1", "1"),
    ]


def test_sessions_meet_the_shops_channels(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        "SELECT DISTINCT c.channel_id FROM intermediate.int_web_sessions__unioned JOIN dim_channel AS c USING (channel_key) ORDER BY ALL",
    )
    assert "web" in {row["channel_id"] for row in rows}


def test_no_visitor_or_customer_leaves_the_raw_table(packs_published: Settings) -> None:
    staged = ask(packs_published, "SELECT * FROM staging.stg_web_sessions__web_sessions")
    assert len(staged) == 4
    assert not {value for row in staged for value in row.values()} & {"v-1", "v-2", "v-3", "v-4", "v-5", "7001", "7002"}
