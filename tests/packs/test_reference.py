"""Reference data: the rate and the holidays of a day are there without any file, and a company may know better."""

import csv
from pathlib import Path

from weft_command import ask

from warehouse.settings import Settings

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "reference"


def shipped(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_country_has_one_standard_rate_on_any_day_since_2022(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT country_code, days.day, count(*) AS rates
        FROM staging.stg_reference__vat_rates AS rates
        INNER JOIN (SELECT unnest(generate_series(DATE '2022-01-01', DATE '2026-12-31', INTERVAL 1 DAY)) AS day) AS days
            ON days.day >= valid_from AND (valid_to IS NULL OR days.day < valid_to)
        WHERE rate_type = 'standard' GROUP BY ALL HAVING count(*) <> 1
        """,
    )
    assert rows == []


def test_the_rate_of_a_day_is_the_one_of_the_law(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT country_code || ' ' || day AS on_day, rate FROM staging.stg_reference__vat_rates AS rates
        INNER JOIN (VALUES
            ('DE', DATE '2020-06-30'), ('DE', DATE '2020-07-01'), ('DE', DATE '2021-01-01'), ('SA', DATE '2026-09-01'),
            ('SA', DATE '2027-01-01'), ('EE', DATE '2025-06-30'), ('EE', DATE '2025-07-01'), ('LU', DATE '2023-12-31'),
            ('AE', DATE '2026-09-01'), ('CH', DATE '2023-12-31')
        ) AS asked (country_code, day) USING (country_code)
        WHERE rate_type = 'standard' AND day >= valid_from AND (valid_to IS NULL OR day < valid_to)
        """,
    )
    assert {row["on_day"]: float(row["rate"]) for row in rows} == {
        "DE 2020-06-30": 0.19,
        "DE 2020-07-01": 0.16,
        "DE 2021-01-01": 0.19,
        "SA 2026-09-01": 0.15,
        # From the company's own file.
        "SA 2027-01-01": 0.12,
        "EE 2025-06-30": 0.22,
        "EE 2025-07-01": 0.24,
        "LU 2023-12-31": 0.16,
        "AE 2026-09-01": 0.05,
        "CH 2023-12-31": 0.077,
    }


def test_the_company_adds_rates_to_those_that_are_shipped(packs_published: Settings) -> None:
    [row] = ask(
        packs_published,
        """
        SELECT count(*) AS rates, count(*) FILTER (source_file LIKE 'vat_rates%') AS own,
            count(*) FILTER (rate_type = 'reduced' AND country_code = 'DE' AND rate = 0.07) AS reduced
        FROM intermediate.int_vat_rates__unioned WHERE source_system = 'reference'
        """,
    )
    assert row == {"rates": str(len(shipped("reference__vat_rates.csv")) + 2), "own": "2", "reduced": "1"}


def test_a_holiday_is_moved_added_and_taken_away_by_the_companys_file(packs_published: Settings) -> None:
    rows = ask(
        packs_published,
        """
        SELECT country_code, holiday_on, holiday_name FROM intermediate.int_holidays__unioned
        WHERE source_system = 'reference' AND (
            (country_code = 'AE' AND holiday_on BETWEEN DATE '2026-03-19' AND DATE '2026-03-23')
            OR (country_code = 'NL' AND holiday_on BETWEEN DATE '2026-04-27' AND DATE '2026-05-05')
        ) ORDER BY ALL
        """,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("AE", "2026-03-19", "Eid al-Fitr Holiday"),
        ("AE", "2026-03-21", "Eid al-Fitr Holiday"),
        ("AE", "2026-03-22", "Eid al-Fitr Holiday"),
        ("AE", "2026-03-23", "Eid al-Fitr"),
        ("NL", "2026-04-27", "King's Day"),
        ("NL", "2026-05-05", "Liberation Day"),
    ]
    [row] = ask(packs_published, "SELECT count(*) AS days FROM staging.stg_reference__holidays")
    assert int(row["days"]) == len(shipped("reference__holidays.csv")) + 2 - 1


def test_a_code_of_the_harmonized_system_says_what_clothing_it_is(packs_published: Settings) -> None:
    [row] = ask(
        packs_published,
        """
        SELECT codes.description, parents.description AS heading FROM staging.reference__hs_codes AS codes
        INNER JOIN staging.reference__hs_codes AS parents ON codes.parent_hs_code = parents.hs_code
        WHERE codes.hs_code = '620442'
        """,
    )
    assert row["description"].startswith("Dresses; women's or girls', of cotton")
    assert row["heading"].startswith("Suits, ensembles, jackets, dresses")
