"""The description of the API: sound, complete, and true of what the service does."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel

from ledger.schema import TABLES
from serving import examples
from serving.answers import ProblemAnswer
from serving.contact_requests import ContactDispute, ContactPromise, LogContactRequest
from serving.description import PROBLEMS
from serving.field_meanings import MEANINGS
from serving.ledger_examples import write_example
from serving.ledger_requests import WRITES
from serving.ledger_rows import ROWS
from serving.order_requests import CreditCheckRequest
from serving.problem_kinds import KINDS
from serving.requests import (
    CreditLimitsRequest,
    InvoiceDocument,
    ScoreCustomersRequest,
    ScoreInvoicesRequest,
)
from serving.score_answers import CustomerScoresAnswer, InvoiceScoresAnswer
from tests.serving.running import Service

Json = Any
PATHS = {
    ("post", "/v1/scores/invoices"),
    ("post", "/v1/scores/customers"),
    ("post", "/v1/credit/limits"),
    ("post", "/v1/credit/checks"),
    ("post", "/v1/contacts"),
    ("get", "/v1/alerts"),
    ("get", "/v1/customers/{customer_id}"),
    ("get", "/v1/portfolio/kpis"),
    ("get", "/v1/portfolio/aging"),
    ("get", "/v1/portfolio/cash-forecast"),
    ("get", "/v1/audit/{audit_id}"),
    *(("put", f"/v1/ledger/{table}") for table in TABLES),
    ("get", "/v1/worklist"),
    ("get", "/v1/model"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}
EXAMPLES: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (model, example["value"])
    for model, given in (
        (ScoreInvoicesRequest, examples.SCORE_INVOICES),
        (ScoreCustomersRequest, examples.SCORE_CUSTOMERS),
        (CreditLimitsRequest, examples.CREDIT_LIMITS),
        (CreditCheckRequest, examples.CREDIT_CHECKS),
        *((WRITES[table], write_example(table)) for table in TABLES),
        (LogContactRequest, examples.LOG_CONTACT),
    )
    for example in given.values()
]


@pytest.fixture(scope="module")
def description(service: Service) -> Json:
    return service.client.get("/openapi.json").json()


def parts(value: Json) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def test_it_is_openapi_and_has_every_route(description: Json) -> None:
    OpenAPI.model_validate(description)
    found = {
        (method, path) for path, operations in description["paths"].items() for method in operations
    }
    assert found == PATHS
    assert set(description["paths"]) == set(PROBLEMS)


def test_every_reference_leads_somewhere_and_every_schema_is_used(description: Json) -> None:
    schemas = description["components"]["schemas"]
    named = {part["$ref"] for part in parts(description) if isinstance(part.get("$ref"), str)}
    assert named == {f"#/components/schemas/{name}" for name in schemas}


def test_every_operation_says_what_it_does_and_how_it_fails(description: Json) -> None:
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert operation["description"].strip().endswith(".")
            answered = set(operation["responses"]) - {"200", "default"}
            assert answered == {str(int(KINDS[name].status)) for name in PROBLEMS[path]}
            for status in (answered | {"default"}) - {"200"}:
                assert list(operation["responses"][status]["content"]) == [
                    "application/problem+json"
                ]


def test_every_operation_but_the_probes_asks_for_a_key_and_says_for_which_roles(
    description: Json,
) -> None:
    schemes = description["components"]["securitySchemes"]
    assert [(scheme["type"], scheme["scheme"]) for scheme in schemes.values()] == [
        ("http", "bearer")
    ]
    for path, operations in description["paths"].items():
        for operation in operations.values():
            probe = path in ("/healthz", "/readyz")
            assert operation["security"] == ([] if probe else [{name: []} for name in schemes])
            assert ("Roles: " in operation["description"]) != probe
    assert description["paths"]["/metrics"]["get"]["description"].endswith("Roles: analyst, admin.")


def test_every_kind_of_problem_is_described(description: Json) -> None:
    told = description["info"]["description"]
    for kind in KINDS.values():
        assert f"`{kind.name}` ({int(kind.status)})" in told
        assert kind.meaning.endswith(".")


@pytest.mark.parametrize(
    "model",
    [
        ScoreInvoicesRequest,
        ScoreCustomersRequest,
        CreditLimitsRequest,
        InvoiceDocument,
        CreditCheckRequest,
        LogContactRequest,
        ContactPromise,
        ContactDispute,
        *ROWS.values(),
        *WRITES.values(),
    ],
)
def test_every_field_of_a_request_is_described_and_bounded(
    description: Json, model: type[BaseModel]
) -> None:
    schema = description["components"]["schemas"][model.__name__]
    assert schema["additionalProperties"] is False
    for name, field in schema["properties"].items():
        assert field.get("description"), name
        for part in parts(field):
            if part.get("type") == "array":
                assert "maxItems" in part, name
            if part.get("type") == "integer":
                assert {"minimum", "maximum"} <= set(part), name


def test_every_field_of_an_answer_is_described(description: Json) -> None:
    schemas = description["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, found in schema.get("properties", {}).items()
        if not found.get("description") and set(found) != {"$ref"}
    ]
    assert silent == []
    used = {field for schema in schemas.values() for field in schema.get("properties", {})}
    assert MEANINGS.keys() <= used


def test_every_parameter_is_described_and_bounded(description: Json) -> None:
    for path, operations in description["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                name = f"{path} {parameter['name']}"
                assert parameter.get("description"), name
                kinds = [part for part in parts(parameter["schema"]) if "type" in part]
                for part in kinds:
                    if part["type"] == "integer":
                        assert {"minimum", "maximum"} <= set(part), name
                    if part["type"] == "string" and parameter["in"] != "header":
                        assert {"maxLength", "enum", "const"} & set(part), name


def test_a_ledger_in_a_request_has_the_tables_and_columns_of_the_schema(description: Json) -> None:
    schemas = description["components"]["schemas"]
    ledger = schemas["LedgerRows"]["properties"]
    for name, table in TABLES.items():
        row = schemas[ledger[name]["items"]["$ref"].rsplit("/", 1)[1]]
        assert list(row["properties"]) == list(table.names)
        required = [column.name for column in table.columns if column.required]
        assert row.get("required", []) == required
        for column in table.columns:
            if column.choices:
                enums = [
                    part["enum"] for part in parts(row["properties"][column.name]) if "enum" in part
                ]
                assert enums == [list(column.choices)]


@pytest.mark.parametrize(("model", "example"), EXAMPLES)
def test_every_example_is_a_request(model: type[BaseModel], example: dict[str, Any]) -> None:
    model.model_validate(example)


def test_the_examples_are_in_the_description(description: Json) -> None:
    found = [part["value"] for part in parts(description) if {"summary", "value"} <= set(part)]
    assert found == [example for _, example in EXAMPLES]


@pytest.mark.parametrize(
    ("path", "example", "model"),
    [
        ("/v1/scores/invoices", "own ledger", InvoiceScoresAnswer),
        ("/v1/scores/invoices", "documents", InvoiceScoresAnswer),
        ("/v1/scores/customers", "own ledger", CustomerScoresAnswer),
    ],
)
def test_an_example_can_be_sent_and_its_answer_is_as_described(
    service: Service, path: str, example: str, model: type[BaseModel]
) -> None:
    given = examples.SCORE_CUSTOMERS if "customers" in path else examples.SCORE_INVOICES
    body = given[example]["value"]
    if example == "documents":
        through = service.client.get("/v1/model").json()["window"]["as_of"]
        documents = [{**document, "issued_on": through} for document in body["invoices"]]
        body = {"invoices": documents}
    response = service.client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer = model.model_validate_json(response.content)
    assert answer.model_dump(mode="json") == response.json()
    assert len(response.json()["scores"]) == 1


def test_problems_are_as_described(service: Service) -> None:
    response = service.client.post("/v1/scores/invoices", json={"explain": -1})
    problem = ProblemAnswer.model_validate_json(response.content)
    assert problem.errors and problem.type.removeprefix("urn:duecast:problem:") in KINDS
