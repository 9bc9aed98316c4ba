"""The questions that `reading` asks the marts, one a frame of `PlanInputs`. Parameters are named in `reading.read_inputs`."""

UNKNOWN = "'00000000000000000000000000000000'"

HAS_SKU_LEVEL = "SELECT count(*) > 0 FROM lake.marts.fct_forecast WHERE level = 'sku' AND NOT is_backtest"
FORECAST_SPAN = (
    "SELECT min(week_start_on), max(week_start_on) FROM lake.marts.fct_forecast "
    "WHERE level = $level AND measure = 'quantity' AND NOT is_backtest"
)
KNOWN_UNTIL = "SELECT max(ordered_on) FROM lake.marts.fct_order_line"

# Half the distance from median to upper quantile tells more of sparse demand than the lower half, which ends at zero. What products to come
# will sell is not planned: nobody has said yet how they are made.
DEMAND_BY_SKU = """
    SELECT
        product_key, nullif(market_code, 'all') AS market_code, week_start_on, forecast :: DOUBLE AS mean,
        greatest((q90 - q50) :: DOUBLE / 1.2815516, 0) AS spread
    FROM lake.marts.fct_forecast AS made
    SEMI JOIN lake.marts.dim_product USING (product_key)
    WHERE level = 'sku' AND measure = 'quantity' AND NOT is_backtest AND week_start_on BETWEEN $first_week AND $last_day
"""

RECENT_SALES = f"""
    SELECT
        lines.product_key, any_value(coalesce(products.category_name, 'unknown')) AS category_name,
        coalesce(places.country_code, 'unknown') AS market_code, sum(lines.quantity) :: DOUBLE AS quantity
    FROM lake.marts.fct_order_line AS lines
    LEFT JOIN lake.marts.dim_product AS products USING (product_version_key)
    LEFT JOIN lake.marts.dim_geography AS places USING (geography_key)
    WHERE lines.is_revenue AND lines.ordered_on > $recent_from AND lines.product_key <> {UNKNOWN}
    GROUP BY lines.product_key, coalesce(places.country_code, 'unknown')
"""

# Where the forecast stops at categories, its products take the share they had in the last quarter; sales of single pieces vary
# at least as their square root.
DEMAND_BY_SHARE = f"""
    WITH recent AS ({RECENT_SALES}),
    shares AS (
        SELECT *, quantity / sum(quantity) OVER (PARTITION BY category_name, market_code) AS share FROM recent WHERE quantity > 0
    )
    SELECT
        shares.product_key, shares.market_code, made.week_start_on, made.forecast :: DOUBLE * share AS mean,
        greatest((made.q90 - made.q50) :: DOUBLE * share / 1.2815516, sqrt(made.forecast :: DOUBLE * share)) AS spread
    FROM lake.marts.fct_forecast AS made
    INNER JOIN shares USING (category_name, market_code)
    WHERE made.level = 'category_market' AND made.measure = 'quantity' AND NOT made.is_backtest
        AND made.week_start_on BETWEEN $first_week AND $last_day
"""

MARKET_SHARES = f"""
    SELECT product_key, market_code, quantity / sum(quantity) OVER (PARTITION BY product_key) AS share
    FROM ({RECENT_SALES}) AS recent WHERE quantity > 0
"""

# What a piece brings is what customers paid of late; list prices may hold taxes.
PRODUCTS = f"""
    WITH current_ones AS (
        SELECT * FROM lake.marts.dim_product WHERE is_current AND product_key <> {UNKNOWN}
        QUALIFY row_number() OVER (PARTITION BY product_key ORDER BY valid_from DESC) = 1
    ),
    paid AS (
        SELECT
            product_key, sum(net_amount_reporting) / nullif(sum(quantity), 0) AS price,
            sum(cost_amount_reporting) / nullif(sum(quantity), 0) AS cost
        FROM lake.marts.fct_order_line WHERE is_revenue AND ordered_on > $value_from GROUP BY product_key
    ),
    made AS (
        SELECT DISTINCT product_key FROM lake.marts.dim_routing_operation
        UNION SELECT DISTINCT assembly_product_key FROM lake.marts.dim_bill_of_material_line
    ),
    took AS (
        SELECT product_key, round(quantile_cont(date_diff('day', started_on, ended_on), 0.5)) AS days
        FROM lake.marts.fct_production_order WHERE ended_on >= started_on GROUP BY product_key
    ),
    components AS (
        SELECT DISTINCT component_product_key AS product_key FROM lake.marts.dim_bill_of_material_line
    )
    SELECT
        product_key, coalesce(current_ones.sku, current_ones.product_id, product_key) AS sku, current_ones.product_name,
        current_ones.style_id, current_ones.category_name, coalesce(current_ones.unit_code, 'EA') AS unit_code,
        (made.product_key IS NOT NULL OR coalesce(current_ones.is_made, false)) AS is_made,
        coalesce(paid.price, CASE WHEN current_ones.price_currency_code = $currency THEN current_ones.list_price END) AS unit_value,
        coalesce(
            CASE WHEN current_ones.price_currency_code = $currency THEN current_ones.standard_cost END, paid.cost
        ) AS unit_cost,
        coalesce(current_ones.safety_stock_quantity, 0) AS minimum_stock,
        coalesce(took.days, nullif(current_ones.manufacturing_days, 0)) AS lead_days
    FROM (SELECT product_key FROM current_ones UNION SELECT product_key FROM components) AS wanted
    LEFT JOIN current_ones USING (product_key)
    LEFT JOIN paid USING (product_key)
    LEFT JOIN made USING (product_key)
    LEFT JOIN took USING (product_key)
    ORDER BY product_key
"""

