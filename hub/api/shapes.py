"""The ground of every shape that the OpenAPI document shows."""

from pydantic import BaseModel


class Shape(BaseModel):
    """A body as FastAPI describes it; none is ever made."""
