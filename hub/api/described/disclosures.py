"""How the document describes `/v1/disclosures`."""

from hub.api.describing import Described
from hub.api.disclosures import routes
from hub.api.schemas import BEARER, MANDATE, BatchBody, BatchRequest, DisclosureBody, DisclosureRequest, problems

described = Described(routes, tags=["disclosures"], dependencies=BEARER, responses=problems(401, 403, 422, 503))


@described("disclose", response_model=DisclosureBody, responses=problems(429))
def disclose(body: DisclosureRequest, on_behalf_of: MANDATE = None) -> None:
    """Read fields of one person's file for a purpose.

    An over-ask is answered with what is allowed; every other field stands in `withheld` with its reason.
    """


@described("discloseBatch", response_model=BatchBody)
def disclose_batch(body: BatchRequest) -> None:
    """The same read of up to 1,000 people's files, each decided and recorded on its own."""
