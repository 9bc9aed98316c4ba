"""Names, mail addresses, phones and homes in a form in which two spellings of one thing are alike.

Comes in: table `offered`, records as systems write them. Goes out: table `standard`, one row per new record, in which names are in Latin
letters and also as the consonants that are heard, phones in E.164, mail addresses without what mail servers ignore. Called by the run.

The sound key keeps consonants only, since vowels are what transliteration loses ("ليلى" is lyly, Layla or Leila) and folds those that
languages exchange (Katharina, Catherine; Al Qahtani, Alkahtani). It is deliberately coarser than Soundex or Double Metaphone, which
were made for English alone.
"""

import re

import duckdb
import polars as pl
from anyascii import anyascii

from customers.phones import e164

FORM_VERSION = "1"
# Words of names that come and go between systems.
_PARTICLES = (
    "al|el|de|del|della|di|da|du|des|von|van|der|den|zu|la|le|bin|bn|ibn|bint|ni|mac|mc|st|dos|das|d|o|v|y|mr|mrs|ms|dr"
)
# A mail server that delivers to all these reads the part before @ without dots.
_DOTLESS = "'gmail.com', 'googlemail.com'"
_ARTICLE = re.compile(r"(^|[\s,])ال(?=\w{3})")
PHONE_END = 8
_MACROS = f"""
CREATE OR REPLACE TEMP MACRO latin(text) AS nullif(trim(regexp_replace(regexp_replace(
    lower(text), '[`''’‘´.]', '', 'g'), '[^a-z0-9]+', ' ', 'g')), '');
CREATE OR REPLACE TEMP MACRO folded(text) AS
    regexp_replace(regexp_replace(latin(text), '(a|o|u)e', '\\1', 'g'), 'ss?h', 'sh', 'g');
CREATE OR REPLACE TEMP MACRO without_particles(text) AS coalesce(nullif(trim(regexp_replace(
    ' ' || replace(text, ' ', '  ') || ' ', ' ({_PARTICLES}) ', ' ', 'g')), ''), text);
CREATE OR REPLACE TEMP MACRO single_letters(text) AS array_to_string(list_transform(range(1, length(text) + 1),
    place -> CASE WHEN place > 1 AND text[place] = text[place - 1] THEN '' ELSE text[place] END), '');
CREATE OR REPLACE TEMP MACRO consonants(text) AS
    single_letters(regexp_replace(
        translate(
            regexp_replace(regexp_replace(regexp_replace(regexp_replace(text, 'ph', 'f', 'g'),
                '(kh|ck|ch|qu)', 'k', 'g'), '(gh)', 'g', 'g'),
                'tz|ts', 's', 'g'),
            'cqvzjx', 'kkfsgk'),
        '[aeiouyhw ]', '', 'g'));
CREATE OR REPLACE TEMP MACRO sound(text) AS nullif(consonants(text), '');
CREATE OR REPLACE TEMP MACRO last_sound(text) AS
    sound(regexp_replace(replace(without_particles(text), ' ', ''), '^(al|von|vanden|vander|van|bin)([a-z]{{4,}})', '\\2'));
"""
_HASHED = f"""
CREATE OR REPLACE TEMP TABLE hashed AS
SELECT *, hash(record_type, source_system, first_name, last_name, full_name, email, is_email_verified, phone, address, city, postal_code,
    country_code, date_of_birth, national_id, merged_into, is_person, seen_on, '{FORM_VERSION}') AS content_hash
FROM offered
"""
NOTHING_KNOWN = "(SELECT NULL :: VARCHAR AS record_key, NULL :: UBIGINT AS content_hash WHERE false)"
_STANDARD = f"""
CREATE OR REPLACE TEMP TABLE standard AS
WITH written AS (
    SELECT o.record_key, o.record_type, o.source_system, o.is_person, o.is_email_verified, o.merged_into, o.seen_on,
        coalesce(f.latin, o.first_name) AS first_name, coalesce(l.latin, o.last_name) AS last_name,
        coalesce(n.latin, o.full_name) AS full_name, coalesce(a.latin, o.address) AS address, coalesce(c.latin, o.city) AS city,
        lower(trim(o.email)) AS email, o.phone, o.postal_code, upper(trim(o.country_code)) AS country_code,
        nullif(regexp_replace(o.date_of_birth, '[^0-9]', '', 'g'), '') AS date_of_birth,
        nullif(regexp_replace(upper(o.national_id), '[^0-9A-Z]', '', 'g'), '') AS national_id,
        o.content_hash
    FROM unknown_offered AS o
    LEFT JOIN latin_form AS f ON o.first_name = f.written
    LEFT JOIN latin_form AS l ON o.last_name = l.written
    LEFT JOIN latin_form AS n ON o.full_name = n.written
    LEFT JOIN latin_form AS a ON o.address = a.written
    LEFT JOIN latin_form AS c ON o.city = c.written
), parted AS (
    -- "Last, First", or the first word and the rest.
    SELECT * EXCLUDE (first_name, last_name),
        coalesce(first_name, CASE
            WHEN last_name IS NOT NULL THEN NULL
            WHEN contains(full_name, ',') THEN split_part(full_name, ',', 2)
            WHEN contains(trim(full_name), ' ') THEN split_part(trim(full_name), ' ', 1) END) AS first_name,
        coalesce(last_name, CASE
            WHEN first_name IS NOT NULL THEN NULL
            WHEN contains(full_name, ',') THEN split_part(full_name, ',', 1)
            WHEN contains(trim(full_name), ' ') THEN substr(trim(full_name), strpos(trim(full_name), ' ') + 1)
            ELSE full_name END) AS last_name
    FROM written
), mailed AS (
    SELECT *, CASE WHEN email LIKE '_%@_%' THEN
        CASE WHEN split_part(email, '@', 2) IN ({_DOTLESS}) THEN replace(split_part(split_part(email, '@', 1), '+', 1), '.', '')
            ELSE split_part(split_part(email, '@', 1), '+', 1) END END AS email_user
    FROM parted
)
SELECT m.record_key, m.record_type, m.source_system,
    m.is_person AND (m.first_name IS NOT NULL OR m.last_name IS NOT NULL OR m.email_user IS NOT NULL
        OR m.phone IS NOT NULL) AS is_comparable,
    m.content_hash, m.seen_on,
    replace(folded(m.first_name), ' ', '') AS first_name,
    replace(without_particles(folded(m.last_name)), ' ', '') AS last_name,
    coalesce(sound(folded(m.first_name)), folded(m.first_name)) AS first_sound,
    coalesce(last_sound(folded(m.last_name)), folded(m.last_name)) AS last_sound,
    list_sort(list_distinct(list_filter(
        string_split(without_particles(folded(concat_ws(' ', m.first_name, m.last_name))), ' '), word -> length(word) > 1))) AS name_words,
    m.email_user || '@' || replace(split_part(m.email, '@', 2), 'googlemail.com', 'gmail.com') AS email,
    regexp_replace(m.email_user, '[^a-z0-9]', '', 'g') AS email_user, m.is_email_verified,
    p.e164 AS phone,
    CASE WHEN length(regexp_replace(m.phone, '[^0-9]', '', 'g')) >= {PHONE_END}
        THEN right(regexp_replace(m.phone, '[^0-9]', '', 'g'), {PHONE_END}) END AS phone_end,
    nullif(replace(regexp_replace(folded(m.address), '[0-9]+', '', 'g'), ' ', ''), '') AS street,
    nullif(regexp_extract(m.address, '[0-9]+'), '') AS house,
    nullif(regexp_replace(regexp_replace(upper(m.postal_code), '[^0-9A-Z]', '', 'g'), '^0+$', ''), '') AS postal_code,
    replace(folded(m.city), ' ', '') AS city, m.country_code, m.date_of_birth, m.national_id, m.merged_into
FROM mailed AS m
LEFT JOIN phone_form AS p ON m.phone = p.written AND m.country_code IS NOT DISTINCT FROM p.country_code
"""


