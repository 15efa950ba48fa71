"""Ledgers with one problem each: its rule, the files that have it, how it is told."""

from collections.abc import Mapping

from tests.ledger.small_ledger import FILES, with_row

INVOICES, PAYMENTS = FILES["invoices.csv"], FILES["payments.csv"]
ALLOCATIONS = "allocation_id,invoice_id,kind,source_id,amount,allocated_on\n"
FACTS = "customer_id,name,value,valid_from\n"
RATES = "currency,on,rate\nUSD,2024-05-01,0.9\nUSD,2024-12-30,0.95\n"

Files = Mapping[str, str | bytes | None]

ERRORS: dict[str, tuple[str, Files, str]] = {
    "a missing ledger.toml": (
        "unusable-extract",
        {"ledger.toml": None},
        'ledger.toml is missing; expected a file with reporting_currency = "EUR",'
        " complete_through = 2024-12-31; write it",
    ),
    "a misspelt key of ledger.toml": (
        "unusable-extract",
        {"ledger.toml": FILES["ledger.toml"] + "complete_form = 2024-01-01\n"},
        "ledger.toml: complete_form is no key (did you mean complete_from?); expected"
        " reporting_currency, complete_from, complete_through, timezone; correct or remove it",
    ),
    "a ledger.toml without its last day": (
        "unusable-extract",
        {"ledger.toml": 'reporting_currency = "EUR"\n'},
        "ledger.toml: complete_through is missing; expected a date like 2024-02-29; add it",
    ),
    "a reporting currency that is none": (
        "unusable-extract",
        {"ledger.toml": 'reporting_currency = "euro"\ncomplete_through = 2024-12-31\n'},
        "ledger.toml: reporting_currency is 'euro'; expected a code like 'EUR'; correct it",
    ),
    "a time zone that does not exist": (
        "unusable-extract",
        {"ledger.toml": FILES["ledger.toml"] + 'timezone = "Paris"\n'},
        "ledger.toml: timezone is 'Paris'; expected a name like 'Europe/Paris'; correct it",
    ),
    "no invoices": (
        "missing-table",
        {"invoices.csv": None, "payments.csv": None},
        "{directory}: there is no invoices.csv or invoices.parquet; add the file",
    ),
    "a table in two formats": (
        "two-files",
        {"customers.parquet": b""},
        "customers.csv: there is customers.parquet too; remove one of them",
    ),
    "an empty file": (
        "empty-file",
        {"invoices.csv": ""},
        "invoices.csv: the file is empty; expected a header with column names; export it again,"
        " or remove it",
    ),
    "an empty Parquet file": (
        "empty-file",
        {"disputes.parquet": b""},
        "disputes.parquet: the file is empty; expected Parquet; export it again, or remove it",
    ),
    "a workbook under the name of a CSV file": (
        "unreadable-file",
        {"invoices.csv": b"PK\x03\x04" + bytes(1000)},
        "invoices.csv: it is an Excel workbook or a zip archive; expected a CSV file; export it"
        " again as CSV (UTF-8) or Parquet",
    ),
    "binary garbage": (
        "unreadable-file",
        {"invoices.csv": b"\x01\x02invoice_id\x00"},
        "invoices.csv: it is not text (byte 0x01 at position 0); expected a CSV file; export it"
        " again as CSV (UTF-8) or Parquet",
    ),
    "garbage under the name of a Parquet file": (
        "unreadable-file",
        {"disputes.parquet": b"PAR1 and then nothing of the kind"},
        "disputes.parquet: it is no Parquet file, or a damaged one; export it again as CSV (UTF-8)"
        " or Parquet",
    ),
    "a title above the header": (
        "unreadable-file",
        {"invoices.csv": "Open items of March\n" + INVOICES},
        "invoices.csv: row 1 is 'Open items of March'; expected a header with column names such as"
        " invoice_id, customer_id, issued_on, due_on, amount; export it again as CSV (UTF-8) or"
        " Parquet",
    ),
    "a quotation mark that is never closed": (
        "broken-row",
        with_row("customers.csv", 'C3,"Eve\nC4,Joe'),
        "customers.csv row 4: a quotation mark is opened and never closed; correct it or set the"
        " row aside with --quarantine",
    ),
    "a byte of no known encoding": (
        "unreadable-file",
        {"customers.csv": b"customer_id,name\nC1,Bj\x81rk\nC2,Bob\n"},
        "customers.csv: byte 0x81 at position 22 is neither UTF-8 nor Windows-1252; expected"
        " UTF-8, or the encoding that a mapping names; export it again as CSV (UTF-8) or Parquet",
    ),
    "a missing column": (
        "missing-column",
        {"invoices.csv": "invoice_id,customer_id,issued_on,amount\nI1,C1,2024-01-01,100.00\n"},
        "invoices.csv: there is no column due_on, which is required; the columns are invoice_id,"
        " customer_id, issued_on, amount; add the column",
    ),
    "payments of nobody": (
        "missing-column",
        {"payments.csv": "payment_id,paid_on,amount\nP1,2024-02-05,100.00\n"},
        "payments.csv: there is no column customer_id or invoice_id, which is required; the"
        " columns are payment_id, paid_on, amount; add the column",
    ),
    "a misspelt column": (
        "unknown-column",
        {"payments.csv": PAYMENTS.replace("0\n", "0,\n").replace("amount", "amount,recordedon")},
        "payments.csv: it has a column 'recordedon', which no table payments has; did you mean"
        " recorded_on?; correct its name, remove it, or map it with duecast ingest --mapping",
    ),
    "two columns of one name": (
        "repeated-column",
        {"payments.csv": PAYMENTS.replace("invoice_id", "amount")},
        "payments.csv: there are two columns amount; remove or rename one of them",
    ),
    "a column of the wrong type": (
        "wrong-type",
        {"payments.csv": PAYMENTS.replace(",2024-0", ",week 0")},
        "payments.csv row 2 (also 3): paid_on is 'week 02-05' and none of 2 values can be read;"
        " expected a date like 2024-02-29; correct the column, or say how it is written in a"
        " mapping (duecast ingest --mapping)",
    ),
    "a row with too few fields": (
        "broken-row",
        with_row("payments.csv", "P3,I3"),
        "payments.csv row 4: it has 2 fields; expected 4, as in the header; correct it or set the"
        " row aside with --quarantine",
    ),
    "a missing value": (
        "missing-value",
        with_row("invoices.csv", "I4,C1,2024-01-01,,10.00"),
        "invoices.csv row 5: due_on is missing; it is required; fill it in or set the row aside"
        " with --quarantine",
    ),
    "a payment of nobody": (
        "missing-value",
        with_row("payments.csv", "P3,,2024-04-01,80.00"),
        "payments.csv row 4: customer_id and invoice_id are missing; one of them is required; fill"
        " it in or set the row aside with --quarantine",
    ),
    "a day that does not exist": (
        "unreadable-value",
        with_row("invoices.csv", "I4,C1,2024-01-01,31/02/2024,10.00"),
        "invoices.csv row 5: due_on is '31/02/2024'; expected a date like 2024-02-29; correct it"
        " or set the row aside with --quarantine",
    ),
    "an amount that is none": (
        "unreadable-value",
        with_row("invoices.csv", "I4,C1,2024-01-01,2024-02-01,n/a"),
        "invoices.csv row 5: amount is 'n/a'; expected an amount like 1234.56 (EUR has at most 2"
        " decimals); correct it or set the row aside with --quarantine",
    ),
    "an amount with more decimals than its currency": (
        "unreadable-value",
        {
            "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
            "I1,C1,2024-05-01,2024-05-31,100,USD\nI2,C1,2024-05-01,2024-05-31,99.5,JPY\n",
            "payments.csv": None,
            "fx_rates.csv": RATES + "JPY,2024-05-01,0.006\nJPY,2024-12-31,0.006\n",
        },
        "invoices.csv row 3: amount is '99.5'; expected an amount like 1234 (JPY has no decimals);"
        " correct it or set the row aside with --quarantine",
    ),
    "a word that is no choice": (
        "unreadable-value",
        {
            "allocations.csv": ALLOCATIONS
            + "A1,I1,payment,P1,60.00,2024-02-05\nA2,I1,gift,,40.00,2024-02-05\n"
        },
        "allocations.csv row 3: kind is 'gift'; expected one of payment, credit_note, discount,"
        " deduction, small_difference, bad_debt, netting, fx; correct it or set the row aside with"
        " --quarantine",
    ),
    "a limit written with thousands": (
        "unreadable-value",
        {"customer_facts.csv": FACTS + 'C1,credit_limit,"50,000",2024-01-01\n'},
        "customer_facts.csv row 2: value of credit_limit is '50,000'; expected a number from 0,"
        " like 2500.50; correct it or set the row aside with --quarantine",
    ),
    "negative terms": (
        "unreadable-value",
        {"customer_facts.csv": FACTS + "C1,terms_days,-30,2024-01-01\n"},
        "customer_facts.csv row 2: value of terms_days is '-30'; expected a number of days from 0,"
        " like 30; correct it or set the row aside with --quarantine",
    ),
    "a limit until a day that is no date": (
        "unreadable-value",
        {"customer_facts.csv": FACTS + "C1,limit_valid_until,31.12.2020,2020-01-01\n"},
        "customer_facts.csv row 2: value of limit_valid_until is '31.12.2020'; expected a date like"
        " 2024-02-29; correct it or set the row aside with --quarantine",
    ),
    "a misspelt status": (
        "unreadable-value",
        {
            "customer_facts.csv": FACTS + "C1,status,legal,2024-01-01\n"
            "C1,status,insolvant,2024-02-01\nC2,status,Insolvent,2024-02-01\n"
        },
        "customer_facts.csv row 3 (also 4): value of status is 'insolvant'; expected one of active,"
        " on_hold, legal, insolvent; correct it or set the row aside with --quarantine",
    ),
    "a rate of nothing": (
        "unreadable-value",
        {"fx_rates.csv": RATES + "USD,2024-06-01,0\n"},
        "fx_rates.csv row 4: rate is '0'; expected a rate above 0; correct it or set the row aside"
        " with --quarantine",
    ),
    "a share in percent": (
        "unreadable-value",
        {
            "guarantees.csv": "guarantee_id,customer_id,amount,insured_share,valid_from\n"
            "G1,C1,5000,90,2024-01-01\n"
        },
        "guarantees.csv row 2: insured_share is '90'; expected a share from 0 to 1, like 0.9;"
        " correct it or set the row aside with --quarantine",
    ),
    "one id with two contents": (
        "conflicting-id",
        with_row("invoices.csv", "I2,C1,2024-02-01,2024-03-02,250.51"),
        "invoices.csv row 3 (also 5): invoice_id 'I2' stands in several rows of different content;"
        " keep the right one or set the row aside with --quarantine",
    ),
    "a currency without a rate": (
        "unknown-currency",
        {
            "invoices.csv": INVOICES.replace("amount", "amount,currency")
            .replace("80.00", "80.00,CHF")
            .replace("100.00", "100.00,")
            .replace("250.50", "250.50,EUR")
        },
        "invoices.csv row 4: the currency is CHF, which has no rate to EUR in fx_rates; add its"
        " rates to fx_rates or set the row aside with --quarantine",
    ),
    "a currency that is none": (
        "unreadable-value",
        {
            "customers.csv": "customer_id,currency\nC1,EUR\nC2,eur\n",
        },
        "customers.csv row 3: currency is 'eur'; expected a three-letter code like EUR; correct it"
        " or set the row aside with --quarantine",
    ),
    "a payment in dollars of an invoice in euros, and no rate": (
        "missing-rate",
        {
            "payments.csv": "payment_id,invoice_id,paid_on,amount,currency\n"
            "P1,I1,2024-02-05,110.00,USD\n",
            "fx_rates.csv": RATES,
        },
        "fx_rates: there is no rate from USD to EUR for 2024-02-05; expected one dated on that day"
        " or at most 7 days before; add it to fx_rates",
    ),
}

