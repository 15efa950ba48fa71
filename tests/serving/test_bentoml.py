"""BentoML serves the API behind our gate, and answers nothing by itself."""

from starlette.applications import Starlette

from serving.gate import Gate
from serving.service import SAID_TWICE, TRAFFIC_LIMITS, Duecast, api


def test_no_layer_of_bentoml_answers_before_ours() -> None:
    gate = Duecast.to_asgi()
    assert isinstance(gate, Gate)
    assert gate.api is api
    assert isinstance(gate.app, Starlette)
    names = {getattr(layer.cls, "__name__", "") for layer in gate.app.user_middleware}
    assert names and not names & {*TRAFFIC_LIMITS, *SAID_TWICE}


def test_the_service_is_called_duecast_and_has_no_other_routes() -> None:
    assert Duecast.name == "duecast"
    assert Duecast.apis == {}
    assert [path for _, path, _ in Duecast.mount_apps] == ["/"]
