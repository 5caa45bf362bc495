"""Units of astropy: taken off before a call, and put on its results.

astropy is never imported here: who has a Quantity or a Time has loaded it.
"""

from __future__ import annotations

import sys
from typing import Any

from ._arguments import refuse_masked


def split(name: str, value: Any) -> tuple[Any, Any]:
    """The plain numbers of a value and its unit, which is None where there is none."""
    units = sys.modules.get("astropy.units")
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    unit = getattr(first, "unit", None) or getattr(first, "units", None)
    if unit is None or getattr(getattr(value, "dtype", None), "kind", "f") in "mM":
        return value, None
    if units is None or not isinstance(unit, units.UnitBase):
        raise TypeError(
            f"{name}: a {type(first).__name__} with the unit {unit}, which libfourier does not "
            "know; give plain numbers, in units that fit each other"
        )
    refuse_masked(name, value, "leave them out first, in every array alike")
    quantity = units.Quantity(value)
    return getattr(quantity, "unmasked", quantity).value, unit


def split_times(name: str, value: Any) -> tuple[Any, Any]:
    """As `split`; a Time becomes days since its first element, and a TimeDelta days."""
    time = sys.modules.get("astropy.time")
    if time is None or not isinstance(value, (time.Time, time.TimeDelta)):
        return split(name, value)
    refuse_masked(name, value, "leave them out first, in every array alike")
    day = sys.modules["astropy.units"].day
    if isinstance(value, time.TimeDelta):
        return value.to_value(day), day
    return (value - value.ravel()[:1]).to_value(day) if value.size else value.jd, day


def per(name: str, value: Any, unit: Any, of: str = "t") -> Any:
    """The plain number of a frequency, in cycles per `unit`, which is that of the argument `of`."""
    plain, own = split(name, value)
    if own is None and (unit is None or (isinstance(value, (int, float)) and value == 0)):
        return value
    if own is None:
        raise TypeError(f"{name}: {value!r} has no unit, but {of} has {unit}")
    if unit is None:
        raise TypeError(f"{name}: {value!r} has a unit, but {of} has none")
    return _convert(name, plain, own, 1 / unit)


def like(name: str, value: Any, unit: Any, of: str) -> Any:
    """The plain number of a value in the unit of the argument `of`; without one it is in it."""
    plain, own = split(name, value)
    if own is None:
        return value
    if unit is None:
        raise TypeError(f"{name}: {value!r} has a unit, but {of} has none")
    return _convert(name, plain, own, unit)


def _convert(name: str, plain: Any, own: Any, unit: Any) -> Any:
    try:
        return plain * own.to(unit)
    except sys.modules["astropy.units"].UnitConversionError as error:
        raise TypeError(f"{name}: {error}") from None


def join(value: Any, unit: Any) -> Any:
    """A result with its unit, where it has one."""
    return value if unit is None else sys.modules["astropy.units"].Quantity(value, unit, copy=False)