WARNINGS: dict[str, tuple[str, Files, str]] = {
    "a payment before its invoice": (
        "payment-before-issue",
        with_row("payments.csv", "P3,I3,2024-02-28,80.00"),
        "payments.csv row 4: paid_on is 2024-02-28, before its invoice was issued on 2024-03-01;"
        " loaded; behaviour uses the later day",
    ),
    "an allocation before its invoice": (
        "payment-before-issue",
        {"allocations.csv": ALLOCATIONS + "A1,I3,payment,,80.00,2024-02-28\n"},
        "allocations.csv row 2: allocated_on is 2024-02-28, before its invoice was issued on"
        " 2024-03-01; loaded; behaviour uses the later day",
    ),
    "a due date before the issue": (
        "due-before-issue",
        with_row("invoices.csv", "I4,C1,2024-04-01,2024-03-31,10.00"),
        "invoices.csv row 5: due_on is 2024-03-31, before the issue on 2024-04-01; loaded as it is",
    ),
    "a negative invoice": (
        "negative-invoice",
        with_row("invoices.csv", "I4,C1,2024-04-01,2024-04-01,-10.00"),
        "invoices.csv row 5: amount of the invoice is -10.00; loaded as a credit note",
    ),
    "a customer nobody listed": (
        "unknown-customer",
        with_row("invoices.csv", "I4,C9,2024-04-01,2024-04-30,10.00"),
        "invoices.csv row 5: customer_id is 'C9', which customers does not have; loaded as a"
        " customer of whom only the id is known",
    ),
    "a row that stands twice": (
        "duplicate-row",
        with_row("invoices.csv", "I2,C1,2024-02-01,2024-03-02,250.5"),
        "invoices.csv row 5: invoice_id 'I2' stands in an earlier row of the same content; loaded"
        " once",
    ),
    "a payment of an invoice outside the extract": (
        "outside-extract",
        with_row("payments.csv", "P3,I-OLD,2024-04-01,80.00"),
        "payments.csv row 4: invoice_id is 'I-OLD', which invoices does not have; loaded, and kept"
        " aside from balances",
    ),
    "an allocation to an invoice outside the extract": (
        "outside-extract",
        {"allocations.csv": ALLOCATIONS + "A1,I-OLD,payment,P1,80.00,2024-02-28\n"},
        "allocations.csv row 2: invoice_id is 'I-OLD', which invoices does not have; loaded, and"
        " kept aside from balances",
    ),
    "the reversal of a payment outside the extract": (
        "outside-extract",
        {
            "payments.csv": "payment_id,customer_id,paid_on,amount,reversal_of\n"
            "P1,C1,2024-02-05,100.00,P-OLD\n"
        },
        "payments.csv row 2: reversal_of is 'P-OLD', which payments does not have; loaded, and"
        " kept aside from balances",
    ),
    "a document of the future": (
        "future-document",
        with_row("invoices.csv", "I4,C1,2025-01-01,2025-01-31,10.00"),
        "invoices.csv row 5: issued_on is 2025-01-01, after complete_through (2024-12-31); loaded,"
        " and unseen until then",
    ),
    "a document recorded in the future": (
        "future-document",
        {
            "payments.csv": "payment_id,invoice_id,paid_on,amount,recorded_on\n"
            "P1,I1,2024-02-05,100.00,2025-01-02\n"
        },
        "payments.csv row 2: recorded_on is 2025-01-02, after complete_through (2024-12-31);"
        " loaded, and unseen until then",
    ),
    "an invoice cleared twice": (
        "over-allocated",
        with_row("payments.csv", "P3,I1,2024-04-01,13.00"),
        "invoices.csv row 2: 113.00 EUR are allocated to its 100.00 EUR; loaded as it is",
    ),
    "an invoice on a day without a rate": (
        "rate-gap",
        {
            "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
            "I1,C1,2024-05-08,2024-05-31,100.00,USD\nI2,C1,2024-05-09,2024-05-31,100.00,USD\n",
            "payments.csv": None,
            "fx_rates.csv": RATES,
        },
        "invoices.csv row 3: issued_on is 2024-05-09; USD has no rate on that day or at most 7 days"
        " before; loaded; add rates, for what has none is not converted",
    ),
    "rates that end too early": (
        "rate-gap",
        {
            "invoices.csv": "invoice_id,customer_id,issued_on,due_on,amount,currency\n"
            "I1,C1,2024-05-08,2024-05-31,100.00,USD\n",
            "payments.csv": None,
            "fx_rates.csv": "currency,on,rate\nUSD,2025-01-01,0.9\nUSD,2024-05-08,0.9\n"
            "USD,2024-05-01,0.9\n",
        },
        "fx_rates.csv row 3: the latest rate of USD is of 2024-05-08, more than 7 days before"
        " complete_through (2024-12-31); loaded; add rates, for what has none is not converted",
    ),
    "names in Latin-1": (
        "guessed-encoding",
        {"customers.csv": "customer_id,name\nC1,Müller\nC2,Bob\n".encode("latin-1")},
        "customers.csv: it is not UTF-8; read as Windows-1252: row 2 has name 'Müller'; write it as"
        " UTF-8, or name its encoding in a mapping, if names look wrong",
    ),
    "amounts with a decimal comma": (
        "guessed-decimal-comma",
        {"invoices.csv": INVOICES.replace(",", ";").replace(".", ",")},
        "invoices.csv: row 2 has amount '100,00'; numbers are read with a decimal comma; name the"
        " decimal sign in a mapping if amounts look wrong",
    ),
    "a file that is no table": (
        "unread-file",
        {"payment.csv": PAYMENTS},
        "payment.csv: no table has this name (did you mean payments?); the tables are customers,"
        " customer_facts, invoices, payments, allocations, disputes, promises, contacts,"
        " guarantees, fx_rates; not read",
    ),
}
