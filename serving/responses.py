"""Answers as responses."""

from fastapi import Response

from models.sentences import Language
from serving.wire import Part


def json_response(answer: Part, language: Language | None = None) -> Response:
    """The answer as JSON; every float is read back as the same one."""
    headers = {"Content-Language": language} if language else {}
    return Response(answer.model_dump_json(), headers=headers, media_type="application/json")
