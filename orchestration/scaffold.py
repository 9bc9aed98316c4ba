"""A new deployment.

Comes in: a folder. Goes out: a commented weft.toml, an inbox for each system, and what to do next. Called by `weft
init`.
"""

import re
from pathlib import Path

from extractors.pack import PACKS_DIR, load_pack
from warehouse.errors import WeftError

# Systems of the template, as far as their packs are still there; each is read by the pack of its name.
SYSTEMS = ("aw_erp", "aw_crm", "aw_scm", "ecb")

TEMPLATE = """\
# Settings of this deployment. Relative paths start at this file's folder. Every option that is commented out shows its
# default. An option that Weft does not know is an error.

[company]
id = "{company_id}"
name = "{company_name}"
# Amounts in this currency stand beside those in the currency of each document (ISO 4217).
reporting_currency = "EUR"
# time_zone = "UTC"
# fiscal_year_start_month = 1

# One table per source system. `pack` says how to read it, `inbox` where its exports arrive. The name after the dot
# becomes part of table names: raw.<system>__<entity>.
{systems}
# How much of this machine a run may use.
# [run]
# memory_limit = "1GB"
# threads = 2

# Where the warehouse and the files for planners are kept.
# [lake]
# state = ".weft"
# exports = "exports"

# The sales forecast. `levels` are stored; more series than `most_series` are not modelled one by one. Planners drop overrides into
# `overrides`; forecasts are kept for `history_weeks` to be compared with what came. See docs/forecasts.md.
# [forecast]
# enabled = true
# horizon_weeks = 26
# levels = ["total", "market", "channel", "category", "category_market", "category_market_channel", "style", "style_colour", "sku", "sku_market"]
# most_series = 200
# near_days = 14
# overrides = "overrides"
# history_weeks = 104

# The plan of production and purchases; docs/capacity.md has all settings.
# [capacity]
# enabled = true
# service_level = 0.95
# overtime_share = 0.2
# subcontract_share = 0.25

# How many publications `weft rollback` can go back to.
# [publication]
# keep = 10

# When runs start by themselves while `weft ui` is up: daily, and when an inbox has something new.
# [schedule]
# cron = "0 5 * * *"
# time_zone = "UTC"
# inbox_interval_seconds = 60
"""  # noqa: E501

SYSTEM = """\
# {title}
[systems.{name}]
pack = "{name}"
inbox = "inbox/{name}"

"""


def create_deployment(directory: Path) -> str:
    """Write a deployment into `directory`, and return what to do next.

    Raises:
        WeftError: there is a weft.toml already, or the folder cannot be written.
    """
    config = directory / "weft.toml"
    if config.exists():
        raise WeftError(f"{config} exists already; init never overwrites. Choose another folder, or edit that file.")
    company = re.sub(r"[^a-z0-9_]+", "_", directory.resolve().name.lower()).strip("_") or "company"
    packs = sorted(path.stem for path in PACKS_DIR.glob("*.yml"))
    chosen = [name for name in SYSTEMS if name in packs] or packs
    systems = "".join(SYSTEM.format(name=name, title=load_pack(name).title) for name in chosen)
    try:
        for name in chosen:
            (directory / "inbox" / name).mkdir(parents=True, exist_ok=True)
        config.write_text(
            TEMPLATE.format(company_id=company, company_name=company.replace("_", " ").title(), systems=systems),
            encoding="utf-8",
        )
    except OSError as error:
        raise WeftError(f"{directory} cannot be written: {error.strerror}") from error
    return (
        f"Made {config} and an inbox for each of its systems.\n\n"
        "Next:\n"
        f"  1. Name your company and your systems in {config} (packs: {', '.join(packs)}).\n"
        f"  2. Put exports into {directory / 'inbox'}/<system>/.\n"
        f"  3. weft run --config {config}\n"
        f"  4. weft dashboards --config {config}"
    )
