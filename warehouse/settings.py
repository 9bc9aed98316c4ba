"""`weft.toml`, read and checked.

Comes in: the file a user edits (found by `--config`, `$WEFT_CONFIG`, or `./weft.toml`). Goes out: one `Settings` object
with absolute paths. Called by every command and every asset.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from warehouse.errors import WeftError

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
SYSTEM_NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")


class Section(BaseModel):
    """A table of weft.toml; an unknown key is an error, since a misspelt option must not be ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(Section):
    """Whose data this is."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    name: str
    reporting_currency: CurrencyCode = "EUR"
    time_zone: str = "UTC"
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)


class SystemSettings(Section):
    """One source system in use: which pack reads it, and where its exports arrive."""

    pack: str
    inbox: Path | None = None
    connection: str | None = None
    instance: str = "main"
    options: dict[str, str] = Field(default_factory=dict)
    # Canonical entities that the pack could offer but another system is the source of, such as goods receipts.
    without: list[str] = Field(default_factory=list)
    # Entities whose identifiers are not those of the pack's id space: a second shop counts its own orders.
    id_spaces: dict[str, str] = Field(default_factory=dict)


class Lake(Section):
    """Where the warehouse keeps its state. Relative paths start at the folder of weft.toml."""

    state: Path = Path(".weft")
    exports: Path = Path("exports")


class Run(Section):
    """How much of the machine a run may use."""

    memory_limit: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?\s*(MB|GB|MiB|GiB)$")] = "1GB"
    threads: int = Field(default=2, ge=1)


ForecastLevel = Literal[
    "total", "market", "channel", "category", "category_market", "category_market_channel", "style", "style_colour",
    "sku", "sku_market", "sku_market_channel",
]  # fmt: skip


class Forecast(Section):
    """The weekly sales forecast."""

    horizon_weeks: int = Field(default=26, ge=1, le=104)
    enabled: bool = True
    # At which levels it is stored; each adds up to those above it.
    levels: list[ForecastLevel] = Field(
        default=[
            "total", "market", "channel", "category", "category_market", "category_market_channel", "style", "style_colour",
            "sku", "sku_market",
        ]
    )  # fmt: skip
    # More series than this are not modelled one by one: channels are added up, then markets.
    most_series: int = Field(default=200, ge=1)
    # How many days the daily forecast has; 0 makes none.
    near_days: int = Field(default=14, ge=0, le=56)
    # The folder where planners drop overrides.
    overrides: Path = Path("overrides")
    # How long forecasts are kept to be compared with what came.
    history_weeks: int = Field(default=104, ge=1)


class Capacity(Section):
    """The capacity forecast and the plan of production and purchases; docs/capacity.md says what each means."""

    enabled: bool = True
    service_level: float = Field(default=0.95, gt=0.5, lt=1)
    horizon_weeks: int = Field(default=26, ge=1, le=104)
    # A lot covers the needs of so many weeks.
    cover_weeks: int = Field(default=2, ge=1, le=26)
    # How far the demand of different products and markets rises and falls together.
    demand_correlation: float = Field(default=0.2, ge=0, le=1)
    # Lead times where neither products, offers nor past orders name one.
    made_lead_days: int = Field(default=7, ge=0)
    bought_lead_days: int = Field(default=42, ge=0)
    # Open orders that are overdue by more are not expected any more.
    overdue_days: int = Field(default=60, ge=0)
    # What a supplier can deliver in a week, as a share of its busiest week of the last year; 0 is no limit.
    supplier_peak_share: float = Field(default=1.0, ge=0)
    # Wright's learning curve: each doubling takes so much of the time, until so many pieces of a style are made. 1 is no learning.
    learning_rate: float = Field(default=0.9, gt=0.5, le=1)
    learning_units: int = Field(default=50, ge=1)
    # Shares of a centre's regular hours; a share of 0 switches overtime or subcontractors off.
    overtime_share: float = Field(default=0.2, ge=0, le=2)
    overtime_premium: float = Field(default=0.5, ge=0)
    subcontract_share: float = Field(default=0.25, ge=0, le=10)
    subcontract_premium: float = Field(default=0.6, ge=0)
    subcontract_days: int = Field(default=14, ge=0)
    # Of the cost of stock, a year; of a product's value, each week late; of an hour's cost, each hour up or down.
    holding_rate: float = Field(default=0.25, ge=0)
    late_rate: float = Field(default=0.02, ge=0)
    levelling_rate: float = Field(default=0.02, ge=0)
    # Where a work centre names no cost.
    cost_rate_per_hour: float = Field(default=20.0, gt=0)
    # The country whose public holidays close the work centres.
    holiday_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    time_limit_seconds: float = Field(default=10.0, gt=0)
    gap: float = Field(default=0.01, ge=0, lt=1)


class Identity(Section):
    """Which records of people are taken for one person."""

    enabled: bool = True
    # Pairs at least this likely are one person; pairs between the two are listed for review.
    match_probability: float = Field(default=0.95, gt=0, lt=1)
    review_probability: float = Field(default=0.5, gt=0, lt=1)
    # A CSV file with what reviewers decided.
    decisions: Path = Path("identity_decisions.csv")


class Quality(Section):
    """What stops a publication, beyond the critical rules."""

    landed_failures: Literal["stop", "warn"] = "stop"


class PublicationSettings(Section):
    """How many publications stay available for `weft rollback`."""

    keep: int = Field(default=10, ge=1)


class Schedule(Section):
    """When the daily run starts, and how often the inboxes are looked at."""

    cron: str = "0 5 * * *"
    time_zone: str = "UTC"
    inbox_interval_seconds: int = Field(default=60, ge=10)


class Dashboards(Section):
    """Where the dashboards listen, and as which role they read. Without sign-in they stay on the loopback interface."""

    port: int = Field(default=8501, ge=1, le=65535)
    role: str | None = None


class Role(Section):
    """Whether a role sees personal data, or only what is left of it when it is masked."""

    personal_data: Literal["clear", "masked"] = "masked"


class Audience(Section):
    """Whom to contact over one channel, and the system that does it. Lists that are empty do not limit."""

    format: Literal["salesforce", "shopify"]
    channel: Literal["email", "sms", "post"] = "email"
    segments: list[str] = Field(default_factory=list)
    markets: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = Field(default_factory=list)
    languages: list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]] = Field(default_factory=list)
    minimum_orders: int | None = Field(default=None, ge=0)
    maximum_orders: int | None = Field(default=None, ge=0)
    # In the reporting currency.
    minimum_spent: float | None = None
    maximum_spent: float | None = None
    bought_within_days: int | None = Field(default=None, ge=0)
    not_bought_within_days: int | None = Field(default=None, ge=0)
    # Salesforce: the campaign whose members they become, and the status they get.
    campaign_id: Annotated[str, StringConstraints(pattern=r"^701[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$")] | None = None
    member_status: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "Sent"
    # Shopify: the tag they get; else the audience's name.
    tag: Annotated[str, StringConstraints(pattern=r"^[^,]{1,255}$")] | None = None

    @model_validator(mode="after")
    def _salesforce_needs_a_campaign(self) -> "Audience":
        if self.format == "salesforce" and self.campaign_id is None:
            raise ValueError('format = "salesforce" needs the campaign_id of the campaign, e.g. "701000000000001AAA"')
        return self


class Audiences(Section):
    """The audiences by name, and the file of those who are to be contacted by none."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Audience] = Field(init=False)
    suppressions: Path | None = None

    @model_validator(mode="after")
    def _names_become_file_names(self) -> "Audiences":
        for name in self.named:
            if not SYSTEM_NAME.match(name):
                raise ValueError(
                    f"[audiences.{name}]: use lower-case letters, digits and underscores, starting with a letter"
                )
        return self

    @property
    def named(self) -> dict[str, Audience]:
        return dict(self.__pydantic_extra__ or {})


