"""Exports of the web shop and app, in the layout of Fivetran's Shopify connector.

Comes in: the world as of a day. Goes out: tables of the catalogue, customers, orders, payments, refunds and fulfilments. Stock is left to
the warehouse system, which owns it. Called by `simulate`.
"""

from collections.abc import Iterator

from simulation.exports.shopify.catalogue import products, shop
from simulation.exports.shopify.customers import customers
from simulation.exports.shopify.fulfilments import fulfilments
from simulation.exports.shopify.orders import orders
from simulation.exports.shopify.payments import payments
from simulation.exports.tables import Table
from simulation.exports.view import View
from simulation.world.world import World


def tables(world: World, view: View) -> Iterator[Table]:
    """All tables."""
    yield from shop()
    yield from products(world, view)
    yield from customers(world, view)
    for part in world.parts():
        for documents in (orders, payments, fulfilments):
            yield from documents(part, view)
