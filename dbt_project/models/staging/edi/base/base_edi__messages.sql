-- Headers of messages. Where X12 and EDIFACT say the same thing in different segments, it is one column here.
with segments as (

    select * from {{ ref('base_edi__segments') }}

),

-- What stands before the lines; of an 856, what is said of the shipment as a whole.
headers as (

    select *
    from segments
    where line_position is null or line_level = 'S'

),

collected as (

    select
        message_key,
        standard,
        message_type,
        direction,
        partner_id,
        prepared_at,
        _load_id,
        _file,
        min(_row) as _row,
        coalesce(
            {{ edi_first("tag in ('BEG', 'BAK', 'BIA')", edi_text(3)) }},
            {{ edi_first("tag in ('BSN', 'BIG', 'BGM')", edi_text(2)) }}
        ) as document_number,
        coalesce(
            {{ edi_first("tag in ('BEG', 'BAK', 'BSN', 'BIA')", edi_text(1)) }},
            {{ edi_first("tag = 'BGM'", edi_text(3)) }}
        ) as purpose_code,
        {{ edi_first("tag = 'BAK'", edi_text(2)) }} as response_code,
        coalesce(
            {{ edi_first("tag = 'BEG'", edi_date(edi_text(5))) }},
            {{ edi_first("tag in ('BAK', 'BIA')", edi_date(edi_text(4))) }},
            {{ edi_first("tag = 'BSN'", edi_date(edi_text(3))) }},
            {{ edi_day("EDIFACT", "in ('366')") }},
            {{ edi_day("EDIFACT", "in ('137', '4')") }}
        ) as document_on,
        coalesce(
            {{ edi_first("tag = 'BAK'", edi_text(3)) }},
            {{ edi_first("tag = 'RFF' and " ~ edi_text(1) ~ " = 'ON'", edi_text(1, 1)) }}
        ) as order_number,
        upper(coalesce(
            {{ edi_first("tag = 'CUR'", edi_text(2)) }},
            {{ edi_first("tag = 'CUX'", edi_text(1, 1)) }}
        )) as currency_code,
        coalesce(
            {{ edi_day("X12", "in ('002', '010', '106')") }},
            {{ edi_day("EDIFACT", "in ('2', '63', '69')") }}
        ) as requested_on,
        coalesce(
            {{ edi_day("X12", "= '011'") }},
            {{ edi_day("EDIFACT", "= '11'") }}
        ) as shipped_on,
        coalesce(
            {{ edi_day("X12", "in ('017', '067')") }},
            {{ edi_day("EDIFACT", "in ('17', '132')") }}
        ) as promised_on,
        -- The parcel's own number tells most, the carrier's reference less, the bill of lading least.
        coalesce(
            {{ edi_first("tag = 'REF' and " ~ edi_text(1) ~ " = '2I'", edi_text(2)) }},
            {{ edi_first("tag = 'REF' and " ~ edi_text(1) ~ " = 'CN'", edi_text(2)) }},
            {{ edi_first("tag = 'REF' and " ~ edi_text(1) ~ " = 'BM'", edi_text(2)) }},
            {{ edi_first("tag = 'RFF' and " ~ edi_text(1) ~ " = 'CN'", edi_text(1, 1)) }},
            {{ edi_first("tag = 'RFF' and " ~ edi_text(1) ~ " = 'BM'", edi_text(1, 1)) }}
        ) as tracking_number,
        coalesce(
            {{ edi_first("tag = 'TD5'", edi_text(3)) }},
            {{ edi_first("tag = 'TDT'", edi_text(5)) }}
        ) as carrier_code
    from headers
    group by message_key, standard, message_type, direction, partner_id, prepared_at, _load_id, _file

)

select
    message_key,
    standard,
    message_type,
    direction,
    partner_id,
    prepared_at,
    document_number,
    purpose_code,
    message_type || ' ' || coalesce(response_code, purpose_code, 'without') as status_raw,
    coalesce(document_on, cast(prepared_at as date)) as document_on,
    order_number,
    coalesce(currency_code, '{{ edi_option('edi', "currency", var("reporting_currency")) }}') as currency_code,
    requested_on,
    shipped_on,
    promised_on,
    tracking_number,
    carrier_code,
    _load_id,
    _file,
    _row
from collected
