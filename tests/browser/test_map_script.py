"""The map of the pages, in Chromium."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.pure]


def test_a_zone_is_drawn_by_pressing_the_map_and_by_typing(live):
    names = ("lat", "lon", "corners", "radius_m")
    fields = "".join(f'<p class="field"><textarea name="{name}"></textarea></p>' for name in names)
    shapes = '<select name="shape"><option>circle</option><option>area</option></select>'
    pins = '{"markers": [{"id": "home", "kind": "elder", "lat": 30, "lon": 120}]}'
    it = live(
        lambda n: "",
        html=f'<form id="zone">{shapes}{fields}</form><script id="pins" type="application/json">'
        f'{pins}</script><div id="map" class="map" data-map="pins" data-draw="zone"></div>'
        "<button data-draw-back>Back</button>",
    )
    page, host = it.page, it.page.locator("#map")
    page.fill("[name=radius_m]", "150")
    host.click(position={"x": 200, "y": 100})
    assert page.input_value("[name=lat]").startswith(("29.99", "30.00"))
    assert page.locator(".pin-handle").count() == 2  # its middle, and how far it reaches
    page.select_option("[name=shape]", "area")
    expect(page.locator("[name=lat]")).to_be_hidden()
    for x, y in ((60, 60), (140, 60), (140, 140), (60, 140)):
        host.click(position={"x": x, "y": y})
    page.click("[data-draw-back]")
    assert len(page.input_value("[name=corners]").splitlines()) == 3
    expect(host).to_have_attribute("data-drawn", "3")
    page.fill("[name=corners]", "30.1, 120.1\n30.2 120.1")
    expect(host).to_have_attribute("data-drawn", "2")


def test_the_map_stays_and_its_pin_moves_with_the_region(live):
    def inside(n):
        pins = {"markers": [{"id": "w", "kind": "worker", "lat": 31.46 + n / 5000, "lon": 104.6}]}
        return (
            '<div id="map" class="map" data-map="pins"></div>'
            f'<script type="application/json" id="pins">{json.dumps(pins)}</script>'
        )

    it = live(inside)
    it.settle()
    it.page.evaluate("document.querySelector('#map').dataset.mine = 'yes'")
    where = "JSON.stringify(document.querySelector('.pin-worker').getBoundingClientRect())"
    before = it.page.evaluate(where)
    it.poke()
    it.settle(2200)
    assert it.page.get_attribute("#map", "data-mine") == "yes"
    assert it.page.locator(".pin-worker").count() == 1
    assert it.page.evaluate(where) != before


# Of every pin the middle of its box, and of each two how much of them lies over one another.
PINS = """() => {
    const boxes = [...document.querySelectorAll('.pin')].map((pin) => pin.getBoundingClientRect());
    const over = (a, b) => Math.hypot(a.x + a.width / 2 - b.x - b.width / 2,
        a.y + a.height / 2 - b.y - b.height / 2) < (a.width + b.width) / 2 - 1.5;
    return {
        places: boxes.map((box) => [Math.round(box.x), Math.round(box.y)]),
        covered: boxes.flatMap((a, n) => boxes.slice(n + 1).filter((b) => over(a, b))).length,
        lines: document.querySelectorAll('.pin-line').length / 2, // and the place at its end
    };
}"""


def test_pins_of_people_who_stand_close_cover_nobody(live):
    """Six around one door, and far away a seventh, who has room."""
    near = [("elder", "elder", 31.46, 104.6)]
    near += [(f"w{n}", "worker", 31.46 + n / 1e6, 104.6 - n / 1e6) for n in range(5)]
    markers = [
        {"id": name, "kind": kind, "lat": lat, "lon": lon, "text": name[-1]}
        for name, kind, lat, lon in [*near, ("w9", "other", 31.47, 104.61)]
    ]

    def inside(n):
        told = json.dumps({"markers": markers[:: (-1) ** n]})
        return (
            '<div id="map" class="map" data-map="pins"></div>'
            f'<script type="application/json" id="pins">{told}</script>'
        )

    it = live(inside)
    expect(it.page.locator(".pin")).to_have_count(7)
    it.settle()
    drawn = it.page.evaluate(PINS)
    assert (drawn["covered"], drawn["lines"]) == (0, 5)
    it.poke()
    it.settle()
    assert it.page.evaluate(PINS) == drawn  # who looks again finds everybody where they were
