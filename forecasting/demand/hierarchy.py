"""The sums that a forecast must agree with: which levels there are, their nodes, and which series add up to each.

Comes in: attributes of the series and the columns of the hierarchy. Goes out: `Tree`. Called by `forecasting.demand.api`.

A hierarchy is a list of columns, and of paths of columns from coarse to fine: ["market", ("category", "style", "colour")]. Columns
that determine one another (each style is of one category) are taken as a path when they follow each other. Paths are crossed two
at a time, and all of them at their coarsest; a level that has hardly fewer nodes than there are series is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import polars as pl
from scipy import sparse

from forecasting.demand.panel import BoolArray, IntArray, Panel

Path = tuple[str, ...]
SERIES = "series"
TOTAL = "total"
# A crossed level with more nodes than this share of the series says nothing that the series do not.
MOST_NODES = 0.7


@dataclass(frozen=True)
class Tree:
    """`nodes` has level, node, unique_id and the attributes; `sums` adds series up to nodes, series last and in order."""

    nodes: pl.DataFrame
    sums: sparse.csr_matrix
    levels: list[str]

    @property
    def series(self) -> int:
        return int(self.sums.shape[1])

    @property
    def count(self) -> int:
        return int(self.sums.shape[0])

    @property
    def is_aggregate(self) -> BoolArray:
        return np.arange(self.count) < self.count - self.series

    def level_of(self) -> np.ndarray:
        return self.nodes["level"].to_numpy()


def columns_of(hierarchy: Sequence[str | Sequence[str]]) -> list[str]:
    """Return all columns of a hierarchy, each once."""
    flat = [name for part in hierarchy for name in ((part,) if isinstance(part, str) else part)]
    return list(dict.fromkeys(flat))


def build_tree(
    static: pl.DataFrame,
    hierarchy: Sequence[str | Sequence[str]],
    levels: Sequence[Sequence[str]] | None = None,
) -> Tree:
    """Return the tree of the series of `static`; without a hierarchy only the series and, from two on, their total."""
    chosen = [tuple(level) for level in levels] if levels is not None else _levels(static, _paths(static, hierarchy))
    parts, matrices, seen = [], [], set()
    count = static.height
    for level in chosen:
        name = "/".join(level) if level else TOTAL
        keyed = static.with_columns(
            pl.concat_str([pl.col(column) for column in level], separator="/").alias("node")
            if level
            else pl.lit(TOTAL).alias("node")
        )
        node_of = keyed["node"].rank("dense").to_numpy().astype(np.int64) - 1
        partition = tuple(np.unique(node_of, return_inverse=True)[1].tolist()) if count < 5000 else name
        if partition in seen:
            continue
        seen.add(partition)
        first = keyed.unique("node", keep="first").sort("node").select("node", *level)
        parts.append(
            first.with_columns(pl.lit(name).alias("level"), (pl.lit(name + ":") + pl.col("node")).alias("unique_id"))
        )
        matrices.append(sparse.csr_matrix((np.ones(count), (node_of, np.arange(count))), shape=(first.height, count)))
    series = static.with_columns(pl.lit(SERIES).alias("level"), pl.col("unique_id").alias("node"))
    nodes = pl.concat([*parts, series], how="diagonal")
    leading = ["level", "node", "unique_id"]
    nodes = nodes.select(*leading, *[name for name in static.columns if name != "unique_id"])
    sums = sparse.vstack([*matrices, sparse.identity(count, format="csr")]).tocsr()
    return Tree(nodes, sums, list(dict.fromkeys(nodes["level"].to_list())))


def panel_of_nodes(panel: Panel, tree: Tree) -> Panel:
    """Return the panel of all nodes: sums of demand, shares in stock and features weighted by what the series sell."""
    above = tree.sums[: tree.count - tree.series]
    if not above.shape[0]:
        return panel
    is_begun = np.arange(panel.length)[None, :] >= panel.start[:, None]
    begun = above @ is_begun.astype(float) > 0
    demand = np.where(begun, above @ np.nan_to_num(panel.demand), np.nan)
    y = np.where(begun, above @ np.nan_to_num(panel.y), np.nan)
    weight = np.nanmean(np.where(is_begun, panel.demand, np.nan), axis=1, keepdims=True) if panel.count else panel.y
    weight = np.nan_to_num(weight) + 1e-9
    live = weight * is_begun
    share = (above @ (live * panel.stocked)) / np.maximum(above @ live, 1e-12)
    whole = above @ weight
    known = {
        name: np.concatenate([(above @ (weight * values)) / whole, values]) for name, values in panel.known.items()
    }
    start = np.where(begun.any(axis=1), np.argmax(begun, axis=1), panel.length)
    # A sum is demanded what its series are; where a fifth of it was out of stock, that is more guess than record.
    is_scored = begun & (share > 0.8)
    return replace(
        panel,
        ids=tree.nodes["unique_id"].to_list(),
        y=np.concatenate([y, panel.y]),
        stocked=np.concatenate([share, panel.stocked]),
        demand=np.concatenate([demand, panel.demand]),
        is_scored=np.concatenate([is_scored, panel.is_scored]),
        start=np.concatenate([start, panel.start]).astype(np.int64),
        known=known,
    )


def codes(tree: Tree) -> dict[str, IntArray]:
    """Return level and attributes of each node as numbers, -1 where a node is a sum over an attribute."""
    columns = [name for name in tree.nodes.columns if name not in ("node", "unique_id")]
    few = [name for name in columns if 1 < tree.nodes[name].n_unique() <= 200]
    return {name: tree.nodes[name].rank("dense").fill_null(0).to_numpy().astype(np.int64) - 1 for name in few}


def season_groups(tree: Tree) -> IntArray:
    """Return the group whose season a node shares: its value of the first column of the hierarchy."""
    columns = [name for name in tree.nodes.columns if name not in ("level", "node", "unique_id")]
    if not columns:
        return np.zeros(tree.count, dtype=np.int64)
    return tree.nodes[columns[0]].rank("dense").fill_null(0).to_numpy().astype(np.int64)


def _paths(static: pl.DataFrame, hierarchy: Sequence[str | Sequence[str]]) -> list[Path]:
    paths: list[Path] = []
    is_open = False
    for part in hierarchy:
        if not isinstance(part, str):
            paths.append(tuple(part))
            is_open = False
        elif is_open and _determines(static, part, paths[-1][-1]):
            paths[-1] = (*paths[-1], part)
        else:
            paths.append((part,))
            is_open = True
    return paths


def _determines(static: pl.DataFrame, fine: str, coarse: str) -> bool:
    pairs = static.select(fine, coarse).unique().height
    return pairs == static[fine].n_unique() and static[fine].n_unique() > static[coarse].n_unique()


def _levels(static: pl.DataFrame, paths: list[Path]) -> list[Path]:
    """Return total, each path's steps, steps of two paths crossed, and all paths at their coarsest."""
    steps = [[path[: depth + 1] for depth in range(len(path))] for path in paths]
    levels: list[Path] = [()] if static.height > 1 else []
    levels += [step for of_path in steps for step in of_path]
    for left, right in combinations(steps, 2):
        levels += [(*a, *b) for a in left for b in right]
    if len(paths) > 2:
        levels.append(tuple(name for path in paths for name in path[:1]))
    most = MOST_NODES * static.height
    kept = []
    for level in dict.fromkeys(levels):
        nodes = static.select(level).unique().height if level else 1
        if nodes <= most or (len(level) <= 1 and nodes < static.height):
            kept.append(level)
    return kept
