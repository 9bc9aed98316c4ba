"""The shape of a row rule."""

from dataclasses import dataclass
from typing import Literal

# What rules are called whose rows wait for a document of another system.
AWAITED = "_awaited"


@dataclass(frozen=True)
class RowRule:
    """A rule about single rows of a canonical entity.

    `violation` is an SQL predicate over the row (alias `checked`) that is true when the rule is broken; in it
    `{other_entity}` stands for all staged rows of that entity. 'error' puts the row into quarantine, 'warn' reports it.
    """

    entity: str
    name: str
    column: str
    violation: str
    reason: str
    severity: Literal["error", "warn"] = "error"


def present(entity: str, column: str, what: str) -> RowRule:
    """The rule that a column has a usable value."""
    return RowRule(
        entity, f"{column}_present", column, f"checked.{column} IS NULL", f"{what} is missing or cannot be read"
    )


def not_negative(entity: str, column: str, what: str) -> RowRule:
    """The rule that an amount is not below zero."""
    return RowRule(entity, f"{column}_not_negative", column, f"checked.{column} < 0", f"{what} is negative")


def sane_date(entity: str, column: str, what: str) -> RowRule:
    """The rule that a business date lies in living memory and not far in the future."""
    return RowRule(
        entity,
        f"{column}_plausible",
        column,
        f"checked.{column} < DATE '1990-01-01' OR checked.{column} > current_date + 730",
        f"{what} is before 1990 or more than two years ahead",
    )


def known_currency(entity: str) -> RowRule:
    """The rule that a currency is three capital letters."""
    return RowRule(
        entity,
        "currency_code_known",
        "currency_code",
        "checked.currency_code IS NULL OR NOT regexp_full_match(checked.currency_code, '[A-Z]{{3}}')",
        "the currency is not an ISO 4217 code",
    )


def has_parent(entity: str, key: str, parent: str, parent_key: str, what: str) -> RowRule:
    """The rule that the document a row belongs to was delivered too."""
    return RowRule(
        entity,
        f"{key}_has_parent",
        key,
        f"NOT EXISTS (SELECT 1 FROM {{{parent}}} AS parent WHERE parent.{parent_key} = checked.{key})",
        f"{what} was not delivered",
    )


def parent_known(entity: str, key: str, parent: str, parent_key: str, what: str) -> RowRule:
    """The rule, reported only, that a document which a row names is known: it may live in a system that is not in use."""
    return RowRule(
        entity,
        f"{key}_known",
        key,
        f"checked.{key} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {{{parent}}} AS parent WHERE parent.{parent_key} = checked.{key})",
        f"{what} was not delivered; the row counts under the unknown one",
        "warn",
    )


def parent_delivered(entity: str, key: str, parent: str, parent_key: str, what: str) -> RowRule:
    """The rule that a document which a row names was delivered, if it would come from the row's own system."""
    return RowRule(
        entity,
        f"{key}_delivered",
        key,
        f"checked.{key} IS NOT NULL "
        f"AND checked.source_system IN (SELECT parent.source_system FROM {{{parent}}} AS parent) "
        f"AND NOT EXISTS (SELECT 1 FROM {{{parent}}} AS parent WHERE parent.{parent_key} = checked.{key})",
        f"{what} was not delivered",
    )


def is_one_of(entity: str, column: str, words: tuple[str, ...], what: str) -> RowRule:
    """The rule that a column holds one of the words that everything after staging knows."""
    listed = ", ".join(f"'{word}'" for word in words)
    return RowRule(
        entity,
        f"{column}_known",
        column,
        f"checked.{column} IS NULL OR checked.{column} NOT IN ({listed})",
        f"{what} is missing or none of: {', '.join(words)}",
    )
