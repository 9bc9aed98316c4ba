"""EDI with two suppliers: what they were sent and what they sent, as X12 with one and as EDIFACT with the other.

Comes in: the world as of a day. Goes out: `edi/partners.csv`, `edi/out/*.edi`, `edi/in/*.edi`. Called by `simulate`. Orders,
confirmations and despatch notices say of a purchase order what the books and the receipts say. An interchange holds one message, a
file those of a partner, a type and a delivery. If errors are planted, one interchange comes twice and one was cut off on its way.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from simulation.company import SUPPLIERS
from simulation.exports.tables import Planter
from simulation.exports.view import View, money
from simulation.world.world import World

SYSTEM = "edi"
OWN_X12 = "WEFTFASHION"
OWN_GLN = "8712345000011"
TRANSIT_DAYS = 7
BROKEN_CONTROL = 900_000_001


@dataclass(frozen=True)
class Partner:
    """A supplier that speaks EDI."""

    supplier: str
    standard: str
    party: str


PARTNERS = (Partner("V-106", "X12", "GZAPPAREL"), Partner("V-103", "EDIFACT", "5601000000017"))
# Kinds of messages: the X12 type, its group, the EDIFACT type, and which side sends it.
KINDS = {
    "order": ("850", "PO", "ORDERS", "out"),
    "cancellation": ("850", "PO", "ORDERS", "out"),
    "confirmation": ("855", "PR", "ORDRSP", "in"),
    "despatch": ("856", "SH", "DESADV", "in"),
}
# The last digit of a control number, so that none is used twice whatever the days of the deliveries.
CONTROL = {"order": 0, "cancellation": 1, "confirmation": 2, "despatch": 3}


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y%m%d")


def _orders(world: World, partner: Partner) -> pl.DataFrame:
    maker = next(number for number, supplier in enumerate(SUPPLIERS) if supplier.number == partner.supplier)
    ordered_at = pl.col("ordered_on").cast(pl.Datetime("ms")) + pl.duration(hours=36)
    return world.purchase_orders.filter(pl.col("maker") == maker).select(
        "po", "warehouse_code", "ordered_on", "promised_on", "shipped_on", ordered_at.alias("order_at"),
        pl.when("is_cancelled").then(ordered_at + pl.duration(days=4)).alias("cancellation_at"),
        (ordered_at + pl.duration(hours=22)).alias("confirmation_at"),
    )  # fmt: skip


def _lines(world: World, orders: pl.DataFrame, in_dollars: bool) -> pl.DataFrame:
    """Lines of orders with prices as in the books, and how much of them the supplier can deliver."""
    unit = (pl.col("cost") * 11 + 5) // 10 if in_dollars else pl.col("cost")
    came = world.receipts.group_by("po", "line").agg(pl.col("received").sum().alias("confirmed"))
    return (
        world.purchase_lines.drop("warehouse")
        .join(orders.select("po", "promised_on"), on="po")
        .join(world.products.select("sku_number", "sku", "barcode"), on="sku_number", how="left")
        .join(came, on=["po", "line"], how="left")
        .with_columns(price=money(unit), confirmed=pl.coalesce("confirmed", "quantity"))
        .sort("po", "line")
    )


def _parcels(world: World, orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of what was sent: a despatch for each day on which goods of an order arrived; the second left a week after the first."""
    return (
        world.receipts.join(orders.select("po", "shipped_on", "warehouse_code"), on="po")
        .join(lines.select("po", "line", "sku", "barcode"), on=["po", "line"])
        .with_columns(number=pl.col("received_on").rank("dense").over("po").cast(pl.Int64))
        .with_columns(
            despatch_at=pl.col("shipped_on").cast(pl.Datetime("ms"))
            + pl.duration(days=TRANSIT_DAYS * (pl.col("number") - 1), hours=16),
            shipped_on=pl.col("shipped_on") + pl.duration(days=TRANSIT_DAYS * (pl.col("number") - 1)),
            place=pl.int_range(pl.len()).over("po", "number", order_by="line") + 1,
        )
        .sort("po", "number", "line")
    )


