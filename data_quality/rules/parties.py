"""Rules about customers, suppliers, carriers and places."""

from data_quality.rules.row_rule import RowRule, present

PARTY_RULES = [
    present("customers", "customer_key", "the customer number"),
    present("customers", "valid_from", "the first day of the version"),
    RowRule(
        "customers",
        "validity_in_order",
        "valid_to",
        "checked.valid_to < checked.valid_from",
        "the version ends before it begins",
    ),
    RowRule(
        "customers",
        "email_plausible",
        "email",
        "checked.email IS NOT NULL AND NOT regexp_full_match(checked.email, '[^@\\s]+@[^@\\s]+[.][^@\\s]+')",
        "the e-mail address has no valid form",
        "warn",
    ),
    RowRule(
        "customers",
        "country_code_known",
        "country_code",
        "checked.country_code IS NOT NULL AND NOT regexp_full_match(checked.country_code, '[A-Z]{{2}}')",
        "the country is not an ISO 3166 code",
        "warn",
    ),
    present("suppliers", "supplier_key", "the supplier number"),
    present("suppliers", "supplier_name", "the supplier's name"),
    present("carriers", "carrier_key", "the carrier's number"),
    present("warehouses", "warehouse_key", "the warehouse number"),
    present("geographies", "geography_key", "the region's code"),
    present("work_centres", "work_centre_key", "the work centre's number"),
    present("channels", "channel_key", "the channel"),
]