class Ui(Section):
    """Where the Dagster UI listens."""

    port: int = Field(default=3000, ge=1, le=65535)


class Settings(Section):
    """Everything in weft.toml, with paths resolved against its folder."""

    company: Company
    systems: dict[str, SystemSettings]
    lake: Lake = Lake()
    run: Run = Run()
    forecast: Forecast = Forecast()
    capacity: Capacity = Capacity()
    identity: Identity = Identity()
    quality: Quality = Quality()
    publication: PublicationSettings = PublicationSettings()
    schedule: Schedule = Schedule()
    dashboards: Dashboards = Dashboards()
    ui: Ui = Ui()
    audiences: Audiences = Audiences()
    roles: dict[str, Role] = Field(default_factory=dict)
    # How long personal data of an entity is kept, such as tickets = "3 years"; customers/rights/retention.py checks the words.
    retention: dict[str, str] = Field(default_factory=dict)
    _config_path: Path = PrivateAttr(default=Path("weft.toml"))

    @field_validator("systems")
    @classmethod
    def _names_become_table_names(cls, systems: dict[str, SystemSettings]) -> dict[str, SystemSettings]:
        if not systems:
            raise ValueError("name at least one system, e.g. [systems.shop]")
        for name in systems:
            if not SYSTEM_NAME.match(name) or "__" in name:
                raise ValueError(
                    f"[systems.{name}]: use lower-case letters, digits and single underscores, starting with a letter"
                )
        return systems

    @property
    def config_path(self) -> Path:
        """The weft.toml that these settings were read from."""
        return self._config_path

    @property
    def root(self) -> Path:
        """The folder of weft.toml, where relative paths start."""
        return self._config_path.parent

    @property
    def state_dir(self) -> Path:
        return self.root / self.lake.state

    @property
    def catalog_path(self) -> Path:
        return self.state_dir / "catalog.sqlite"

    @property
    def data_path(self) -> Path:
        return self.state_dir / "data"

    @property
    def publications_dir(self) -> Path:
        return self.state_dir / "publications"

    @property
    def dagster_home(self) -> Path:
        return self.state_dir / "dagster"

    @property
    def dbt_target_dir(self) -> Path:
        return self.state_dir / "dbt"

    @property
    def data_docs_dir(self) -> Path:
        return self.state_dir / "data_docs"

    @property
    def logs_dir(self) -> Path:
        return self.state_dir / "logs"

    @property
    def temp_dir(self) -> Path:
        return self.state_dir / "tmp"

    @property
    def lock_path(self) -> Path:
        return self.state_dir / "writer.lock"

    @property
    def exports_dir(self) -> Path:
        return self.root / self.lake.exports

    @property
    def overrides_dir(self) -> Path:
        return self.root / self.forecast.overrides

    def inbox(self, system: str) -> Path | None:
        """The folder where exports of `system` arrive, absolute; None for databases and REST sources."""
        inbox = self.systems[system].inbox
        return None if inbox is None else self.root / inbox


