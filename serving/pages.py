"""Pages for people: the description of the API, which works without a network."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

STATIC = Path(__file__).with_name("static")
SWAGGER_UI = ("swagger-ui.css", "swagger-ui-bundle.js")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load: nothing from elsewhere. Swagger UI sets styles inline."""


def add_pages(app: FastAPI, swagger_ui: Path) -> None:
    """Add the page `/docs` and the files it loads.

    Parameters
    ----------
    swagger_ui
        Directory of the files of Swagger UI.
    """
    files = {
        "/docs": STATIC / "docs.html",
        "/docs/docs.js": STATIC / "docs.js",
        **{f"/docs/{name}": swagger_ui / name for name in SWAGGER_UI},
    }
    for path, file in files.items():
        _add_file(app, path, file)


def _add_file(app: FastAPI, path: str, file: Path) -> None:
    def read_page() -> FileResponse:
        return FileResponse(file, headers={"Content-Security-Policy": POLICY})

    app.add_api_route(path, read_page, include_in_schema=False, response_class=FileResponse)
