"""Whatever is sent: no server error, and every answer is as the description says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.serving.running import running, wait_until

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
EXAMPLES = 5
"""Of each route and way of making them; `SCHEMATHESIS_EXAMPLES` asks for more."""


def test_every_answer_to_whatever_is_sent_is_as_described(
    served_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(served_home, home)
    with running(home, DUECAST_REQUESTS_PER_MINUTE="1000000") as server:
        wait_until(lambda: server.client.get("/readyz").status_code == 200)
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            *("run", f"http://127.0.0.1:{server.port}/openapi.json"),
            *("--header", f"Authorization: Bearer {server.key}"),
            *("--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", os.environ.get("SCHEMATHESIS_EXAMPLES", str(EXAMPLES))),
            "--generation-deterministic",
        ]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False
        )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert "❌" not in done.stdout
