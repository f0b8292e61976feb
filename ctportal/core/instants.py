"""Instants as people enter and read them: in the time zone of a conference, and in UTC."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_bidi, gettext
from django.utils.translation import gettext_lazy as _

from .dates import last_day


def local_to_instant(local: datetime, zone: str) -> datetime:
    """Return the aware datetime of the naive *local* in *zone* (an IANA name).

    A time that occurs twice because clocks go back is the later one, so that nothing is released early. Raises
    ValidationError, with the next valid time, for a time that does not exist because clocks go forward.
    """
    tzinfo = zoneinfo.ZoneInfo(zone)
    early = local.replace(tzinfo=tzinfo, fold=0).astimezone(UTC)
    late = local.replace(tzinfo=tzinfo, fold=1).astimezone(UTC)
    if early.astimezone(tzinfo).replace(tzinfo=None) != local and late.astimezone(tzinfo).replace(tzinfo=None) != local:
        raise ValidationError(
            _("%(local)s does not exist in %(zone)s because the clocks go forward. The next valid time is %(next)s."),
            code="no_such_time",
            params={
                "local": local.strftime("%Y-%m-%d %H:%M"),
                "zone": zone,
                "next": max(early, late).astimezone(tzinfo).strftime("%H:%M"),
            },
        )
    return max(early, late)


def today(at: datetime, zone: str = "") -> date:
    """Return the date of the aware datetime *at* in *zone* (an IANA name), default the time zone of the portal.

    "Today" is defined here only. *at* is the instant of the read context, not a second reading of the clock.
    """
    return at.astimezone(zoneinfo.ZoneInfo(zone or settings.CTPORTAL_TIME_ZONE)).date()


def end_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which *day* ends in *zone*: midnight at the beginning of the next day there, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, zoneinfo.ZoneInfo(zone)).astimezone(UTC)


def over_at(end: date, precision: str, zone: str) -> datetime:
    """Return the instant in UTC at which a conference with the last day *end* is over at its place, in *zone*."""
    return end_of_day(last_day(end, precision), zone)


def is_time_zone(name: str) -> bool:
    """Return whether *name* is an IANA time zone. ``zoneinfo.available_timezones`` would open 600 files."""
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def occurs_twice(instant: datetime, zone: str) -> bool:
    """Return whether the local time of *instant* occurs twice in *zone*, because clocks go back."""
    local = instant.astimezone(zoneinfo.ZoneInfo(zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def offset_text(instant: datetime, zone: str) -> str:
    """Return the offset of *zone* from UTC at *instant* such as "UTC", "UTC+3" or "UTC−4:30"."""
    offset = instant.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() or timedelta()
    hours, rest = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "+" if offset > timedelta() else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if offset else "UTC"


def show_instant(instant: datetime, zone: str) -> str:
    """Return *instant* in *zone* and in UTC, such as "2019-09-03 10:00 Europe/Minsk (07:00 UTC)"."""
    local = instant.astimezone(zoneinfo.ZoneInfo(zone))
    if zone == "UTC":
        return show_utc(instant)
    utc = instant.astimezone(UTC)
    day = "" if utc.date() == local.date() else f"{utc:%Y-%m-%d} "
    text = _apart(f"{local:%Y-%m-%d %H:%M} {zone} ({day}{utc:%H:%M} UTC)")
    if occurs_twice(instant, zone):
        text += " " + gettext("– this local time occurs twice that day; the later one is meant")
    return text


def show_utc(instant: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return *instant* in UTC, in the format *form* of strftime, such as "2019-09-03 07:00 UTC"."""
    return _apart(f"{instant.astimezone(UTC):{form}} UTC")


def _apart(text: str) -> str:
    """Return *text*, in a right-to-left interface isolated by U+2066: after Arabic, 2026-11-25 would read 25-11-2026."""
    return f"\u2066{text}\u2069" if get_language_bidi() else text
