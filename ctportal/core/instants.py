"""Instants as people type and read them: in the time zone of a conference, beside UTC."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_bidi, gettext
from django.utils.translation import gettext_lazy as _


def local_to_instant(local: datetime, zone: str) -> datetime:
    """Return the aware datetime of the naive *local* in *zone* (an IANA name).

    Where the clocks go back and a time occurs twice, the later one is meant: a release is never early. A time that the
    clocks leave out raises ValidationError with what would be right.
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
    """Return the date of the aware datetime *at* in *zone* (an IANA name), without one in the portal's own time zone.

    What "today" means is decided here only. *at* is the instant at which a request reads, never a second reading of the
    clock.
    """
    return at.astimezone(zoneinfo.ZoneInfo(zone or settings.CTPORTAL_TIME_ZONE)).date()


def end_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which *day* is over in *zone*: the first at which ``today`` is later than *day* there."""
    return datetime.combine(day + timedelta(days=1), time.min, zoneinfo.ZoneInfo(zone)).astimezone(UTC)


def is_time_zone(name: str) -> bool:
    """Whether *name* is a time zone; ``zoneinfo.available_timezones`` opens 600 files to tell."""
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def occurs_twice(instant: datetime, zone: str) -> bool:
    """Whether the local time of *instant* occurs twice in *zone*, the clocks going back over it."""
    local = instant.astimezone(zoneinfo.ZoneInfo(zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def offset_text(instant: datetime, zone: str) -> str:
    """Return the offset of *zone* from UTC at *instant* as readers know it: "UTC", "UTC+3", "UTC−4:30"."""
    offset = instant.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() or timedelta()
    hours, rest = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "+" if offset > timedelta() else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if offset else "UTC"


def show_instant(instant: datetime, zone: str) -> str:
    """Return *instant* as people there read it and in UTC: "2019-09-03 10:00 Europe/Minsk (07:00 UTC)"."""
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
    """Return *instant* in UTC, to the minute or as *form* (of strftime) has it: "2019-09-03 07:00 UTC"."""
    return _apart(f"{instant.astimezone(UTC):{form}} UTC")


def _apart(text: str) -> str:
    """*text* with marks around it where the interface runs from right to left: behind Arabic 2026-11-25 reads 25-11-2026."""
    return f"\u2066{text}\u2069" if get_language_bidi() else text