def standardise(con: duckdb.DuckDBPyConnection, known: str = NOTHING_KNOWN) -> None:
    """Make table `standard` of those rows of table `offered` that are not known as they are.

    `known` is a relation with record_key and content_hash; table `hashed` has all rows of `offered`, with their hashes.
    """
    con.execute(_MACROS)
    con.execute(_HASHED)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE unknown_offered AS SELECT * FROM hashed ANTI JOIN {known} AS known USING (record_key, content_hash)"
    )
    _latin_forms(con)
    _phone_forms(con)
    con.execute(_STANDARD)


def _latin_forms(con: duckdb.DuckDBPyConnection) -> None:
    """Make table `latin_form` of all texts that hold other letters than a to z, each once."""
    written = " UNION ".join(
        f"SELECT {column} AS written FROM unknown_offered WHERE regexp_matches({column}, '[^\\x00-\\x7F]')"
        for column in ("first_name", "last_name", "full_name", "address", "city")
    )
    texts = con.execute(written).pl()["written"]
    forms = pl.DataFrame(
        {"written": texts, "latin": [latin(text) for text in texts]}, schema={"written": pl.String, "latin": pl.String}
    )
    con.execute("CREATE OR REPLACE TEMP TABLE latin_form AS SELECT * FROM forms")
    del forms


def _phone_forms(con: duckdb.DuckDBPyConnection) -> None:
    """Make table `phone_form` of all numbers, each once per country in which it would be dialled."""
    numbers = con.execute(
        "SELECT DISTINCT phone AS written, upper(trim(country_code)) AS country_code FROM unknown_offered WHERE phone IS NOT NULL"
    ).pl()
    forms = numbers.with_columns(
        pl.Series("e164", [e164(*row) for row in numbers.iter_rows()], dtype=pl.String),
        pl.col("written").cast(pl.String),
        pl.col("country_code").cast(pl.String),
    )
    con.execute("CREATE OR REPLACE TEMP TABLE phone_form AS SELECT * FROM forms")
    del forms


def latin(text: str) -> str:
    """Return a text in Latin letters; the Arabic article, which is written as part of its word, becomes a word of its own."""
    return anyascii(_ARTICLE.sub(r"\1al ", text))
