"""The Bento that `bentoml build` makes serves from its own directory."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from serving.commands import ROOT
from tests.serving.running import PATIENCE_SECONDS, Service, bearer, free_port, wait_until

BENTOML = str(Path(sys.executable).with_name("bentoml"))


def test_a_bento_is_built_and_serves_from_its_own_directory(
    service: Service, tmp_path: Path
) -> None:
    environment = os.environ | {
        "BENTOML_HOME": str(tmp_path / "bentoml"),
        "BENTOML_DO_NOT_TRACK": "true",
        "DUECAST_HOME": str(service.home),
    }
    subprocess.run([BENTOML, "build", "--output", "tag"], cwd=ROOT, env=environment, check=True)
    (source,) = (tmp_path / "bentoml" / "bentos" / "duecast").glob("*/src")
    assert not (source / "tests").exists()
    assert not (source / "training").exists()
    page = source / "serving" / "static" / "docs.html"
    page.write_text(page.read_text(encoding="utf-8") + "<!-- of the Bento -->", encoding="utf-8")
    port = free_port()
    command = [BENTOML, "serve", "serving.service:Duecast", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, cwd=source, env=environment, stdout=log, stderr=log) as process,
        httpx.Client(base_url=url, headers=bearer(service.key), timeout=60) as bento,
    ):
        try:
            wait_until(lambda: answers(bento))
            assert "of the Bento" in bento.get("/docs").text
            assert "main.js" in bento.get("/").text
            assert bento.get("/console/main.js").status_code == 200
            ids = service.ledger.text("invoices", "invoice_id")[-3:].tolist()
            asked = {"invoice_ids": ids, "explain": 1}
            path = "/v1/scores/invoices"
            theirs, ours = (client.post(path, json=asked) for client in (bento, service.client))
            assert theirs.status_code == 200
            assert theirs.json() == ours.json()
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
