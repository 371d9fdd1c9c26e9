"""A desk to try the console on: two operators, Mei with a watch, Lan, and carers around them."""

import json
import urllib.request
from typing import Any

from tests.browser.windows import people
from tests.cast import MEI_NUMBER, WATCH_ID
from tests.infra.house import House

STAFF = """
import json
from django.utils import timezone
from elders.models import Elder, LineHolder
from elders.roles import Role
from providers.models import Licence, Provider, Worker, WorkerCategory
from tests import cast

now = timezone.now()
LineHolder.objects.update(verified_at=now)
cast.watch(Elder.objects.get(name="Mei Chen"))
cast.account("otto", Role.OPERATOR, name="Otto", name_zh="奥托")
clinic = Provider.objects.create(name="Willow Clinic", name_zh="柳诊所", lat=30.275, lon=120.156)
day = timezone.timedelta(days=30)
Licence.objects.create(provider=clinic, category_id="medical", number="7",
                       valid_from=(now - day).date(), valid_to=(now + day).date())
for n, (name, name_zh) in enumerate([("Ai Lin", "林爱"), ("Bei Xu", "徐蓓"), ("Cai Yu", "余彩"),
                                     ("Dan Gao", "高丹"), ("En He", "何恩")], start=1):
    carer = Worker.objects.create(
        provider=clinic, name=name, name_zh=name_zh, phone=f"+86138000001{n:02}", sex="female",
        on_duty=True, lat=30.2745 + n / 1000, lon=120.1555, position_at=now)
    for category in ("medical", "housekeeping"):
        WorkerCategory.objects.create(worker=carer, category_id=category)
print(json.dumps({}))
"""


def staffed(house: House) -> dict[str, Any]:
    """The people of every story, and those of the desk."""
    who = people(house)
    house.manage("shell", "--verbosity", "0", "-c", STAFF)
    return who


def ring(house: House, number: str = MEI_NUMBER) -> int:
    """Somebody rings the hotline; the call's id."""
    body = json.dumps({"from": number, "to": "12349"}).encode()
    request = urllib.request.Request(f"{house.base_url}/telephony/simulator/calls/", body)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(json.load(answer)["call"])


def press_alarm(house: House, device: str = WATCH_ID, place: str = "") -> None:
    """The button on her watch; `place` is "&lat=…&lon=…" where it knows one."""
    url = f"{house.base_url}/positions/osmand/?id={device}&alarm=sos{place}"
    with urllib.request.urlopen(url, timeout=60):
        pass
