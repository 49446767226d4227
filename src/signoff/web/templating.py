"""Jinja2, and what all templates may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from signoff.kernel.people import May
from signoff.records.deliveries.waiting import Waiting
from signoff.records.states import PostState
from signoff.web import times, words
from signoff.web.assets import Assets
from signoff.web.browsers import browser_of
from signoff.web.forms import chosen_id
from signoff.web.marks import brand_tile, initials, mark_of, person_tone
from signoff.web.rosette import rosette
from signoff.web.shapes import shape_name
from signoff.web.timetable import timetable

TEMPLATES: Final = Path(__file__).parent / "templates"

_ARTICLE_TAGS: Final = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "br", "hr"),
    *("strong", "em", "b", "i", "code", "a", "table", "thead", "tbody", "tr", "th", "td"),
}


def make_environment(assets: Assets, platform_labels: Mapping[str, str]) -> Environment:
    """Put the environment together; everything is escaped unless it says otherwise."""
    icon = _icons(assets.address("icons.svg"))
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        asset=assets.address,
        integrity=assets.integrity,
        scripts=assets.scripts,
        icon=icon,
        rosette=rosette,
        draw_brand=brand_tile,
        draw_platform=_platform_tiles(icon, platform_labels),
        draw_glyph=_platform_glyphs(icon, platform_labels),
        initials=initials,
        mark_of=mark_of,
        person_tone=person_tone,
        platform_labels=platform_labels,
        words=words,
        May=May,
        PostState=PostState,
        distance=times.distance,
        place=times.place,
        zone_mark=times.zone_mark,
    )
    made.filters.update(
        when=_when,
        clock=_clock,
        local_clock=times.clock,
        local_hour=lambda moment, zone: moment.astimezone(times.zone(zone)).hour,
        long_day=times.long_day,
        at_second=_at_second,
        ago=_ago,
        as_id=chosen_id,
        browser=browser_of,
        briefly=words.briefly,
        timetable=_timetable,
        waits=_waits,
        duration=times.duration,
        seconds=_seconds,
        article=_article,
        outside=_outside,
        fingerprint=_fingerprint,
        number=_number,
        shape=lambda media: shape_name(media.width, media.height),
        megabytes=_megabytes,
        errors=lambda problem: problem.extra.get("errors", []),
        choices=lambda problem: problem.extra.get("choices", []),
    )
    return made


def _icons(sprite: str) -> Callable[..., Markup]:
    @lru_cache(maxsize=1000)  # a page draws a hundred of a few
    def icon(name: str, style: str = "", label: str = "") -> Markup:
        """Draw an icon of the sprite; without a label it is decoration and hidden from screen readers."""
        spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="i{}" {}><use href="{}#{}"/></svg>').format(
            f" {style}" if style else "", spoken, sprite, name
        )

    return icon


def _platform_glyphs(icon: Callable[..., Markup], labels: Mapping[str, str]) -> Callable[..., Markup]:
    @lru_cache(maxsize=200)
    def glyph(platform: str) -> Markup:
        """Draw a platform's glyph alone."""
        name = mark_of(platform).glyph
        return icon(name, "brand" if name.startswith("ch-") else "", labels.get(platform, platform))

    return glyph


def _platform_tiles(icon: Callable[..., Markup], labels: Mapping[str, str]) -> Callable[..., Markup]:
    @lru_cache(maxsize=200)
    def tile(platform: str, size: str = "") -> Markup:
        """Draw a platform's glyph on its colour; a list shows the same few again and again."""
        mark, label = mark_of(platform), labels.get(platform, platform)
        glyph = icon(mark.glyph, "brand" if mark.glyph.startswith("ch-") else "", label)
        return Markup('<span class="ch {} {}" title="{}">{}</span>').format(mark.hue, size, label, glyph)

    return tile


def _time_tag(context: Context, moment: datetime, text: str, zone: str | None) -> Markup:
    title = escape(times.full(moment, zone or context["zone"]))
    # A page has a hundred of them, and `Markup.format` takes longer than all the rest.
    return Markup(f'<time datetime="{moment.isoformat()}" title="{title}">{escape(text)}</time>')  # noqa: S704 - escaped


@pass_context
def _when(context: Context, moment: datetime, zone: str | None = None, *, mark: bool = False) -> Markup:
    """Day and time in the viewer's zone, or in another one; with `mark` the zone's abbreviation follows."""
    name = zone or context["zone"]
    text = times.day_and_time(moment, name, context["now"])
    return _time_tag(context, moment, f"{text} {times.zone_mark(moment, name)}" if mark else text, zone)


@pass_context
def _clock(context: Context, moment: datetime, zone: str | None = None) -> Markup:
    return _time_tag(context, moment, times.clock(moment, zone or context["zone"]), zone)


@pass_context
def _at_second(context: Context, moment: datetime, zone: str | None = None) -> Markup:
    return _time_tag(context, moment, times.clock_with_seconds(moment, zone or context["zone"]), zone)


@pass_context
def _ago(context: Context, moment: datetime) -> Markup:
    return _time_tag(context, moment, times.distance(moment, context["now"]), None)


@pass_context
def _timetable(context: Context, times_of_job: str) -> str:
    return timetable(times_of_job, context["zone"], context["now"])


@pass_context
def _waits(context: Context, waiting: Waiting) -> Markup:
    """Say what holds a delivery, and until when in the viewer's zone."""
    if waiting.until is None:
        return Markup("{}").format(waiting.text)
    return Markup("{}, {} {}").format(waiting.text, waiting.until_word, _when(context, waiting.until))


def _megabytes(size_bytes: int) -> str:
    return f"{max(0.1, size_bytes / 1_000_000):.1f} MB"


def _seconds(value: float | None) -> str:
    """Say a number of seconds as a duration; a dash where there is none."""
    return "\N{EN DASH}" if value is None else times.duration(timedelta(seconds=value))


def _article(html: str) -> Markup:
    """Let text markup through, for a preview: no links that lead away, no pictures, no attributes at all."""
    return Markup(nh3.clean(html, tags=_ARTICLE_TAGS, attributes={}, link_rel=None))  # noqa: S704 - cleaned


def _outside(address: str) -> str:
    """Give an address that a platform told us, if it leads to the web and nowhere else."""
    return address if address.startswith(("https://", "http://", "/")) else "#"


def _fingerprint(digest: str, digits: int = 24) -> str:
    """Group the first digits of a fingerprint so that people can compare them."""
    return " ".join(digest[place : place + 4] for place in range(0, digits, 4))


def _number(value: float) -> str:
    return f"{value:,.0f}"


def html(environment: Environment, template: str, context: Mapping[str, Any]) -> str:
    """Render a template."""
    return environment.get_template(template).render(context)
