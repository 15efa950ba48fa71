"""The announcement: what to ask a service that has just started, and what it answers.

Runs beside the server, `python -m serving.announcement URL`, and ends when it has said it, or
with the server that started it. An example needs a key, which is in the environment, if anywhere.
"""

import http.client
import json
import os
import signal
import sys
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 300
PAUSE_SECONDS = 0.3
MOST_CHARACTERS = 2_500

STARTING = "starting"
KEY_VARIABLE = "ANNOUNCED_KEY"


def announce(url: str, key: str) -> str:
    """Text that shows how to ask the service at an address, once it is ready or says why not.

    Without a key it says no more than that. Empty where the process that started this one is gone.
    """
    deadline, server = time.monotonic() + PATIENCE_SECONDS, os.getppid()
    while time.monotonic() < deadline:
        if os.getppid() != server:
            return ""
        status, answer = _ask(url, "GET", "/readyz")
        if status == 200:
            return _example(url, key) if key else f"Ready at {url}."
        if status == 503 and not str(answer.get("type", "")).endswith(STARTING):
            reasons = [error["detail"] for error in answer.get("errors", [])]
            return "\n".join(["The service runs, but is not ready:", *reasons])
        time.sleep(PAUSE_SECONDS)
    return f"The service did not answer at {url} within {PATIENCE_SECONDS} seconds."


def _example(url: str, key: str) -> str:
    """A call that works, for one invoice of the last score run, and its answer."""
    lines = [
        f"Ready at {url}, where the console asks for the key (description of the API: {url}/docs)."
    ]
    with_key = f"-H 'Authorization: Bearer {key}'"
    status, page = _ask(url, "GET", "/v1/worklist?limit=1", key)
    items = [item for entry in page.get("entries", []) for item in entry["items"]]
    if status != 200 or not items:
        return "\n".join([*lines, f"Try:  curl {url}/v1/model {with_key}"])
    urgent = max(items, key=lambda item: Decimal(item["priority"]["amount"]))
    body = json.dumps({"invoice_ids": [urgent["invoice_id"]], "explain": 3})
    _, answer = _ask(url, "POST", "/v1/scores/invoices", key, body)
    shown = json.dumps(answer, indent=2, ensure_ascii=False)
    if len(shown) > MOST_CHARACTERS:
        shown = shown[:MOST_CHARACTERS].rsplit("\n", 1)[0] + "\n  …"
    command = (
        f"curl {url}/v1/scores/invoices {with_key} -H 'Content-Type: application/json' -d '{body}'"
    )
    return "\n".join([*lines, f"Try:  {command}", shown])


def _ask(
    url: str, method: str, path: str, key: str = "", body: str = ""
) -> tuple[int, dict[str, Any]]:
    """Status and answer; 0 and nothing where nobody answers."""
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {key}"} if key else {}
    )
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request(method, path, body.encode(), headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        return response.status, answer
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print(announce(sys.argv[1], os.environ.get(KEY_VARIABLE, "")), flush=True)
