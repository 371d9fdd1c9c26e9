"""Bearer tokens."""

from datetime import timedelta

import pytest

from elders import tokens
from elders.models import ApiToken
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_token_is_its_owner_and_only_its_hash_is_kept(now):
    olive = cast.olive()
    raw = tokens.issue(olive, "console script", now=now)
    assert tokens.user_of(raw, now=now) == olive
    assert raw not in str(ApiToken.objects.values().get())


def test_a_token_ends_by_time_by_hand_or_with_its_account(now):
    olive = cast.olive()
    short = tokens.issue(olive, "an hour", now=now, expires_at=now + timedelta(hours=1))
    assert tokens.user_of(short, now=now) == olive
    assert tokens.user_of(short, now=now + timedelta(hours=1)) is None
    long = tokens.issue(olive, "for good", now=now)
    other = tokens.issue(olive, "another", now=now)
    assert tokens.revoke(other, now=now)
    assert not tokens.revoke(other, now=now)
    assert tokens.user_of(other, now=now) is None
    assert tokens.user_of(long, now=now) == olive
    olive.is_active = False
    olive.save()
    assert tokens.user_of(long, now=now) is None


@pytest.mark.parametrize("rubbish", ["", "x", "\0", "\ud800", "ü" * 5000])
def test_rubbish_is_nobody(rubbish, now):
    assert tokens.user_of(rubbish, now=now) is None
