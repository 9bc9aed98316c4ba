"""Zendesk: how fast customers are answered, what became of tickets, and that nobody's words are kept."""

import hashlib
from collections import Counter, defaultdict
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from staging_alone import (
    company_of,
    exported,
    exports_of,
    lake_files_with,
    read_csv,
    real_exports,
    stage,
    staged,
    write_csv,
)
from weft_command import ask

from warehouse.settings import Settings

SYSTEM = "zendesk"
SOMEBODYS_WORDS = "PRIVATE-WORDS"


def roles() -> dict[str, str]:
    return {row["id"]: row["role"] for row in exported(SYSTEM, "user")}


def field_history() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return when each field of each ticket took which value, in order."""
    found = defaultdict(list)
    for path in exports_of(SYSTEM):
        if path.stem.startswith("ticket_field_history"):
            for row in read_csv(path):
                found[row["ticket_id"], row["field_name"]].append((row["updated"], row["value"]))
    return {key: sorted(changes) for key, changes in found.items()}


@pytest.fixture(scope="module")
def tickets(packs_published: Settings) -> dict[str, dict[str, str]]:
    """The staged tickets by their number."""
    return {row["ticket_id"]: row for row in ask(packs_published, "select * from staging.stg_zendesk__tickets")}


def test_end_users_are_customers_and_agents_are_not(packs_published: Settings) -> None:
    found = ask(packs_published, "select customer_id, full_name, email, is_active from staging.stg_zendesk__customers")
    expected = {row["id"]: row for row in exported(SYSTEM, "user") if row["role"] == "end-user"}
    assert {row["customer_id"]: row["full_name"] for row in found} == {
        key: row["name"] for key, row in expected.items()
    }
    assert {row["customer_id"]: row["email"] for row in found} == {
        key: row["email"].lower() for key, row in expected.items()
    }
    active = {row["customer_id"] for row in found if row["is_active"] == "true"}
    assert active == {k for k, row in expected.items() if row["active"] == "TRUE" and row["suspended"] == "FALSE"}
    assert {"ليلى المنصوري", "Zoe Mueller"} <= {row["full_name"] for row in found}


def test_every_ticket_is_there_with_its_status_and_deleted_ones_are_flagged(tickets: dict[str, dict[str, str]]) -> None:
    expected = {row["id"]: row for row in exported(SYSTEM, "ticket")}
    words = {"hold": "on_hold", "deleted": "closed"}
    assert {key: row["status"] for key, row in tickets.items()} == {
        key: words.get(row["status"], row["status"]) for key, row in expected.items()
    }
    deleted = {key for key, row in tickets.items() if row["is_deleted"] == "true"}
    assert deleted == {key for key, row in expected.items() if row["status"] == "deleted"}
    assert {row["channel"] for row in tickets.values()} == {"email", "social", "web", "chat", "phone"}


def test_the_first_response_is_the_first_public_answer_of_an_agent(tickets: dict[str, dict[str, str]]) -> None:
    opened_by = {row["id"]: row["submitter_id"] for row in exported(SYSTEM, "ticket")}
    asked_by = {row["id"]: row["requester_id"] for row in exported(SYSTEM, "ticket")}
    expected: dict[str, str] = {}
    seen: set[str] = set()
    for comment in sorted(exported(SYSTEM, "ticket_comment"), key=lambda row: (row["created"], row["id"])):
        ticket, author = comment["ticket_id"], comment["user_id"]
        is_request = ticket not in seen and author == opened_by[ticket]
        seen.add(ticket)
        answers = roles().get(author) in {"agent", "admin"} and author != asked_by[ticket]
        if comment["public"] == "TRUE" and answers and not is_request:
            expected.setdefault(ticket, comment["created"])
    assert {key: row["first_responded_at"] for key, row in tickets.items() if row["first_responded_at"]} == expected
    # Written down by an agent; answered by a machine and an internal note only.
    assert not {"7", "10"} & set(expected)


def test_a_reopened_ticket_is_solved_when_it_was_solved_last_or_not_at_all(tickets: dict[str, dict[str, str]]) -> None:
    done = {"solved", "closed"}
    expected = {}
    for (ticket, field), changes in field_history().items():
        if field == "status" and tickets[ticket]["status"] in done:
            before = ["new", *(value for _, value in changes)]
            solved = [
                at for (at, value), was in zip(changes, before, strict=False) if value in done and was not in done
            ]
            expected[ticket] = solved[-1]
    assert {key: row["solved_at"] for key, row in tickets.items() if row["solved_at"]} == expected
    assert expected["6"] == "2026-08-10 15:00:00"
    assert ("2026-09-20 09:30:00", "solved") in field_history()["2", "status"]
    assert "2" not in expected


def test_merged_tickets_name_the_one_that_counts(tickets: dict[str, dict[str, str]]) -> None:
    into = {}
    for row in exported(SYSTEM, "ticket"):
        into |= dict.fromkeys(filter(None, row["merged_ticket_ids"].strip("[]").split(",")), row["id"])
    expected = {}
    for ticket in into:
        kept = ticket
        while kept in into:
            kept = into[kept]
        expected[ticket] = tickets[kept]["ticket_key"]
    assert len(expected) == 2
    assert {
        key: row["merged_into_ticket_key"] for key, row in tickets.items() if row["merged_into_ticket_key"]
    } == expected


def test_orders_and_causes_are_read_from_fields_and_tags(tickets: dict[str, dict[str, str]]) -> None:
    numbers = {"1": "100101", "2": "100107", "5": "100110", "6": "100120", "7": "100130"}
    assert {key: row["order_key"] for key, row in tickets.items() if row["order_key"]} == {
        key: hashlib.md5(f"order_number|order|{number}".encode()).hexdigest() for key, number in numbers.items()
    }
    assert {key: row["cause"] for key, row in tickets.items() if row["cause"]} == {
        "1": "delivery_late",
        "2": "wrong_size",
        "5": "delivery_lost",
        "6": "refund",
        "7": "payment",
        "10": "other_stated",
        "11": "product_question",
    }


def test_answers_are_due_by_the_policy_of_the_ticket(tickets: dict[str, dict[str, str]]) -> None:
    assert {key: row["first_response_due_at"] for key, row in tickets.items() if row["first_response_due_at"]} == {
        "1": "2026-09-01 16:00:00",  # normal, 480 minutes
        "2": "2026-09-20 09:00:00",  # high, 240
        "5": "2026-10-01 08:30:00",  # urgent, 30 since that day
        "6": "2026-08-03 16:00:00",
        "7": "2026-10-29 16:00:00",  # low, 1440
        "10": "2026-10-31 06:00:00",
        "11": "2026-11-02 09:30:00",  # 120 minutes of business hours: half an hour on Friday, the rest on Monday
    }


def test_a_rating_counts_once_it_is_given(tickets: dict[str, dict[str, str]]) -> None:
    expected = {}
    for (ticket, field), changes in field_history().items():
        given = [value for _, value in changes if value in {"good", "bad"}]
        if field == "satisfaction_score" and given:
            expected[ticket] = given[-1]
    assert sorted(expected.values()) == ["bad", "good"]
    assert {key: row["satisfaction"] for key, row in tickets.items() if row["satisfaction"]} == expected


def test_events_tell_who_did_what(packs_published: Settings) -> None:
    found = ask(
        packs_published,
        "select event_type, actor_role, count(*) as number from staging.stg_zendesk__ticket_events group by all",
    )
    counted = {(row["event_type"], row["actor_role"]): int(row["number"]) for row in found}
    actor = {"end-user": "customer", "agent": "agent", "admin": "agent"}
    comments = Counter(
        (
            "comment_public" if row["public"] == "TRUE" else "comment_internal",
            actor[roles()[row["user_id"]]] if row["user_id"] in roles() else "system",
        )
        for row in exported(SYSTEM, "ticket_comment")
    )
    created = Counter(("created", actor[roles()[row["submitter_id"]]]) for row in exported(SYSTEM, "ticket"))
    assert {key: number for key, number in counted.items() if key[0].startswith("comment")} == comments
    assert {key: number for key, number in counted.items() if key[0] == "created"} == created
    opened = {row["id"]: row["created_at"] for row in exported(SYSTEM, "ticket")}
    changed = Counter(
        field for (ticket, field), changes in field_history().items() for at, _ in changes if at > opened[ticket]
    )
    by_type = Counter[str]()
    for (event_type, _), number in counted.items():
        by_type[event_type] += number
    assert by_type["status_changed"] == changed["status"]
    assert by_type["priority_changed"] == changed["priority"]
    assert by_type["assigned"] == changed["assignee_id"]
    assert by_type["merged"] == 2
    assert by_type["satisfaction_given"] == 2


def test_what_people_wrote_is_in_no_file_of_the_lake(packs_published: Settings) -> None:
    words = [
        *(row["body"] for row in exported(SYSTEM, "ticket_comment")),
        *(row["description"] + row["subject"] for row in exported(SYSTEM, "ticket")),
    ]
    assert words
    assert all(SOMEBODYS_WORDS in text for text in words)
    # The search finds what is there.
    assert list(lake_files_with(packs_published, "Zoe Mueller"))
    assert list(lake_files_with(packs_published, SOMEBODYS_WORDS)) == []


def test_words_that_no_seed_knows_are_reported(tmp_path: Path) -> None:
    settings = company_of(tmp_path, SYSTEM, exports_of(SYSTEM))
    [ticket] = [row for row in exported(SYSTEM, "ticket") if row["id"] == "1"]
    write_csv(tmp_path / "inbox" / "ticket_2026-12-01.csv", [{**ticket, "status": "parked"}])
    assert failures(stage(settings, SYSTEM)[1]) == ["stg_zendesk__tickets__status_is_known"]
    odd = {"priority": "asap", "via_channel": "pigeon", "custom_contact_reason": "because"}
    write_csv(tmp_path / "inbox" / "ticket_2026-12-02.csv", [{**ticket, **odd}])
    assert failures(stage(settings, SYSTEM)[1]) == [
        f"base_zendesk__tickets__{column}_is_known" for column in ("cause", "channel", "priority")
    ]


def failures(built: CompletedProcess[str]) -> list[str]:
    """Return the names of the data tests that failed."""
    assert built.returncode != 0
    return sorted(line.split(" FAIL ")[1].split()[1] for line in built.stdout.splitlines() if " FAIL " in line)


@pytest.mark.skipif(not real_exports(SYSTEM), reason="the exports in Zendesk's true columns are not here")
def test_exports_in_the_true_columns_land_whole_and_can_be_staged(tmp_path: Path) -> None:
    settings = company_of(tmp_path, SYSTEM, real_exports(SYSTEM))
    landed, built = stage(settings, SYSTEM)
    read = {path.stem.removesuffix("_data"): len(read_csv(path)) for path in real_exports(SYSTEM)}
    rows = {result.entity: result.rows_landed for result in landed}
    assert len(rows) == 13
    assert rows == {entity: read[entity] for entity in rows}
    assert [result.message for result in landed if result.status != "landed" or result.rows_rejected] == []
    assert built.returncode == 0, built.stdout
    found = {row["ticket_id"]: row for row in staged(settings, "select * from stg_zendesk__tickets")}
    assert set(found) == {row["id"] for row in read_csv(tmp_path / "inbox" / "ticket_data.csv")}
    # The one ticket whose field history the export holds: solved on 14 November, closed the day after.
    assert str(found["11071"]["solved_at"]) == "2020-11-14 11:01:27"
    assert list(lake_files_with(settings, "body17")) == []
