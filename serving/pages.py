"""Pages for people: the console, and the description of the API; both work without a network."""

from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

STATIC = Path(__file__).with_name("static")
CONSOLE = STATIC / "console"
CONSOLE_PAGE = "index.html"
SWAGGER_UI = ("swagger-ui.css", "swagger-ui-bundle.js")
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def _policy(**more: str) -> str:
    """Content security policy: nothing from elsewhere, nothing inline unless it is said."""
    sources = {
        "default-src": "'none'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "script-src": "'self'",
        "style-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    sources |= {name.replace("_", "-"): source for name, source in more.items()}
    return "; ".join(f"{name} {source}" for name, source in sources.items())


POLICY = _policy()
DOCS_POLICY = _policy(style_src="'self' 'unsafe-inline'", form_action="'none'")
"""Swagger UI sets styles inline."""


def add_pages(app: FastAPI, swagger_ui: Path) -> None:
    """Add the console at `/`, the page `/docs`, and the files they load.

    Parameters
    ----------
    swagger_ui
        Directory of the files of Swagger UI.
    """
    docs = {
        "/docs": STATIC / "docs.html",
        "/docs/docs.js": STATIC / "docs.js",
        **{f"/docs/{name}": swagger_ui / name for name in SWAGGER_UI},
    }
    for path, file in docs.items():
        _add_file(app, path, file)
    _add_page(app, "/", CONSOLE / CONSOLE_PAGE)
    for name in console_files():
        _add_page(app, f"/console/{name}", CONSOLE / name)


def console_files() -> list[str]:
    """Names of the files that the page of the console loads."""
    return sorted(file.name for file in CONSOLE.iterdir() if file.name != CONSOLE_PAGE)


def _add_file(app: FastAPI, path: str, file: Path) -> None:
    def read_page() -> FileResponse:
        return FileResponse(file, headers={"Content-Security-Policy": DOCS_POLICY})

    app.add_api_route(path, read_page, include_in_schema=False, response_class=FileResponse)


def _add_page(app: FastAPI, path: str, file: Path) -> None:
    """A file that browsers may keep, and ask each time whether it is still the same."""

    def read_page(request: Request) -> Response:
        content = file.read_bytes()
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
            "ETag": f'"{sha256(content).hexdigest()[:32]}"',
            "Referrer-Policy": "same-origin",
        }
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=TYPES[file.suffix])

    app.add_api_route(path, read_page, include_in_schema=False, response_class=Response)
