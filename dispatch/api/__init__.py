"""The API under /api/v1/: nouns are modules, shapes are in `shapes`, refusals in `errors`.

A view fetches what the caller may see, calls one verb of the conductor, and answers.
"""

from dispatch.api import (
    acts,
    assignments,
    auth,
    calls,
    conversations,
    devices,
    elders,
    errors,
    handovers,
    idempotency,
    offers,
    requests,
    stats,
    workforce,
)
from dispatch.api.description import DescribedApi

api = DescribedApi(
    title="One Number",
    version="1",
    urls_namespace="api",
    description="Errors are `{error: {code, message, fields}}`. A POST may carry an"
    " `Idempotency-Key`: sent again within 24 hours it is answered again, and done once.",
    auth=[auth.BEARER, auth.SESSION],
)
errors.install(api)
api.add_decorator(idempotency.once, mode="view")
api.add_router("/requests", requests.router)
api.add_router("/requests", acts.router)
api.add_router("", offers.router)
api.add_router("", handovers.router)
api.add_router("/assignments", assignments.router)
api.add_router("", calls.router)
api.add_router("/calls", conversations.router)
api.add_router("/elders", elders.router)
api.add_router("/devices", devices.router)
api.add_router("", workforce.router)
api.add_router("/stats", stats.router)
