"""What dbt must know of the systems in use.

Comes in: settings and the packs they name. Goes out: the variables of every dbt call, and what a system offers. Called by orchestration.
"""

from collections import defaultdict
from typing import Any

from extractors.pack import load_pack
from warehouse.errors import WeftError
from warehouse.settings import Settings


def offered_entities(settings: Settings, system: str) -> list[str]:
    """Return the canonical entities that a system offers: those of its pack, less those that weft.toml takes from another system.

    Raises:
        WeftError: weft.toml goes without an entity that the pack does not provide.
    """
    declared = settings.systems[system]
    provides = load_pack(declared.pack).provides
    if unknown := sorted(set(declared.without) - set(provides)):
        raise WeftError(
            f"{settings.config_path}: [systems.{system}] is without {', '.join(unknown)}, which the pack {declared.pack} does not "
            f"provide; it provides {', '.join(provides)}."
        )
    return [entity for entity in provides if entity not in declared.without]


def id_spaces(settings: Settings, system: str) -> dict[str, str]:
    """Return the id space of each entity that shares one: those of the pack, unless weft.toml says that this system counts on its own.

    Raises:
        WeftError: weft.toml names an entity for which the pack has no id space.
    """
    declared = settings.systems[system]
    shared = load_pack(declared.pack).id_spaces
    if unknown := sorted(set(declared.id_spaces) - set(shared)):
        raise WeftError(
            f"{settings.config_path}: [systems.{system}] has id_spaces for {', '.join(unknown)}, for which the pack {declared.pack} names "
            f"none; it names those of {', '.join(shared) or 'nothing'}."
        )
    return {**shared, **declared.id_spaces}


def dbt_vars(settings: Settings) -> dict[str, Any]:
    """Return the dbt variables: systems, how each entity is read, and which staging models feed which canonical entity."""
    packs: dict[str, Any] = {}
    canonical: dict[str, list[str]] = defaultdict(list)
    for system, declared in settings.systems.items():
        pack = load_pack(declared.pack)
        packs[system] = {
            "instance": declared.instance,
            "company_id": settings.company.id,
            "id_spaces": id_spaces(settings, system),
            # Only what the pack declares: other options may be secrets, and dbt writes its variables into its artifacts.
            "options": {name: value for name, value in declared.options.items() if name in pack.options},
            "entities": {
                name: {
                    "mode": entity.mode,
                    "key": entity.key,
                    "date_shift_days": entity.date_shift_days,
                    "time_zone": entity.time_zone,
                    "decimal_mark": entity.decimal_mark,
                    "columns": {
                        column.name: {"formats": column.formats, "missing": column.missing}
                        for column in entity.columns
                        if column.formats or column.missing
                    },
                }
                for name, entity in pack.entities.items()
            },
        }
        for entity in offered_entities(settings, system):
            canonical[entity].append(f"stg_{system}__{entity}")
    return {
        "weft_systems": list(settings.systems),
        "weft_packs": packs,
        "weft_canonical": dict(canonical),
        "company_id": settings.company.id,
        "company_name": settings.company.name,
        "reporting_currency": settings.company.reporting_currency,
        "fiscal_year_start_month": settings.company.fiscal_year_start_month,
    }
