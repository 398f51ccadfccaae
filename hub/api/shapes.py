"""The ground of every shape that the OpenAPI document shows."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A body as FastAPI describes it; none is ever made, so nothing of it is prepared before somebody asks."""

    model_config = ConfigDict(defer_build=True)


def prepare(shape: type[Shape] = Shape) -> None:
    """Prepare every shape below one, as describing routes needs them."""
    for each in shape.__subclasses__():
        each.model_config["defer_build"] = False
        each.model_rebuild()
        prepare(each)
