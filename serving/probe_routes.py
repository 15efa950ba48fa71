"""Routes of those who watch over the service: probes and metrics."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from serving.answers import AliveAnswer, ReadyAnswer, refused_champion
from serving.responses import json_response

router = APIRouter(tags=["Operation"])


@router.get("/livez", response_model=AliveAnswer, include_in_schema=False)
@router.get("/healthz", response_model=AliveAnswer)
async def answer_alive() -> Response:
    """Say that the process is alive, ready or not."""
    return json_response(AliveAnswer())


@router.get("/readyz", response_model=ReadyAnswer)
def answer_ready(request: Request) -> Response:
    """Say that scores can be asked for; else 503, with what is missing.

    Where the champion cannot be used and the one before it goes on, `refused` says why.
    """
    readiness = request.app.state.readiness
    readiness.require_ready()
    return json_response(ReadyAnswer(refused=refused_champion(readiness.refusal)))


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def read_metrics(request: Request) -> Response:
    """Read the meters of the service, and of the server that runs it, for Prometheus."""
    return Response(
        generate_latest(request.app.state.meters.registry), media_type=CONTENT_TYPE_LATEST
    )
