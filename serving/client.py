"""A client of the service, for programs in Python.

>>> client = Client("http://127.0.0.1:3000", "dk_…")  # doctest: +SKIP
>>> client.score_invoices(["I00007-00003"], explain=3).scores[0].expected_payment_date
... # doctest: +SKIP
datetime.date(2024, 7, 9)
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import ValidationError

from ledger.errors import DuecastError
from serving.alert_answers import AlertAnswer, AlertsAnswer
from serving.answers import ModelAnswer, ProblemAnswer
from serving.contact_answers import ContactAnswer
from serving.ledger_answers import LedgerWriteAnswer
from serving.order_answers import CreditCheckAnswer
from serving.portfolio_answers import CashForecastAnswer, KpisAnswer
from serving.profile_answers import ProfileAnswer
from serving.score_answers import CreditLimitsAnswer, CustomerScoresAnswer, InvoiceScoresAnswer
from serving.wire import Part
from serving.worklist_answers import WorklistAnswer, WorklistEntry

Answer = TypeVar("Answer", bound=Part)
Page = TypeVar("Page", WorklistAnswer, AlertsAnswer)
Row = Mapping[str, Any]
"""Values of a row by the names of DOMAIN section 1: dates and money as text, flags as bool."""

TIMEOUT_SECONDS = 60.0
TRIES = 4
AGAIN = (429, 503)
"""Statuses after which any request may be sent again: nothing was done."""

AGAIN_IF_IDEMPOTENT = (*AGAIN, 504)


class ProblemError(DuecastError):
    """What the service answered instead: problem details, with every flaw of the request."""

    def __init__(self, problem: ProblemAnswer) -> None:
        self.problem = problem
        flaws = [
            f"{flaw.pointer or flaw.parameter or ''} {flaw.detail}".strip()
            for flaw in problem.errors or ()
        ]
        super().__init__("\n".join([f"{problem.title}: {problem.detail}", *flaws]))


class UnreachableServiceError(DuecastError):
    """The service did not answer; a write may be stored or not, and can be sent again."""


class Client:
    """Asks the service, with one connection that is kept.

    What is answered with "busy", "too many requests" or "not ready" is asked again after the time
    that the answer names, a few times; writes are safe to send again, for they are idempotent.

    Parameters
    ----------
    url, key
        Address of the service, and a key of `duecast keys create`.
    timeout_seconds
        For one answer.
    language
        Of the reasons' sentences.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        language: Literal["en", "fr"] = "en",
    ) -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def score_invoices(
        self, invoice_ids: Sequence[str], *, as_of: date | None = None, explain: int = 0
    ) -> InvoiceScoresAnswer:
        """When the money of invoices of the stored ledger will arrive, and why."""
        body = {"invoice_ids": list(invoice_ids), "explain": explain}
        return self._post("/v1/scores/invoices", InvoiceScoresAnswer, body, as_of)

    def score_documents(
        self, documents: Sequence[Row], *, as_of: date | None = None, explain: int = 0
    ) -> InvoiceScoresAnswer:
        """The same of documents that are not in the ledger yet."""
        body = {"invoices": [dict(document) for document in documents], "explain": explain}
        return self._post("/v1/scores/invoices", InvoiceScoresAnswer, body, as_of)

    def score_customers(
        self, customer_ids: Sequence[str], *, as_of: date | None = None, explain: int = 0
    ) -> CustomerScoresAnswer:
        """How likely customers default, what is at stake, and why."""
        body = {"customer_ids": list(customer_ids), "explain": explain}
        return self._post("/v1/scores/customers", CustomerScoresAnswer, body, as_of)

    def credit_limits(
        self, customer_ids: Sequence[str], *, as_of: date | None = None
    ) -> CreditLimitsAnswer:
        """Credit limits of customers, by the policy."""
        body = {"customer_ids": list(customer_ids)}
        return self._post("/v1/credit/limits", CreditLimitsAnswer, body, as_of)

    def check_order(self, order: Row, *, as_of: date | None = None) -> CreditCheckAnswer:
        """Whether an order may be delivered on credit; see `CreditCheckRequest` for its fields."""
        return self._post("/v1/credit/checks", CreditCheckAnswer, dict(order), as_of)

    def put_rows(
        self,
        table: str,
        rows: Sequence[Row] = (),
        *,
        void: Sequence[Any] = (),
        coverage: Row | None = None,
    ) -> LedgerWriteAnswer:
        """Store rows of a table of the ledger, all of them or none; committed on return."""
        body = {"rows": [dict(row) for row in rows], "void": list(void), "coverage": coverage}
        return self._ask("PUT", f"/v1/ledger/{table}", LedgerWriteAnswer, json=body)

    def log_contact(self, contact: Row) -> ContactAnswer:
        """Store that a customer was contacted; see `LogContactRequest` for its fields.

        A contact without an id gets one here, so that asking again stores it once.
        """
        body = {"contact_id": uuid4().hex, **contact}
        return self._ask("POST", "/v1/contacts", ContactAnswer, json=body)

    def customer(self, customer_id: str) -> ProfileAnswer:
        """All that the last score run says of a customer."""
        return self._ask("GET", f"/v1/customers/{quote(customer_id, safe='')}", ProfileAnswer)

    def worklist(self, *, collector: str | None = None) -> Iterator[WorklistEntry]:
        """Every entry of the last score run's worklist, in the order to work."""
        for page in self._pages("/v1/worklist", WorklistAnswer, collector=collector):
            yield from page.entries

    def alerts(
        self, *, severity: str | None = None, collector: str | None = None
    ) -> Iterator[AlertAnswer]:
        """Every alert of the last score run, the gravest first."""
        given = {"severity": severity, "collector": collector}
        for page in self._pages("/v1/alerts", AlertsAnswer, **given):
            yield from page.alerts

    def kpis(self) -> KpisAnswer:
        """Key figures of the portfolio, of the last score run."""
        return self._ask("GET", "/v1/portfolio/kpis", KpisAnswer)

    def cash_forecast(self) -> CashForecastAnswer:
        """When the money of open items arrives, of the last score run."""
        return self._ask("GET", "/v1/portfolio/cash-forecast", CashForecastAnswer)

    def model(self) -> ModelAnswer:
        """What the model in use is."""
        return self._ask("GET", "/v1/model", ModelAnswer)

    def _post(
        self, path: str, answer: type[Answer], body: dict[str, Any], as_of: date | None
    ) -> Answer:
        if as_of is not None:
            body["as_of"] = as_of.isoformat()
        return self._ask("POST", path, answer, json=body)

    def _pages(self, path: str, answer: type[Page], **filters: str | None) -> Iterator[Page]:
        """The pages of a list, one after the other."""
        given = {name: value for name, value in filters.items() if value is not None}
        while True:
            page = self._ask("GET", path, answer, params=given)
            yield page
            if page.next_cursor is None:
                return
            given["cursor"] = page.next_cursor

    def _ask(self, method: str, path: str, answer: type[Answer], **what: Any) -> Answer:
        """The answer to a request.

        Raises
        ------
        ProblemError
            If the service refuses.
        UnreachableServiceError
            If it does not answer, or something else does.
        """
        again = AGAIN_IF_IDEMPOTENT if method in ("GET", "PUT") else AGAIN
        for left in range(TRIES - 1, -1, -1):
            try:
                response = self._http.request(method, path, **what)
            except httpx.TransportError as error:
                raise UnreachableServiceError(f"no answer to {method} {path}: {error}") from error
            if response.status_code not in again or not left:
                break
            time.sleep(_seconds(response))
        try:
            if response.is_success:
                return answer.model_validate_json(response.content)
            problem = ProblemAnswer.model_validate_json(response.content)
        except ValidationError as error:
            raise UnreachableServiceError(
                f"{method} {path} is answered with {response.status_code} by something else"
            ) from error
        raise ProblemError(problem)


def _seconds(response: httpx.Response) -> float:
    """Time to wait before asking again, at most half a minute."""
    text = response.headers.get("retry-after", "1")
    return min(float(text), 30.0) if text.isdecimal() else 1.0
