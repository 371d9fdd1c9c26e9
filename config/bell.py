"""What the dispatch bell rings: the worker of this process, or the one behind Redis."""

from django.conf import settings

from config import embedded


def ring() -> None:
    """Asks the worker to look at what is due, now. Raises when the queue is away."""
    if not settings.REDIS_URL:
        embedded.ring()
        return
    from config import celery

    for task in (celery.deliver, celery.fire_due):
        task.apply_async(expires=5, ignore_result=True)