OPEN_ORDERS = f"""
    SELECT
        lines.product_key, coalesce(places.country_code, 'unknown') AS market_code, coalesce(lines.due_on, lines.ordered_on) AS due_on,
        sum(lines.open_quantity) AS quantity
    FROM lake.marts.mart_open_order_line AS lines
    LEFT JOIN lake.marts.dim_geography AS places USING (geography_key)
    WHERE lines.product_key <> {UNKNOWN} GROUP BY ALL
"""

STOCK = f"""
    SELECT product_key, sum(quantity_on_hand) AS quantity
    FROM lake.marts.fct_inventory_daily
    WHERE inventory_on = (SELECT max(inventory_on) FROM lake.marts.fct_inventory_daily) AND product_key <> {UNKNOWN}
    GROUP BY product_key
"""

RECEIPTS = f"""
    SELECT product_key, coalesce(due_on, $first_week) AS due_on, open_quantity AS quantity
    FROM lake.marts.fct_purchase_order_line
    WHERE open_quantity > 0 AND product_key <> {UNKNOWN} AND coalesce(due_on, $first_week) >= $overdue_from
        AND status IN ('pending', 'approved', 'partly_received')
    UNION ALL
    SELECT
        product_key, coalesce(due_on, $first_week),
        ordered_quantity - coalesce(stocked_quantity, 0) - coalesce(scrapped_quantity, 0)
    FROM lake.marts.fct_production_order
    WHERE ended_on IS NULL AND status IN ('planned', 'in progress') AND product_key <> {UNKNOWN}
        AND ordered_quantity > coalesce(stocked_quantity, 0) + coalesce(scrapped_quantity, 0)
        AND coalesce(due_on, $first_week) >= $overdue_from
"""

BOM = """
    SELECT
        assembly_product_key AS assembly_key, component_product_key AS component_key, sum(quantity_per_assembly) AS quantity
    FROM lake.marts.dim_bill_of_material_line
    WHERE coalesce(valid_from, $first_week) <= $first_week AND coalesce(valid_to, DATE '9999-12-31') > $first_week
    GROUP BY ALL
"""

ROUTING = f"""
    SELECT
        product_key, operation_sequence, work_centre_key, setup_minutes, standard_minutes, yield_rate
    FROM lake.marts.dim_routing_operation
    WHERE coalesce(valid_from, $first_week) <= $first_week AND coalesce(valid_to, DATE '9999-12-31') > $first_week
        AND product_key <> {UNKNOWN} AND work_centre_key <> {UNKNOWN}
    QUALIFY row_number() OVER (PARTITION BY product_key, operation_sequence ORDER BY valid_from DESC NULLS LAST) = 1
    ORDER BY product_key, operation_sequence
"""

CENTRES = f"""
    SELECT
        work_centre_key, work_centre_id, work_centre_name, available_hours_per_week AS hours_per_week,
        CASE WHEN coalesce(currency_code, $currency) = $currency THEN cost_rate_per_hour END AS cost_rate
    FROM lake.marts.dim_work_centre WHERE work_centre_key <> {UNKNOWN} AND NOT coalesce(is_deleted, false)
    ORDER BY work_centre_id
"""

SHIFTS = """
    SELECT work_centre_key, day_of_week, shift_hours * worker_count AS hours, valid_from, valid_to
    FROM lake.marts.dim_work_centre_shift
"""

EXCEPTIONS = """
    SELECT work_centre_key, exception_on AS day, available_hours AS hours FROM lake.marts.dim_calendar_exception
    WHERE exception_on BETWEEN $first_week AND $last_day
"""