def _bodies(
    orders: pl.DataFrame,
    lines: pl.DataFrame,
    parcels: pl.DataFrame,
    kind: str,
    supplier: str,
    currency: str,
    is_x12: bool,
) -> pl.DataFrame:
    """One row per message: its order, its time, its number among those of its order, and its segments but for the envelope."""
    heads, details, tail = (_x12 if is_x12 else _edifact)(kind, supplier, currency)
    time = f"{kind}_at"
    if kind == "despatch":
        rows = parcels.with_columns(is_short=pl.lit(False))
        said_once = ("warehouse_code", "shipped_on", "received_on", time)
    else:
        rows = lines.join(orders.select("po", "warehouse_code", "ordered_on", time), on="po").with_columns(
            number=pl.lit(1, pl.Int64), is_short=pl.col("confirmed") < pl.col("quantity")
        )
        said_once = ("warehouse_code", "promised_on", "ordered_on", time)
    # A cancellation names no lines.
    detail = pl.lit("") if kind == "cancellation" else pl.concat_str(details)
    messages = (
        rows.filter(pl.col(time).is_not_null())
        .with_columns(detail=detail)
        .group_by("po", "number", maintain_order=True)
        .agg(
            pl.col(*said_once).first(),
            pl.col("detail").str.join(""),
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("is_short").any(),
        )
    )
    return (
        messages.with_columns(body=pl.concat_str([pl.concat_str(heads), pl.col("detail"), pl.concat_str(tail)]))
        .select("po", "number", pl.col(time).alias("sent_at"), "body", pl.lit(kind).alias("kind"))
        .sort("po", "number")
    )


def _x12(kind: str, supplier: str, currency: str) -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    """Header, detail and summary segments of an X12 message."""
    places = [pl.format("N1*SU*Supplier*92*{}~\nN1*ST*Warehouse*92*{}~\n", pl.lit(supplier), "warehouse_code")]
    item = pl.format("PO1*{}*{}*EA*{}*PE*SK*{}~\n", "line", "quantity", "price", "sku")
    count = [pl.format("CTT*{}~\n", "lines")]
    if kind == "confirmation":
        changed = pl.when("is_short").then(pl.lit("AC")).otherwise(pl.lit("AD"))
        code = pl.when(pl.col("confirmed") < pl.col("quantity")).then(pl.lit("IQ")).otherwise(pl.lit("IA"))
        return (
            [pl.format("BAK*00*{}*PO-{}*{}~\n", changed, "po", _day("confirmation_at")), *places],
            [item, pl.format("ACK*{}*{}*EA*068*{}~\n", code, "confirmed", _day("promised_on"))],
            count,
        )
    if kind == "despatch":
        return (
            [
                pl.format("BSN*00*ASN-{}-{}*{}*1600~\nHL*1**S~\n", "po", "number", _day("despatch_at")),
                pl.format("REF*BM*BOL-{}-{}~\n", "po", "number"),
                pl.format("DTM*011*{}~\nDTM*017*{}~\n", _day("shipped_on"), _day("received_on")),
                *places,
                pl.format("HL*2*1*O~\nPRF*PO-{}~\n", "po"),
            ],
            [
                pl.format("HL*{}*2*I~\nLIN*{}*SK*{}~\n", pl.col("place") + 2, "line", "sku"),
                pl.format("SN1*{}*{}*EA~\n", "line", "received"),
            ],
            [pl.format("CTT*{}~\n", pl.col("lines") + 2)],
        )
    purpose = "00" if kind == "order" else "01"
    head = [
        pl.format("BEG*{}*SA*PO-{}**{}~\nCUR*BY*{}~\n", pl.lit(purpose), "po", _day("ordered_on"), pl.lit(currency)),
        pl.format("DTM*002*{}~\n", _day("promised_on")),
        *places,
    ]
    return head, [item], count if kind == "order" else [pl.lit("CTT*0~\n")]


