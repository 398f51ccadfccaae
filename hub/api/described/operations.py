"""How the document describes `/healthz` and `/readyz`."""

from hub.api.describing import Described
from hub.api.operations import routes
from hub.api.schemas import Health, problems

described = Described(routes, tags=["operations"])


@described("healthz", response_model=Health)
def healthz() -> None:
    """The process is up."""


@described("readyz", response_model=Health, responses=problems(503))
def readyz() -> None:
    """The hub can read and can record."""
