"""The API's documentation as a page of ours.

Swagger UI writes styles into the page, which our content security policy refuses, so the
page is made on the server from the same OpenAPI document; it runs no script at all.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_METHODS = ("get", "post", "put", "patch", "delete")


class Pages(DocsBase):
    """Draws the OpenAPI document with our own template."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page."""
        schema = api.get_openapi_schema(path_params=kwargs)
        groups: dict[str, list[dict[str, Any]]] = {}
        for path, methods in schema.get("paths", {}).items():
            for method in _METHODS:
                if method in methods:
                    operation = methods[method]
                    tag = (operation.get("tags") or ["autres"])[0]
                    groups.setdefault(tag, []).append(_describe(schema, path, method, operation))
        context = {
            "info": schema["info"],
            "groups": groups,
            "schema_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "core/api_docs.html", context)


def _describe(
    schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    kind: str = next(iter(body), "")
    content: dict[str, Any] = body.get(kind, {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "body_kind": kind,
        "body": _example(schema, content.get("schema", {})) if content else "",
        "responses": [
            {
                "status": status,
                "description": answer.get("description", ""),
                "example": _example(
                    schema,
                    answer.get("content", {}).get("application/json", {}).get("schema", {}),
                ),
            }
            for status, answer in operation.get("responses", {}).items()
        ],
    }


def _example(schema: dict[str, Any], node: dict[str, Any]) -> str:
    if not node:
        return ""
    return json.dumps(_sample(schema, node, 0), ensure_ascii=False, indent=2)


def _sample(schema: dict[str, Any], node: dict[str, Any], depth: int) -> Any:
    """Return what a schema node looks like: types in the place of values."""
    if depth > 6:
        return "…"
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        return _sample(schema, schema["components"]["schemas"].get(name, {}), depth + 1)
    if choices := node.get("anyOf") or node.get("oneOf") or node.get("allOf"):
        kinds = [_sample(schema, choice, depth + 1) for choice in choices]
        texts = [kind for kind in kinds if isinstance(kind, str)]
        others = [kind for kind in kinds if not isinstance(kind, str)]
        return others[0] if others else " | ".join(texts)
    if "enum" in node:
        return " | ".join(str(value) for value in node["enum"])
    if node.get("type") == "object" or "properties" in node:
        properties = node.get("properties", {})
        return {name: _sample(schema, child, depth + 1) for name, child in properties.items()}
    if node.get("type") == "array":
        return [_sample(schema, node.get("items", {}), depth + 1)]
    return node.get("format") or node.get("type", "…")