def _edifact(kind: str, supplier: str, currency: str) -> tuple[list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    """The same of an EDIFACT message."""
    places = [
        pl.format(
            "NAD+BY+{}::9'\nNAD+SU+{}::92'\nNAD+DP+{}::92'\n", pl.lit(OWN_GLN), pl.lit(supplier), "warehouse_code"
        )
    ]
    item = pl.format("PIA+5+{}:BP'\n", "sku")
    end = [pl.format("UNS+S'\nCNT+2:{}'\n", "lines")]
    if kind == "confirmation":
        changed = pl.when("is_short").then(pl.lit("4")).otherwise(pl.lit("29"))
        code = pl.when(pl.col("confirmed") < pl.col("quantity")).then(pl.lit("3")).otherwise(pl.lit("5"))
        return (
            [
                pl.format("BGM+231+OC-{}+{}'\nDTM+137:{}:102'\n", "po", changed, _day("confirmation_at")),
                pl.format("RFF+ON:PO-{}'\n", "po"),
                *places,
            ],
            [
                pl.format("LIN+{}+{}+{}:EN'\n", "line", code, "barcode"),
                item,
                pl.format("QTY+21:{}:PCE'\nQTY+113:{}:PCE'\n", "quantity", "confirmed"),
                pl.format("DTM+67:{}:102'\n", _day("promised_on")),
            ],
            end,
        )
    if kind == "despatch":
        return (
            [
                pl.format("BGM+351+ASN-{}-{}+9'\nDTM+137:{}:102'\n", "po", "number", _day("despatch_at")),
                pl.format("DTM+11:{}:102'\nDTM+17:{}:102'\n", _day("shipped_on"), _day("received_on")),
                pl.format("RFF+ON:PO-{}'\nRFF+BM:BOL-{}-{}'\n", "po", "po", "number"),
                *places,
                pl.lit("CPS+1'\n"),
            ],
            [
                pl.format("LIN+{}++{}:EN'\n", "place", "barcode"),
                item,
                pl.format("QTY+12:{}:PCE'\nRFF+ON:PO-{}:{}'\n", "received", "po", "line"),
            ],
            [pl.lit("")],
        )
    purpose = "9" if kind == "order" else "1"
    head = [
        pl.format("BGM+220+PO-{}+{}'\nDTM+137:{}:102'\n", "po", pl.lit(purpose), _day("ordered_on")),
        pl.format("DTM+2:{}:102'\n", _day("promised_on")),
        *places,
        pl.lit(f"CUX+2:{currency}:9'\n"),
    ]
    lines = [
        pl.format("LIN+{}++{}:EN'\n", "line", "barcode"),
        item,
        pl.format("QTY+21:{}:PCE'\nPRI+AAA:{}'\n", "quantity", "price"),
    ]
    return head, lines, end if kind == "order" else [pl.lit("UNS+S'\nCNT+2:0'\n")]


def _enveloped(messages: pl.DataFrame, partner: Partner, kind: str) -> pl.DataFrame:
    """Put each message into an interchange of its own; segments are counted as the standards want it."""
    x12_type, group, edifact_type, side = KINDS[kind]
    own = OWN_X12 if partner.standard == "X12" else OWN_GLN
    sender, receiver = (own, partner.party) if side == "out" else (partner.party, own)
    control = (pl.col("po") - 20_000) * 100 + pl.col("number") * 10 + CONTROL[kind]
    messages = messages.with_columns(control=control)
    date, short, time = (pl.col("sent_at").dt.strftime(form) for form in ("%Y%m%d", "%y%m%d", "%H%M"))
    if partner.standard == "X12":
        segments = pl.col("body").str.count_matches("~", literal=True) + 2
        nine = pl.col("control").cast(pl.String).str.zfill(9)
        text = pl.concat_str(
            pl.format(
                "ISA*00*          *00*          *ZZ*{}*ZZ*{}*{}*{}*U*00401*{}*0*P*>~\n",
                pl.lit(sender.ljust(15)), pl.lit(receiver.ljust(15)), short, time, nine,
            ),
            pl.format("GS*{}*{}*{}*{}*{}*{}*X*004010~\n", pl.lit(group), pl.lit(sender), pl.lit(receiver), date, time, "control"),
            pl.format("ST*{}*0001~\n", pl.lit(x12_type)),
            "body",
            pl.format("SE*{}*0001~\nGE*1*{}~\nIEA*1*{}~\n", segments, "control", nine),
        )  # fmt: skip
        return messages.with_columns(text=text)
    segments = pl.col("body").str.count_matches("'", literal=True) + 2
    text = pl.concat_str(
        pl.lit("UNA:+.? '\n"),
        pl.format("UNB+UNOA:3+{}:14+{}:14+{}:{}+{}'\n", pl.lit(sender), pl.lit(receiver), short, time, "control"),
        pl.lit(f"UNH+1+{edifact_type}:D:96A:UN'\n"),
        "body",
        pl.format("UNT+{}+1'\nUNZ+1+{}'\n", segments, "control"),
    )
    return messages.with_columns(text=text)


def interchanges(world: World, view: View) -> pl.DataFrame:
    """Every interchange of a delivery, in order of time."""
    frames = []
    for partner in PARTNERS:
        currency = next(supplier.currency for supplier in SUPPLIERS if supplier.number == partner.supplier)
        orders = _orders(world, partner)
        lines = _lines(world, orders, currency == "USD")
        parcels = _parcels(world, orders, lines)
        for kind, (x12_type, _, edifact_type, side) in KINDS.items():
            bodies = _bodies(orders, lines, parcels, kind, partner.supplier, currency, partner.standard == "X12")
            frames.append(
                _enveloped(bodies, partner, kind).with_columns(
                    supplier=pl.lit(partner.supplier), standard=pl.lit(partner.standard), side=pl.lit(side),
                    message_type=pl.lit(x12_type if partner.standard == "X12" else edifact_type),
                )
            )  # fmt: skip
    found = view.known(pl.concat(frames), "sent_at").sort("supplier", "message_type", "sent_at", "control")
    return found.filter(pl.col("sent_at") >= view.since) if view.is_increment else found


def _spoil(found: pl.DataFrame, view: View, planter: Planter) -> list[tuple[str, str]]:
    """Files with an interchange that comes again, and one that ends in the middle of its message."""
    received = found.filter((pl.col("side") == "in") & (pl.col("message_type") == "855"))
    if not planter.rate or view.is_increment or not received.height:
        return []
    again, cut = received.row(received.height // 2, named=True), received.row(0, named=True)
    broken = cut["text"].replace(f"{cut['control']:09d}", f"{BROKEN_CONTROL:09d}")
    broken = broken[: broken.index("ACK*")]
    files = [
        (f"in/{again['supplier']}_855_{view.day}_copy.edi", again["text"]),
        (f"in/{cut['supplier']}_855_{view.day}_cut.edi", broken),
    ]
    for (name, _), key, kind in zip(
        files, (again["control"], BROKEN_CONTROL), ("copied_interchange", "unreadable_interchange"), strict=True
    ):
        planter.planted.append(
            {"system": SYSTEM, "entity": "segment", "file": f"{SYSTEM}/{name}", "key": f"{key:09d}", "kind": kind, "column": ""}
        )  # fmt: skip
    return files


def write(world: World, view: View, out: Path, planter: Planter) -> list[Path]:
    """Write the list of partners, and the interchanges in files by partner and type."""
    found = interchanges(world, view)
    texts: list[tuple[str, str]] = [
        (f"{side}/{supplier}_{message_type}_{view.day}.edi", "".join(rows["text"]))
        for (supplier, message_type, side), rows in found.group_by(
            "supplier", "message_type", "side", maintain_order=True
        )
    ]
    texts += _spoil(found, view, planter)
    if not view.is_increment:
        names = {supplier.number: supplier.name for supplier in SUPPLIERS}
        rows = [f"{partner.party},{partner.supplier},{names[partner.supplier]}\n" for partner in PARTNERS]
        texts.append(("partners.csv", "party_id,our_number,name\n" + "".join(rows)))
    paths = []
    for name, text in texts:
        path = out / SYSTEM / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        paths.append(path)
    return paths
