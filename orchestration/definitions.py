"""Everything Dagster shows and runs: the graph from landed files to exports, one job, a schedule and a sensor.

Comes in: settings. Goes out: `Definitions`. Loaded by `dagster dev -m orchestration.definitions` (settings from
$WEFT_CONFIG), and by the headless run.
"""

import dagster as dg

from orchestration.assets.capacity import CAPACITY, capacity_asset
from orchestration.assets.exports import exports_asset
from orchestration.assets.forecast import FORECAST, forecast_asset
from orchestration.assets.identity import identity_asset
from orchestration.assets.inputs import inputs_asset
from orchestration.assets.landing import landing_assets
from orchestration.assets.publication import publication_asset
from orchestration.assets.quality import GATE_MARTS, GATE_STANDARDISED, gate_landed_key, quality_assets
from orchestration.assets.transform import transform_assets
from orchestration.automation import daily_schedule, inbox_sensor
from orchestration.dbt import prepare_manifest
from orchestration.translator import LayerTranslator
from orchestration.writer import writer_resource
from warehouse.settings import Settings, load_settings

JOB_NAME = "weft_run"
# Dagster keeps every event of a run; the console need not repeat them.
QUIET_CONSOLE = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}


def build_definitions(settings: Settings, *, lock_is_held: bool = False) -> dg.Definitions:
    """Build the graph of one deployment; `lock_is_held` when the caller executes it under the writer's lock."""
    landing = landing_assets(settings)
    landed = [key for asset in landing for key in asset.keys]
    translator = LayerTranslator(
        {system: gate_landed_key(system) for system in settings.systems}, after_staging=GATE_STANDARDISED
    )
    transform = transform_assets(settings, prepare_manifest(settings), translator)
    staging, marts = ([*asset.keys] for asset in transform)
    job = dg.define_asset_job(
        JOB_NAME,
        description="Land, build, audit, publish, export.",
        executor_def=dg.in_process_executor,
        config=QUIET_CONSOLE,
    )
    return dg.Definitions(
        assets=[
            *landing,
            inputs_asset(settings, landed),
            *quality_assets(settings, staging=staging, marts=[*marts, FORECAST, *CAPACITY]),
            identity_asset(settings),
            *transform,
            forecast_asset(settings, marts),
            capacity_asset(settings, marts),
            publication_asset(settings, audited=GATE_MARTS),
            exports_asset(settings),
        ],
        jobs=[job],
        schedules=[daily_schedule(settings, job)],
        sensors=[inbox_sensor(settings, job)],
        resources={"writer": writer_resource(settings, lock_is_held=lock_is_held)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """The deployment that $WEFT_CONFIG or ./weft.toml names."""
    return build_definitions(load_settings())
