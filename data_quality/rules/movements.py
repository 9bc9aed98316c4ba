"""Rules about what moves: goods in and out of stock, and parcels on their way."""

from data_quality.rules.row_rule import AWAITED, RowRule, has_parent, is_one_of, parent_known, present, sane_date

MOVEMENT_TYPES = (
    "receipt",
    "sale",
    "return",
    "transfer_in",
    "transfer_out",
    "adjustment",
    "production_in",
    "production_out",
)

MOVEMENT_RULES = [
    present("stock_movements", "stock_movement_key", "the movement's number"),
    present("stock_movements", "product_key", "the product"),
    present("stock_movements", "warehouse_key", "the warehouse"),
    present("stock_movements", "moved_on", "the day of the movement"),
    sane_date("stock_movements", "moved_on", "the day of the movement"),
    present("stock_movements", "quantity", "the quantity"),
    is_one_of("stock_movements", "movement_type", MOVEMENT_TYPES, "the kind of movement"),
    parent_known("stock_movements", "product_key", "products", "product_key", "the product that moved"),
    present("shipment_lines", "shipment_line_key", "the line's number"),
    has_parent("shipment_lines", "shipment_key", "shipments", "shipment_key", "the shipment of the line"),
    present("shipment_lines", "quantity", "the quantity"),
    RowRule(
        "shipment_lines", "quantity_positive", "quantity", "checked.quantity <= 0", "the quantity is not above zero"
    ),
    present("shipment_events", "occurred_at", "the moment of the event"),
    present("shipment_events", "shipment_event_key", "the event's number"),
    sane_date("shipment_events", "occurred_at", "the moment of the event"),
    present("shipment_events", "status", "the status (or its meaning: see the pack's vocabulary)"),
    RowRule(
        "shipment_events",
        "shipment_named",
        "tracking_number",
        "checked.shipment_key IS NULL AND checked.tracking_number IS NULL",
        "the event names no shipment",
    ),
    RowRule(
        "shipment_events",
        f"shipment_key{AWAITED}",
        "shipment_key",
        # Carriers tell of their parcels before the shop does, and of the parcels of others. Where none of a carrier's
        # parcels is known, nobody delivers them, and the events stand for themselves.
        "checked.shipment_key IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM {shipments} AS parent WHERE parent.shipment_key = checked.shipment_key) "
        "AND checked.carrier_key IN (SELECT told.carrier_key FROM {shipment_events} AS told "
        "JOIN {shipments} AS parent ON parent.shipment_key = told.shipment_key)",
        "the shipment of the event was not delivered yet",
    ),
    parent_known("shipment_events", "shipment_key", "shipments", "shipment_key", "the shipment of the event"),
]