def find_config(path: Path | None = None) -> Path:
    """Return the weft.toml to use: the given path, `$WEFT_CONFIG`, or the one in the current folder.

    Raises:
        WeftError: no such file.
    """
    named = path or (Path(os.environ["WEFT_CONFIG"]) if os.environ.get("WEFT_CONFIG") else None)
    candidate = (named or Path("weft.toml")).expanduser()
    if candidate.is_dir():
        candidate = candidate / "weft.toml"
    if not candidate.is_file():
        hint = "" if named else " Give one with --config FILE, or make one with `weft init DIR`."
        raise WeftError(f"There is no settings file {candidate}.{hint}")
    return candidate.resolve()


def load_settings(path: Path | None = None) -> Settings:
    """Read and check weft.toml.

    Raises:
        WeftError: the file is missing, is not TOML, or an option is unknown or out of range; the message names the
            file, the option and the rule.
    """
    config = find_config(path)
    try:
        settings = Settings.model_validate(tomllib.loads(config.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WeftError(f"{config} is not valid TOML: {error}") from error
    except ValidationError as error:
        problems = "\n".join(
            f"  {'.'.join(str(part) for part in e['loc']) or '(file)'}: {e['msg']}" for e in error.errors()
        )
        raise WeftError(f"{config} has settings that Weft cannot use:\n{problems}") from error
    settings._config_path = config
    return settings
