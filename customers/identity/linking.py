"""From pairs to persons.

Comes in: records, scored pairs, decisions of reviewers, and the persons of the run before. Goes out: record → person. Called by the run
and by the benchmark.

A record belongs to everybody it is linked with, over any number of links, except that no two records that a reviewer told apart end up
in one person: links are then taken from the surest to the least sure, and one that would bring them together is left out.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# An address that more records than this share belongs to a shop counter or a family business, not to a person.
RECORDS_OF_ONE_ADDRESS = 20
# How sure a link is, and which of several ways names it.
WAYS = ("decision", "merged", "converted", "verified_email", "model")

_WAYS = pl.DataFrame({"linked_by": WAYS, "way": range(len(WAYS))}, schema={"linked_by": pl.String, "way": pl.Int64})


def certain_links(records: str) -> str:
    """Return the query of the links among a table of records that need no weighing: left_key, right_key, match_probability, linked_by."""
    return f"""
        SELECT r.record_key AS left_key, r.merged_into AS right_key, 1.0 :: DOUBLE AS match_probability,
            CASE r.record_type WHEN 'lead' THEN 'converted' ELSE 'merged' END AS linked_by
        FROM {records} AS r JOIN {records} AS kept ON r.merged_into = kept.record_key WHERE r.record_key <> r.merged_into
        UNION ALL
        SELECT first_key, record_key, 1.0 :: DOUBLE, 'verified_email' FROM (
            SELECT record_key, min(record_key) OVER (PARTITION BY email) AS first_key, count(*) OVER (PARTITION BY email) AS n
            FROM {records} WHERE is_comparable AND is_email_verified AND email IS NOT NULL)
        WHERE record_key <> first_key AND n <= {RECORDS_OF_ONE_ADDRESS}"""


def persons_of(
    records: pl.DataFrame, links: pl.DataFrame, apart: Iterable[tuple[str, str]], before: pl.DataFrame
) -> pl.DataFrame:
    """Put records together to persons, each with the key that it had.

    Args:
        records: record_key, record_type, source_system, seen_on; one row per record.
        links: left_key, right_key, match_probability, linked_by; both keys among the records.
        apart: pairs of records that are not one person.
        before: record_key, person_key as of the run before; may be empty.

    Returns:
        record_key, record_type, source_system, person_key, linked_by.
    """
    ordered = records.sort("seen_on", "record_key", nulls_last=True).with_row_index("number")
    numbered = _numbered(links, ordered)
    cluster = _components(ordered.height, numbered)
    cluster = _kept_apart(cluster, ordered, numbered, apart)
    clustered = ordered.with_columns(cluster=pl.Series(cluster))
    keys = _keys(clustered, before)
    strongest = (
        pl.concat(
            [numbered.select(record_key="left_key", way="way"), numbered.select(record_key="right_key", way="way")]
        )
        .group_by("record_key")
        .agg(pl.col("way").min())
    )
    return (
        clustered.join(keys, on="cluster")
        .join(strongest, on="record_key", how="left")
        .join(_WAYS.rename({"linked_by": "strongest"}), on="way", how="left")
        .with_columns(
            linked_by=pl.when(pl.len().over("cluster") == 1)
            .then(pl.lit("alone"))
            .when(pl.col("record_key") == pl.col("person_key"))
            .then(pl.lit("first"))
            .otherwise("strongest")
        )
        .select("record_key", "record_type", "source_system", "person_key", "linked_by")
    )


def _numbered(links: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    places = ordered.select("record_key", "number")
    return (
        links.join(places.rename({"record_key": "left_key", "number": "left"}), on="left_key")
        .join(places.rename({"record_key": "right_key", "number": "right"}), on="right_key")
        .join(_WAYS, on="linked_by")
    )


def _components(count: int, links: pl.DataFrame) -> np.ndarray:
    left, right = links["left"].to_numpy(), links["right"].to_numpy()
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _kept_apart(
    cluster: np.ndarray, ordered: pl.DataFrame, links: pl.DataFrame, apart: Iterable[tuple[str, str]]
) -> np.ndarray:
    """Split the clusters that hold a pair which must stay apart. Only these are walked through link by link."""
    place = dict(ordered.join(
        pl.DataFrame({"record_key": sorted({key for pair in apart for key in pair})}, schema={"record_key": pl.String}), on="record_key"
    ).select("record_key", "number").iter_rows())  # fmt: skip
    forbidden = defaultdict(set)
    for left, right in apart:
        if left in place and right in place and cluster[place[left]] == cluster[place[right]]:
            forbidden[int(cluster[place[left]])].add((place[left], place[right]))
    if not forbidden:
        return cluster
    parted = cluster.astype(np.int64)
    next_cluster = int(parted.max()) + 1
    of_left = cluster[links["left"].to_numpy()]
    for number, pairs in forbidden.items():
        inside = links.filter(pl.Series(of_left == number)).sort("way", "match_probability", descending=[False, True])
        group = {int(member): {int(member)} for member in np.flatnonzero(cluster == number)}
        for left, right in inside.select("left", "right").iter_rows():
            one, other = group[left], group[right]
            if one is other or any((a in one and b in other) or (b in one and a in other) for a, b in pairs):
                continue
            one |= other
            for member in other:
                group[member] = one
        for members in {id(members): members for members in group.values()}.values():
            parted[list(members)] = next_cluster
            next_cluster += 1
    return parted


def _keys(clustered: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Give each cluster its key: that of the person most of it was, if the record that gave the key is in it; else of its first record."""
    earlier = (
        clustered.join(before, on="record_key")
        .group_by("cluster", "person_key")
        .agg(pl.len().alias("size"))
        .join(clustered.select("cluster", "number", person_key="record_key"), on=["cluster", "person_key"])
        .sort("cluster", "size", "number", descending=[False, True, False])
        .group_by("cluster", maintain_order=True)
        .first()
        .select("cluster", earlier_key="person_key")
    )
    return (
        clustered.sort("number")
        .group_by("cluster", maintain_order=True)
        .agg(pl.col("record_key").first().alias("first_key"))
        .join(earlier, on="cluster", how="left")
        .select("cluster", person_key=pl.coalesce("earlier_key", "first_key"))
    )
