"""Tracking: whatever carrier tells it, an event means the same and happened at one moment in UTC."""

from collections import Counter

from weft_command import ask

from warehouse.settings import Settings

EVENTS = "staging.stg_carrier_tracking__shipment_events"


def test_an_event_that_was_told_twice_counts_once(packs_published: Settings) -> None:
    rows = ask(packs_published, f"SELECT tracking_number FROM {EVENTS}")
    assert Counter(row["tracking_number"] for row in rows) == {
        "JD014600000001": 7,
        "05212345678901": 6,
        "47000000012": 7,
        "1Z999AA10123456784": 5,
        "MSKU1234565": 6,
    }


def test_the_codes_of_each_carrier_become_the_same_words(packs_published: Settings) -> None:
    rows = ask(packs_published, f"SELECT tracking_number, status, leg FROM {EVENTS} ORDER BY occurred_at")
    way: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        way.setdefault(row["tracking_number"], []).append((row["status"], row["leg"]))
    assert way["47000000012"] == [
        ("label_created", "warehouse"),
        ("picked_up", "warehouse"),
        ("departed", "line_haul"),
        ("customs_hold", "customs"),
        ("customs_cleared", "customs"),
        ("out_for_delivery", "last_mile"),
        ("delivered", "last_mile"),
    ]
    assert [status for status, _ in way["JD014600000001"]] == [
        "label_created", "picked_up", "departed", "arrived", "out_for_delivery", "failed_attempt", "delivered",
    ]  # fmt: skip
    assert [status for status, _ in way["1Z999AA10123456784"]] == [
        "label_created", "picked_up", "departed", "exception", "returned",
    ]  # fmt: skip
    assert way["05212345678901"][-1] == ("delivered", "last_mile")
    # A sea line that no seed knows uses the words that all share, from the factory on.
    assert way["MSKU1234565"][0] == ("picked_up", "factory")


def test_the_days_at_customs_can_be_counted(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        f"""
        SELECT tracking_number, max(occurred_at) FILTER (status = 'customs_cleared')
            - min(occurred_at) FILTER (status = 'customs_hold') AS held
        FROM {EVENTS} WHERE leg = 'customs' GROUP BY tracking_number
        """,
    )
    assert {row["tracking_number"]: row["held"] for row in rows} == {
        "47000000012": "2 days, 8:00:00",
        "MSKU1234565": "2 days, 6:00:00",
    }


def test_times_are_utc_and_the_promise_may_change(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        f"""
        SELECT status_raw, occurred_at, promised_on, country_code FROM {EVENTS}
        WHERE status_raw IN ('SH014', 'SH041', 'SH044', 'X')
        """,
    )
    assert {row["status_raw"]: (row["occurred_at"], row["promised_on"], row["country_code"]) for row in rows} == {
        "SH014": ("2026-09-02 21:00:00", "2026-09-06", "AE"),
        "SH041": ("2026-09-04 03:00:00", "2026-09-06", "SA"),
        "SH044": ("2026-09-06 11:00:00", "2026-09-08", "SA"),
        "X": ("2026-09-05 16:00:00", "2026-09-08", "US"),
    }


def test_every_carrier_that_is_tracked_is_a_carrier_by_name_or_code(packs_published: Settings) -> None:
    rows = ask(packs_published, "SELECT carrier_id, carrier_name FROM staging.stg_carrier_tracking__carriers")
    assert {row["carrier_id"]: row["carrier_name"] for row in rows} == {
        "DHL": "DHL Express",
        "UPS": "UPS",
        "ARAMEX": "Aramex",
        "DPD": "DPD",
        "SEALINE": "SEALINE",
    }
    [row] = ask(
        packs_published,
        f"SELECT count(*) AS orphans FROM {EVENTS} WHERE carrier_key NOT IN (SELECT carrier_key FROM dim_carrier)",
    )
    assert row == {"orphans": "0"}
