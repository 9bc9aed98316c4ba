"""The order in which products are netted: assemblies before their components.

Comes in: bills of material. Goes out: each product's level, or an error that names the circle. Called by `forecasting.capacity.netting`.
"""

import polars as pl

from warehouse.errors import WeftError


def low_level_codes(bom: pl.DataFrame) -> pl.DataFrame:
    """Return product_key and level: 0 for what goes into nothing, else one more than the deepest assembly it goes into.

    Products leave in rounds, those whose assemblies have all left; who never leaves is in a circle or below one.

    Raises:
        WeftError: a product goes into itself.
    """
    edges = bom.select("assembly_key", "component_key").unique()
    nodes = pl.concat([edges["assembly_key"], edges["component_key"]]).unique().rename("product_key").to_frame()
    levels: list[pl.DataFrame] = []
    while not nodes.is_empty():
        free = nodes.join(edges, left_on="product_key", right_on="component_key", how="anti")
        if free.is_empty():
            raise WeftError(
                f"Bills of material go round in a circle: {' > '.join(_circle(edges))}. Correct one of them."
            )
        levels.append(free.with_columns(level=pl.lit(len(levels), pl.Int64)))
        nodes = nodes.join(free, on="product_key", how="anti")
        edges = edges.join(free, left_on="assembly_key", right_on="product_key", how="anti")
    return pl.concat(levels) if levels else pl.DataFrame(schema={"product_key": pl.String, "level": pl.Int64})


def _circle(edges: pl.DataFrame) -> list[str]:
    """Return one circle of what is left: everything in it goes into something, so walking up must come back."""
    into = dict(edges.sort("component_key", "assembly_key").select("component_key", "assembly_key").iter_rows())
    path = [min(into)]
    while path[-1] not in path[:-1]:
        path.append(into[path[-1]])
    return list(reversed(path[path.index(path[-1]) :]))
