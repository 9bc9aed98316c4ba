"""What every figure means, in one place: the text behind the question marks.

The measures themselves are defined once, in `dbt_project/macros/measures`; these sentences describe them.
"""

NET_REVENUE = (
    "Order lines at their price after discount, without tax and freight, in the reporting currency at the ECB rate of the "
    "order date. Counts from the day of the order; cancelled and rejected orders are left out."
)
ORDERS = "Orders with at least one line that counts as revenue."
UNITS = "Units on the order lines that count as revenue."
MARGIN = "Net revenue less the standard cost of the goods on the order date. Freight and overhead are not in it."
MARGIN_RATE = "Margin divided by net revenue, over lines whose standard cost is known."
AVERAGE_ORDER = "Net revenue divided by orders."
ON_TIME_SHIPPED = (
    "Share of the period's orders that were shipped on or before their due date. Orders that are open count as late once the "
    "due date has passed in the data; before that they do not count."
)
REVENUE_SHARE = "Share of the period's net revenue."
REVENUE_CHANGE = "Net revenue against the same number of days just before the period."

STOCK_VALUE = (
    "Quantity on hand at the standard cost of the day. Counted levels are carried forward until the next count, at most to "
    "the last count in the data. A product without a known standard cost adds nothing to it."
)
COVER = (
    "How many weeks the stock lasts at the average weekly sales of the last 13 weeks in the data. For products that are not "
    "sold there is none. Parts used only in production have no cover for the same reason."
)
COVER_TOTAL = (
    "Stock value of products that sell, divided by the cost of their average weekly sales of the last 13 weeks."
)
BELOW_SAFETY = "Products whose stock, over all warehouses, is under their safety stock."
BELOW_REORDER = "Products whose stock, over all warehouses, is under their reorder point: time to order."
SLOW_MOVERS = (
    "Products for sale whose stock lasts more than 26 weeks, or that did not sell in the last 13 weeks at all."
)
ON_ORDER = "Ordered from suppliers and still to come."

SPEND = "Purchase order lines at their price, without tax and freight, in the reporting currency, by order date."
SUPPLIER_ON_TIME = (
    "Share of lines whose last receipt came on or before the due date. Open lines count as late once the due date has passed in "
    "the data. Where a system does not export receipt dates they are estimated, and marked."
)
IN_FULL = "Share of lines of which at least the ordered quantity came."
ON_TIME_IN_FULL = "Share of lines that came both on time and in full."
REJECTION_RATE = "Rejected quantity divided by received quantity."
PRICE_VARIANCE = "What was paid above the supplier's usual price, times the quantity. Negative is a saving."
PRICE_VARIANCE_RATE = "Price variance divided by what the same quantities cost at the usual price."
LEAD_TIME = "Days from the order to its last receipt."
PROMISED_LEAD_TIME = "The lead time that the supplier states for the product."

HOURS = "Hours worked on operations, counted in the week in which the operation began. Only whole weeks are shown."
AVAILABLE = "Hours that the work centre offers per week, times the weeks of the period, idle weeks included."
UTILISATION = (
    "Hours worked divided by hours available, over whole weeks. Above 100 %: more was booked than the centre offers."
)
PRODUCTION_COST = "Cost of the operations that began in the period, in the reporting currency."
LATE_OPERATIONS = "Share of operations that ended after their planned day, or are open past it."
SCRAP = "Quantity scrapped of production orders that began in the period."

FORECAST = "Quantity expected per week, with overrides, by the method that made the smallest error when it replayed past weeks."
INTERVAL = "Four weeks out of five should fall between these bounds."
BENCHMARK = "Seasonal naive: the quantity 52 weeks before. A forecast is worth something when it beats this."
WAPE = "Absolute errors over replayed past weeks, divided by what was sold in them. Smaller is better."

CHECKS = "Rules that the three gates of the run tried on the data of this publication."
ROWS_READ = "Records found in all deliveries so far. Read = landed + rejected, for every load."
REJECTED = "Records that could not be landed because their structure is broken, all deliveries so far. Each is kept."
QUARANTINED = (
    "Rows that landed but break a rule that matters: kept out of the marts until they are corrected at the source."
)
CONTROLS = (
    "Totals counted straight from the raw tables. They must equal marts + quarantine + superseded rows exactly: "
    "the difference is zero, or nothing is published."
)
