"""Envelopes of EDI: which interchange, group and message each segment belongs to, and whether these can be trusted.

Comes in: the segments of one file, numbered, with their elements as JSON. Goes out: temporary tables of interchanges, groups and
messages with their defects, and the query that places every segment. Called by the source `edi`.

What is wrong with an interchange is wrong with all its groups and messages; what is wrong with a message concerns it alone.
"""

import duckdb

from warehouse.identifiers import quote_literal

HEADERS = {"ISA": "interchange", "UNB": "interchange", "GS": "group", "UNG": "group", "ST": "message", "UNH": "message"}
TRAILERS = {
    "IEA": "interchange",
    "UNZ": "interchange",
    "GE": "group",
    "UNE": "group",
    "SE": "message",
    "UNT": "message",
}


def create_envelopes(con: duckdb.DuckDBPyConnection, segments: str, messages: list[str], landed: str) -> list[str]:
    """Make the tables edi_interchange, edi_group and edi_message, and return what is wrong with interchanges, in sentences.

    `messages` are the types that are read, `landed` is the table of the segments that are known already.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE edi_service AS {_services(segments)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE edi_interchange AS {_interchanges(segments, landed)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE edi_group AS {_groups()}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE edi_message AS {_messages(messages)}")
    found = con.execute(
        "SELECT defect FROM temp.edi_interchange WHERE defect IS NOT NULL ORDER BY interchange LIMIT 20"
    ).fetchall()
    return list(dict.fromkeys(f"{defect[0].upper()}{defect[1:]}." for (defect,) in found))


def placed_segments(segments: str) -> str:
    """Return the query of all segments with their envelopes; `is_landed` parts rows from rejects, `defect` says why."""
    return """
        SELECT
            s._row, s.standard, s.interchange AS interchange_number, i.control_number AS interchange_control_number,
            i.sender_qualifier, i.sender, i.receiver_qualifier, i.receiver, i.prepared_at, i.is_test, i.syntax_version,
            i.decimal_mark, CASE WHEN s._row = i.first_row THEN i.content END AS interchange_hash,
            coalesce(g.group_type, m.group_type) AS group_type,
            coalesce(g.control_number, m.group_control_number) AS group_control_number,
            coalesce(g.group_version, m.group_version) AS group_version,
            CASE WHEN s._row <= m.last_row THEN m.first_row END AS message_segment,
            CASE WHEN s._row <= m.last_row THEN m.message_type END AS message_type,
            CASE WHEN s._row <= m.last_row THEN m.message_version END AS message_version,
            CASE WHEN s._row <= m.last_row THEN m.message_reference END AS message_reference,
            CASE WHEN s._row <= m.last_row THEN s._row - m.first_row + 1 END AS segment_position,
            s.tag, s.elements,
            CASE
                WHEN s._row = i.first_row THEN i.defect_code
                WHEN s._row = g.first_row THEN g.defect_code
                WHEN s._row <= m.last_row THEN m.defect_code
            END AS defect_code,
            CASE
                WHEN i.interchange IS NULL THEN 'stands outside of any interchange'
                WHEN s._row = i.first_row THEN i.defect
                WHEN s._row = g.first_row THEN g.defect
                WHEN s._row <= m.last_row THEN m.defect
                WHEN i.defect IS NOT NULL THEN i.defect
                ELSE 'interchange ' || i.control_number || ': ' || s.tag[:20] || ' stands outside of any message'
            END AS defect,
            coalesce(
                s._row = i.first_row OR (i.has_trailer AND s._row = i.last_row) OR g._row IS NOT NULL OR s._row = m.first_row
                OR (s._row <= m.last_row AND m.defect_code IS NULL), false
            ) AS is_landed
        FROM {segments} AS s
        LEFT JOIN temp.edi_message AS m ON s.message = m.message AND s.interchange = m.interchange
        LEFT JOIN temp.edi_interchange AS i ON s.interchange = i.interchange
        LEFT JOIN (
            SELECT first_row AS _row, * FROM temp.edi_group
            UNION ALL SELECT last_row AS _row, * FROM temp.edi_group WHERE has_trailer
        ) AS g ON s._row = g._row
    """.replace("{segments}", segments)


def _services(segments: str) -> str:
    """One row per header and trailer, with what follows it in its interchange."""
    kinds = " ".join(
        f"WHEN {quote_literal(tag)} THEN {quote_literal(kind)}" for tag, kind in (HEADERS | TRAILERS).items()
    )
    x12 = "'ISA', 'GS', 'ST', 'SE', 'GE', 'IEA'"
    edifact = "'UNB', 'UNG', 'UNH', 'UNT', 'UNE', 'UNZ'"
    headers = ", ".join(map(quote_literal, HEADERS))
    return f"""
        WITH services AS (
            SELECT
                _row, interchange, standard, message, tag, elements, CASE tag {kinds} END AS kind, tag IN ({headers}) AS is_header,
                {_value("elements", 1)} AS first, {_value("elements", 2)} AS second
            FROM {segments}
            WHERE (standard = 'X12' AND tag IN ({x12})) OR (standard = 'EDIFACT' AND tag IN ({edifact}))
        ),
        numbered AS (
            SELECT
                *,
                sum(CASE WHEN kind = 'group' THEN 1 ELSE 0 END) OVER so_far AS group_marks,
                max(CASE WHEN kind = 'group' AND is_header THEN _row END) OVER so_far AS group_row,
                max(CASE WHEN kind = 'group' AND NOT is_header THEN _row END) OVER so_far AS group_end_row,
                lead(_row) OVER following AS next_row,
                lead(kind) OVER following AS next_kind,
                lead(is_header) OVER following AS next_is_header,
                lead(tag) OVER following AS next_tag,
                lead(first) OVER following AS next_first,
                lead(second) OVER following AS next_second
            FROM services
            WINDOW
                following AS (PARTITION BY interchange ORDER BY _row),
                so_far AS (PARTITION BY interchange ORDER BY _row ROWS UNBOUNDED PRECEDING)
        )
        SELECT * FROM numbered
    """


def _interchanges(segments: str, landed: str) -> str:
    identity = "standard, coalesce(sender_qualifier, ''), sender, receiver, control_number"
    return f"""
        WITH ends AS (
            SELECT interchange, max(_row) AS _row, max_by(first, _row) AS counted, max_by(second, _row) AS control_number
            FROM temp.edi_service WHERE kind = 'interchange' AND NOT is_header GROUP BY interchange
        ),
        lasts AS (
            SELECT interchange, max(_row) AS last_row FROM {segments} GROUP BY interchange
        ),
        counts AS (
            SELECT
                interchange, count(*) FILTER (kind = 'group' AND is_header) AS groups,
                count(*) FILTER (kind = 'message' AND is_header) AS messages
            FROM temp.edi_service GROUP BY interchange
        ),
        described AS (
            SELECT
                s.interchange, s.standard, s._row AS first_row, c.last_row, x.content,
                CASE WHEN s.standard = 'X12' THEN trim({_value("elements", 5)}) ELSE {_value("elements", 2, 1)} END
                    AS sender_qualifier,
                trim(CASE WHEN s.standard = 'X12' THEN {_value("elements", 6)} ELSE {_value("elements", 2)} END) AS sender,
                CASE WHEN s.standard = 'X12' THEN trim({_value("elements", 7)}) ELSE {_value("elements", 3, 1)} END
                    AS receiver_qualifier,
                trim(CASE WHEN s.standard = 'X12' THEN {_value("elements", 8)} ELSE {_value("elements", 3)} END) AS receiver,
                CASE WHEN s.standard = 'X12' THEN {_value("elements", 9)} ELSE {_value("elements", 4)} END AS day,
                CASE WHEN s.standard = 'X12' THEN {_value("elements", 10)} ELSE {_value("elements", 4, 1)} END AS time,
                CASE WHEN s.standard = 'X12' THEN {_value("elements", 12)}
                    ELSE concat_ws(':', {_value("elements", 1)}, {_value("elements", 1, 1)}) END AS syntax_version,
                CASE WHEN s.standard = 'X12' THEN {_value("elements", 13)} ELSE {_value("elements", 5)} END AS control_number,
                coalesce(CASE WHEN s.standard = 'X12' THEN {_value("elements", 15)} = 'T' ELSE {_value("elements", 11)} = '1' END,
                    false) AS is_test,
                x.decimal_mark,
                CASE WHEN s.standard = 'X12' THEN 'IEA' ELSE 'UNZ' END AS trailer,
                e._row IS NOT NULL AS has_trailer, e.counted, e.control_number AS trailer_control_number,
                CASE WHEN s.standard = 'X12' OR n.groups > 0 THEN n.groups ELSE n.messages END AS contained,
                CASE WHEN s.standard = 'X12' OR n.groups > 0 THEN 'groups' ELSE 'messages' END AS contained_what
            FROM temp.edi_service AS s
            JOIN lasts AS c USING (interchange)
            JOIN temp.edi_syntax AS x USING (interchange)
            JOIN counts AS n USING (interchange)
            LEFT JOIN ends AS e USING (interchange)
            WHERE s.kind = 'interchange' AND s.is_header
        ),
        judged AS (
            SELECT
                *,
                CASE
                    WHEN NOT has_trailer THEN 'trailer_missing'
                    WHEN trim(trailer_control_number) IS DISTINCT FROM trim(control_number) THEN 'control_number'
                    WHEN try_cast(counted AS BIGINT) IS DISTINCT FROM contained THEN 'count'
                END AS own_defect
            FROM described
        ),
        numbered AS (
            SELECT
                *,
                CASE WHEN own_defect IS NULL
                    THEN row_number() OVER (PARTITION BY {identity}, own_defect ORDER BY interchange) END AS occurrence,
                first_value(content) OVER (PARTITION BY {identity}, own_defect ORDER BY interchange) AS first_content,
                first_value(first_row) OVER (PARTITION BY {identity}, own_defect ORDER BY interchange) AS first_place
            FROM judged
        ),
        known AS (
            SELECT
                standard, coalesce(sender_qualifier, '') AS sender_qualifier, sender, receiver,
                interchange_control_number AS control_number, min(interchange_hash) AS content, min(_file) AS file
            FROM {landed}
            WHERE tag IN ('ISA', 'UNB') AND defect_code IS NULL
            GROUP BY ALL
        ),
        compared AS (
            SELECT
                n.*,
                CASE WHEN k.file IS NOT NULL THEN k.content = n.content
                    WHEN n.occurrence > 1 THEN n.first_content = n.content END AS is_copy,
                coalesce('in ' || k.file, 'in this file, segment ' || n.first_place) AS earlier
            FROM numbered AS n
            LEFT JOIN known AS k
                ON n.own_defect IS NULL AND n.standard = k.standard AND coalesce(n.sender_qualifier, '') = k.sender_qualifier
                AND n.sender = k.sender AND n.receiver = k.receiver AND n.control_number = k.control_number
        ),
        coded AS (
            SELECT *, coalesce(own_defect, CASE WHEN is_copy THEN 'duplicate' WHEN NOT is_copy THEN 'control_number_reused' END) AS code
            FROM compared
        )
        SELECT
            interchange, standard, first_row, last_row, content, sender_qualifier, sender, receiver_qualifier, receiver,
            {_moment("day", "time")} AS prepared_at, syntax_version, control_number, is_test,
            decimal_mark, has_trailer, code AS defect_code,
            'interchange ' || coalesce(control_number, '(without number)') || ' from ' || coalesce(sender, '(nobody)') || ': '
            || CASE code
                WHEN 'trailer_missing' THEN
                    'its trailer ' || trailer || ' is missing, so it may be cut off; ask for it again'
                WHEN 'control_number' THEN
                    trailer || ' names the control number ' || coalesce(trailer_control_number, '(none)')
                    || ', so header and trailer are not of one interchange'
                WHEN 'count' THEN
                    trailer || ' counts ' || coalesce(counted, '(no)') || ' ' || contained_what || ' where there are ' || contained
                WHEN 'duplicate' THEN
                    'it came before, ' || earlier || ', with the same content; its messages are not loaded twice'
                WHEN 'control_number_reused' THEN
                    'its control number came before, ' || earlier
                    || ', with other content; ask for it again under a number of its own'
            END AS defect
        FROM coded
    """


def _groups() -> str:
    return f"""
        WITH marks AS (
            SELECT
                *,
                lead(_row) OVER following AS end_row, lead(is_header) OVER following AS end_is_header,
                lead(kind) OVER following AS end_kind, lead(first) OVER following AS end_first,
                lead(second) OVER following AS end_second
            FROM temp.edi_service WHERE kind IN ('group', 'interchange')
            WINDOW following AS (PARTITION BY interchange ORDER BY _row)
        ),
        described AS (
            SELECT
                g.interchange, g._row AS first_row, g.tag, g.first AS group_type,
                CASE WHEN g.standard = 'X12' THEN {_value("g.elements", 6)} ELSE {_value("g.elements", 5)} END AS control_number,
                CASE WHEN g.standard = 'X12' THEN {_value("g.elements", 8)}
                    ELSE concat_ws(':', {_value("g.elements", 7)}, {_value("g.elements", 7, 1)}) END AS group_version,
                coalesce(g.end_kind = 'group' AND NOT g.end_is_header, false) AS has_trailer,
                g.end_row AS last_row, g.end_first AS counted, g.end_second AS trailer_control_number,
                (SELECT count(*) FROM temp.edi_service AS m WHERE m.kind = 'message' AND m.is_header AND m.group_row = g._row
                    AND (m.group_end_row IS NULL OR m.group_end_row < g._row)) AS messages
            FROM marks AS g WHERE g.kind = 'group' AND g.is_header
        ),
        judged AS (
            SELECT
                *,
                CASE
                    WHEN NOT has_trailer THEN 'group_trailer_missing'
                    WHEN trim(trailer_control_number) IS DISTINCT FROM trim(control_number) THEN 'group_control_number'
                    WHEN try_cast(counted AS BIGINT) IS DISTINCT FROM messages THEN 'group_count'
                END AS own_defect
            FROM described
        )
        SELECT
            g.* EXCLUDE (counted, trailer_control_number, own_defect, tag),
            coalesce(i.defect_code, g.own_defect) AS defect_code,
            coalesce(i.defect, 'group ' || coalesce(g.control_number, '(without number)') || ': ' || CASE own_defect
                WHEN 'group_trailer_missing' THEN 'its trailer is missing'
                WHEN 'group_control_number' THEN
                    'its trailer names the control number ' || coalesce(trailer_control_number, '(none)')
                WHEN 'group_count' THEN
                    'its trailer counts ' || coalesce(counted, '(no)') || ' messages where there are ' || messages
            END) AS defect
        FROM judged AS g JOIN temp.edi_interchange AS i USING (interchange)
    """


def _messages(messages: list[str]) -> str:
    known = ", ".join(map(quote_literal, messages))
    return f"""
        WITH described AS (
            SELECT
                m.interchange, m.message, m._row AS first_row, m.standard, m.group_row, m.group_end_row,
                CASE WHEN m.standard = 'X12' THEN m.first ELSE m.second END AS message_type,
                CASE WHEN m.standard = 'X12' THEN m.second ELSE m.first END AS message_reference,
                CASE WHEN m.standard = 'X12' THEN {_value("m.elements", 3)}
                    ELSE concat_ws(':', {_value("m.elements", 2, 1)}, {_value("m.elements", 2, 2)}, {_value("m.elements", 2, 3)},
                        {_value("m.elements", 2, 4)}) END AS message_version,
                CASE WHEN m.standard = 'X12' THEN 'SE' ELSE 'UNT' END AS trailer,
                coalesce(m.next_kind = 'message' AND NOT m.next_is_header, false) AS has_trailer,
                m.next_row, m.next_first AS counted, m.next_second AS trailer_reference
            FROM temp.edi_service AS m WHERE m.kind = 'message' AND m.is_header
        ),
        bounded AS (
            SELECT
                d.* EXCLUDE (group_row, group_end_row, next_row), g.group_type, g.control_number AS group_control_number,
                g.group_version, g.defect_code AS group_defect_code, g.defect AS group_defect, g.first_row IS NULL AS has_no_group,
                i.defect_code AS interchange_defect_code, i.defect AS interchange_defect,
                CASE WHEN d.has_trailer THEN d.next_row ELSE coalesce(d.next_row - 1, i.last_row) END AS last_row
            FROM described AS d
            JOIN temp.edi_interchange AS i USING (interchange)
            LEFT JOIN temp.edi_group AS g
                ON d.group_row = g.first_row AND (d.group_end_row IS NULL OR d.group_end_row < g.first_row)
        ),
        judged AS (
            SELECT
                *,
                CASE
                    WHEN message_type IS NULL OR message_type NOT IN ({known or "''"}) THEN 'message_type'
                    WHEN NOT has_trailer THEN 'message_trailer_missing'
                    WHEN trim(trailer_reference) IS DISTINCT FROM trim(message_reference) THEN 'message_reference'
                    WHEN try_cast(counted AS BIGINT) IS DISTINCT FROM last_row - first_row + 1 THEN 'message_count'
                    WHEN standard = 'X12' AND has_no_group THEN 'outside_group'
                END AS own_defect
            FROM bounded
        )
        SELECT
            interchange, message, first_row, last_row, message_type, message_reference, message_version, group_type, group_control_number,
            group_version, coalesce(interchange_defect_code, group_defect_code, own_defect) AS defect_code,
            coalesce(
                interchange_defect, group_defect,
                'message ' || coalesce(message_reference, '(without reference)') || ' (' || coalesce(message_type, 'of no type') || '): '
                || CASE own_defect
                    WHEN 'message_type' THEN 'the pack reads no messages of this type'
                    WHEN 'message_trailer_missing' THEN 'its trailer ' || trailer || ' is missing'
                    WHEN 'message_reference' THEN trailer || ' names the reference ' || coalesce(trailer_reference, '(none)')
                    WHEN 'message_count' THEN
                        trailer || ' counts ' || coalesce(counted, '(no)') || ' segments where there are ' || last_row - first_row + 1
                    WHEN 'outside_group' THEN 'it stands outside of any group'
                END
            ) AS defect
        FROM judged
    """


def _value(elements: str, element: int, component: int = 0) -> str:
    return f"nullif(json_extract_string({elements}, '$[{element}][{component}]'), '')"


def _moment(day: str, time: str) -> str:
    """Return SQL for date and time as sent (two or four digits of the year) as the text of a timestamp."""
    full = f"CASE WHEN length({day}) = 6 THEN CASE WHEN {day} >= '80' THEN '19' ELSE '20' END || {day} ELSE {day} END"
    return f"CAST(try_strptime(({full}) || rpad(coalesce({time}, ''), 4, '0')[1:4], '%Y%m%d%H%M') AS VARCHAR)"