# Products that were never bought come from the supplier of their style.
OFFERS = f"""
    WITH offers AS (SELECT * FROM lake.marts.dim_supplier_offer WHERE preference = 1),
    current_ones AS (
        SELECT DISTINCT product_key, style_id FROM lake.marts.dim_product WHERE is_current AND product_key <> {UNKNOWN}
    ),
    of_styles AS (
        SELECT style_id, offers.* FROM offers INNER JOIN current_ones USING (product_key) WHERE style_id IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY style_id ORDER BY last_ordered_on DESC NULLS LAST, order_count DESC, product_key) = 1
    ),
    chosen AS (
        SELECT product_key, supplier_key, lead_time_days, unit_price_reporting, minimum_order_quantity, maximum_order_quantity
        FROM offers
        UNION ALL
        SELECT
            current_ones.product_key, supplier_key, lead_time_days, unit_price_reporting, minimum_order_quantity, maximum_order_quantity
        FROM current_ones INNER JOIN of_styles USING (style_id)
        WHERE NOT EXISTS (SELECT 1 FROM offers WHERE offers.product_key = current_ones.product_key)
    )
    SELECT
        chosen.product_key, suppliers.supplier_id, suppliers.supplier_name, lead_time_days AS lead_days, unit_price_reporting AS price,
        minimum_order_quantity AS minimum, maximum_order_quantity AS maximum
    FROM chosen LEFT JOIN lake.marts.dim_supplier AS suppliers USING (supplier_key)
    ORDER BY product_key
"""

OPEN_WORK = f"""
    WITH planned AS (
        SELECT production_order_key, min(scheduled_start_on) AS start_on FROM lake.marts.fct_production_operation GROUP BY ALL
    ),
    done AS (
        SELECT production_order_key, operation_sequence FROM lake.marts.fct_production_operation WHERE is_completed
    )
    SELECT
        orders.production_order_key, orders.product_key, steps.operation_sequence, steps.work_centre_key,
        orders.ordered_quantity AS quantity, coalesce(orders.started_on, planned.start_on, $first_week) AS start_on
    FROM lake.marts.fct_production_order AS orders
    INNER JOIN ({ROUTING}) AS steps USING (product_key)
    LEFT JOIN planned USING (production_order_key)
    WHERE orders.ended_on IS NULL AND orders.status IN ('planned', 'in progress')
        AND coalesce(orders.due_on, $first_week) >= $overdue_from
        AND NOT EXISTS (
            SELECT 1 FROM done
            WHERE done.production_order_key = orders.production_order_key AND done.operation_sequence = steps.operation_sequence
        )
"""

# When the hours of an order fall, counted from its start, over all finished operations of a centre.
PROFILE = f"""
    WITH finished AS (
        SELECT
            operations.work_centre_key, operations.actual_hours :: DOUBLE AS hours, operations.actual_start_on,
            greatest(operations.actual_end_on, operations.actual_start_on) AS actual_end_on, orders.started_on
        FROM lake.marts.fct_production_operation AS operations
        INNER JOIN lake.marts.fct_production_order AS orders USING (production_order_key)
        WHERE operations.is_completed AND operations.actual_hours > 0 AND operations.work_centre_key <> {UNKNOWN}
            AND operations.actual_start_on >= orders.started_on AND orders.started_on < $learned_until
    ),
    days AS (
        SELECT
            work_centre_key, hours / (1 + date_diff('day', actual_start_on, actual_end_on)) AS hours,
            unnest(range(date_diff('day', started_on, actual_start_on), date_diff('day', started_on, actual_end_on) + 1)) AS day
        FROM finished
    )
    SELECT work_centre_key, day, sum(hours) / sum(sum(hours)) OVER (PARTITION BY work_centre_key) AS share
    FROM days GROUP BY work_centre_key, day ORDER BY work_centre_key, day
"""

MADE_SO_FAR = """
    SELECT products.style_id, sum(orders.ordered_quantity) AS quantity
    FROM lake.marts.fct_production_order AS orders
    INNER JOIN lake.marts.dim_product AS products USING (product_version_key)
    WHERE products.style_id IS NOT NULL GROUP BY products.style_id
"""

SUPPLIER_PEAKS = """
    SELECT supplier_id, max(quantity) AS quantity
    FROM (
        SELECT suppliers.supplier_id, date_trunc('week', lines.last_received_on) AS week, sum(lines.received_quantity) AS quantity
        FROM lake.marts.fct_purchase_order_line AS lines INNER JOIN lake.marts.dim_supplier AS suppliers USING (supplier_key)
        WHERE lines.last_received_on > $known_until - INTERVAL 1 YEAR GROUP BY ALL
    )
    GROUP BY supplier_id
"""
