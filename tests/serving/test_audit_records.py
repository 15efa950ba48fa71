"""Audit records over HTTP."""

from pathlib import Path

from tests.serving.asking import kind
from tests.serving.run_reports import customers
from tests.serving.running import Service


def test_an_audit_record_is_read_by_its_id(service: Service, run: Path) -> None:
    name = customers(run)[0]["customer_id"]
    limits = service.client.post("/v1/credit/limits", json={"customer_ids": [name]})
    record = service.client.get(f"/v1/audit/{limits.headers['x-audit-id']}").json()
    assert (record["kind"], record["flaw"]) == ("credit.limits", None)
    assert record["inputs"]["asked"]["customer_ids"] == [name]
    assert record["result"] == limits.json()
    assert record["request_id"] == limits.headers["x-request-id"]
    assert not [member for member in record if member.endswith("zlib")]
    unknown = service.client.get("/v1/audit/0123")
    assert (unknown.status_code, kind(unknown)) == (404, "no-such-record")
