"""Who can be sent: categories, providers, what they offer, and their workers."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from dispatch import surveys
from dispatch.api.fields import PathKey, QueryKey, QueryWord
from dispatch.api.kinds import caller, found
from dispatch.api.paging import Page, Window, page
from dispatch.api.shapes_people import (
    CategoryShape,
    ProviderShape,
    Satisfaction,
    ServiceShape,
    WorkerPlace,
    WorkerShape,
)
from dispatch.api.sight import Sight
from dispatch.api.telling import named
from elders.models import User
from providers.models import Category, Provider, Service, Worker
from providers.selectors import providers_for, workers_for

router = Router(tags=["workforce"])


@router.get("/categories", response=Page[CategoryShape])
def list_categories(request: HttpRequest) -> Page[CategoryShape]:
    """The kinds of help this town knows, in the order it shows them."""
    caller(request)
    return {"items": [_category(row) for row in Category.objects.all()], "next": None}


@router.get("/providers", response=Page[ProviderShape])
def list_providers(
    request: HttpRequest, window: Query[Window], category: QueryWord
) -> Page[ProviderShape]:
    rows = _providers(caller(request))
    if category:
        rows = rows.filter(services__category=category).distinct()
    return page(rows, window, _provider)


@router.get("/providers/{provider_id}", response=ProviderShape)
def get_provider(request: HttpRequest, provider_id: PathKey) -> ProviderShape:
    return _provider(found(_providers(caller(request)), pk=provider_id))


@router.get("/services", response=Page[ServiceShape])
def list_services(
    request: HttpRequest, window: Query[Window], category: QueryWord, provider: QueryKey
) -> Page[ServiceShape]:
    """What a visit is called and costs; the subsidy is the town's share of the price."""
    rows = Service.objects.filter(provider__in=providers_for(caller(request)).values("pk"))
    if category:
        rows = rows.filter(category=category)
    if provider:
        rows = rows.filter(provider=provider)
    return page(rows, window, _service)


@router.get("/workers", response=Page[WorkerShape])
def list_workers(
    request: HttpRequest,
    window: Query[Window],
    category: QueryWord,
    provider: QueryKey,
    on_duty: bool | None = None,
) -> Page[WorkerShape]:
    sight = Sight(caller(request), now=timezone.now())
    rows = _workers(sight.user)
    if category:
        rows = rows.filter(categories__category=category)
    if provider:
        rows = rows.filter(provider=provider)
    if on_duty is not None:
        rows = rows.filter(on_duty=on_duty)
    return page(rows, window, lambda row: _worker(row, sight))


@router.get("/workers/{worker_id}", response=WorkerShape)
def get_worker(request: HttpRequest, worker_id: PathKey) -> WorkerShape:
    sight = Sight(caller(request), now=timezone.now())
    return _worker(found(_workers(sight.user), pk=worker_id), sight)


def _providers(user: User) -> QuerySet[Provider]:
    scored = surveys.mean_score("worker__provider"), surveys.times_scored("worker__provider")
    rows = providers_for(user).annotate(score=scored[0], times_scored=scored[1])
    return rows.prefetch_related("services")


def _workers(user: User) -> QuerySet[Worker]:
    scored = surveys.mean_score("worker"), surveys.times_scored("worker")
    rows = workers_for(user).annotate(score=scored[0], times_scored=scored[1])
    return rows.select_related("provider").prefetch_related("categories")


def _category(row: Category) -> CategoryShape:
    return {
        "code": row.code,
        "name": row.name,
        "name_zh": row.name_zh,
        "icon": row.icon,
        "hotline_digit": row.hotline_digit,
    }


def _provider(row: Provider) -> ProviderShape:
    return {
        **named(row),
        "satisfaction": _satisfaction(row),
        "phone": row.phone,
        "active": row.active,
        "rating": row.rating,
        "categories": sorted({service.category_id for service in row.services.all()}),
    }


def _service(row: Service) -> ServiceShape:
    return {
        **named(row),
        "provider": row.provider_id,
        "category": row.category_id,
        "price_cents": row.price_cents,
        "subsidy_cents": row.subsidy_cents,
        "active": row.active,
    }


def _worker(row: Worker, sight: Sight) -> WorkerShape:
    known = sight.desk or row.pk in sight.workers
    return {
        **named(row),
        "satisfaction": _satisfaction(row),
        "provider": named(row.provider),
        "categories": sorted(one.category_id for one in row.categories.all()),
        "languages": row.languages,
        "skills": row.skills,
        "on_duty": row.on_duty,
        "free": row.free,
        "capacity": row.capacity,
        "mode": row.mode,
        "rating": row.rating,
        "phone": row.phone if known else None,
        "position": _place(row) if known else None,
    }


def _satisfaction(row: Provider | Worker) -> Satisfaction:
    score: float | None = getattr(row, "score", None)
    return {
        "visits": getattr(row, "times_scored", None) or 0,
        "score": None if score is None else round(score, 2),
    }


def _place(row: Worker) -> WorkerPlace | None:
    if row.lat is None or row.lon is None or row.position_at is None:
        return None
    return {"lat": row.lat, "lon": row.lon, "at": row.position_at, "accuracy_m": row.accuracy_m}
