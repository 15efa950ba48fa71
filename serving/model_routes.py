"""Routes of the model: what the champion is."""

from dataclasses import asdict
from datetime import UTC, date

from fastapi import APIRouter, Request, Response

from decisions.records import promotions
from serving.answers import ModelAnswer, refused_champion
from serving.questions import OpenDesk
from serving.responses import json_response

router = APIRouter(prefix="/v1", tags=["Model"])


@router.get("/model", response_model=ModelAnswer)
def read_model(request: Request, desk: OpenDesk) -> Response:
    """Read what the champion is: version, data, metrics, definitions, model card."""
    version, bundle = desk.champion.version, desk.champion.bundle
    readiness = request.app.state.readiness
    latest = promotions(readiness.engine())[:1]
    record = next((found for found in latest if found.version == version), None)
    return json_response(
        ModelAnswer(
            version=version,
            sha256=desk.champion.sha256,
            champion_since=record.promoted_at.replace(tzinfo=UTC) if record else None,
            serving_since=desk.since,
            refused=refused_champion(readiness.refusal),
            window={name: date.fromisoformat(day) for name, day in bundle.window.items()},
            data_sha256=bundle.data_sha256,
            absent=dict(bundle.absent),
            metrics=dict(bundle.metrics),
            definitions=asdict(bundle.definitions),
            card=bundle.card,
        )
    )
