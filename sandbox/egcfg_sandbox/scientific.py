"""Arrays of numpy and tables of pandas as plain data, for sandboxes that were given these packages.

Only buffers of numbers, times and texts are rebuilt from bytes; objects inside an array travel one by one.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any, Final

from egcfg_sandbox.codec import CodecError, register

_BUFFER_KINDS: Final = "biufcmMSU"


def teach() -> None:
    """Teaches the codec the types of those packages that can be imported here."""
    try:
        _teach_numpy(importlib.import_module("numpy"))
        _teach_pandas(importlib.import_module("pandas"))
    except ImportError:
        return


def _nothing(value: Any) -> None:
    """A value that its type says all about."""


def _always(value: Any, plain: Any) -> Any:
    return value


def _teach_numpy(numpy: Any) -> None:
    def array_out(value: Any) -> Any:
        if value.dtype.kind in _BUFFER_KINDS:
            return (value.dtype.str, value.shape, value.tobytes())
        if value.dtype.kind == "O":
            return ("O", value.shape, value.ravel().tolist())
        raise CodecError(f"an array of {value.dtype}")

    def array_in(plain: Any) -> Any:
        kind, shape, content = plain
        if kind == "O":
            found = numpy.empty(len(content), dtype=object)
            found[:] = content
            return found.reshape(shape)
        return numpy.frombuffer(content, dtype=_checked(kind)).reshape(shape).copy()

    def scalar_in(plain: Any) -> Any:
        kind, content = plain
        return numpy.frombuffer(content, dtype=_checked(kind))[0]

    def _checked(kind: Any) -> Any:
        dtype = numpy.dtype(kind)
        if type(kind) is not str or dtype.kind not in _BUFFER_KINDS:
            raise CodecError("an array of unknown content")
        return dtype

    register("ndarray", numpy.ndarray, array_out, array_in)
    scalars = {numpy.dtype(code).type for code in "?bhilqBHILQefdgFDGSUmM"}
    for kind in scalars:
        register(f"numpy.{kind.__name__}", kind, lambda value: (value.dtype.str, value.tobytes()), scalar_in)


def _teach_pandas(pandas: Any) -> None:
    numpy = importlib.import_module("numpy")

    def values_out(values: Any) -> Any:
        """A column or index as (type's name, numbers as an array or items one by one)."""
        name = str(values.dtype)
        if isinstance(values.dtype, numpy.dtype) and values.dtype.kind in _BUFFER_KINDS:
            return (name, numpy.asarray(values))
        if isinstance(values.dtype, pandas.CategoricalDtype):
            categories = (values.dtype.categories.tolist(), bool(values.dtype.ordered))
            return ("category", (list(values), *categories))
        return (name, list(values))

    def values_in(plain: Any) -> Any:
        name, content = plain
        if name == "category":
            items, categories, ordered = content
            return pandas.Categorical(items, categories=categories, ordered=ordered)
        return content if isinstance(content, numpy.ndarray) else pandas.array(content, dtype=name)

    def index_out(index: Any) -> Any:
        if isinstance(index, pandas.RangeIndex):
            return ("range", (index.start, index.stop, index.step), index.name)
        if isinstance(index, pandas.MultiIndex):
            return ("multi", index.tolist(), list(index.names))
        return ("plain", values_out(index), index.name)

    def index_in(plain: Any) -> Any:
        kind, content, name = plain
        if kind == "range":
            return pandas.RangeIndex(*content, name=name)
        if kind == "multi":
            return pandas.MultiIndex.from_tuples(content, names=name)
        values = values_in(content)
        dtype = object if content[0] == "object" else None
        return pandas.Index(values, name=name, dtype=dtype)

    def series_out(series: Any) -> Any:
        return (values_out(series), index_out(series.index), series.name)

    def series_in(plain: Any) -> Any:
        values, index, name = plain
        dtype = object if values[0] == "object" else None
        return pandas.Series(values_in(values), index=index_in(index), name=name, dtype=dtype)

    def frame_out(frame: Any) -> Any:
        columns = [values_out(frame.iloc[:, number]) for number in range(frame.shape[1])]
        return (columns, index_out(frame.index), index_out(frame.columns))

    def frame_in(plain: Any) -> Any:
        columns, index, names = plain
        rebuilt = index_in(index)
        series = {number: series_in((values, index, None)) for number, values in enumerate(columns)}
        frame = pandas.DataFrame(series, index=rebuilt)
        frame.columns = index_in(names)
        return frame

    register("series", pandas.Series, series_out, series_in)
    register("frame", pandas.DataFrame, frame_out, frame_in)
    for kind in (
        pandas.Index,
        pandas.RangeIndex,
        pandas.MultiIndex,
        pandas.DatetimeIndex,
        pandas.TimedeltaIndex,
        pandas.CategoricalIndex,
    ):
        register(f"pandas.{kind.__name__}", kind, index_out, index_in)

    def moment_out(moment: Any) -> Any:
        return (moment.as_unit("ns").value, moment.unit, None if moment.tz is None else str(moment.tz))

    def moment_in(plain: Any) -> Any:
        nanoseconds, unit, zone = plain
        return pandas.Timestamp(nanoseconds, unit="ns", tz=zone).as_unit(unit)

    register("timestamp", pandas.Timestamp, moment_out, moment_in)
    register(
        "pandas.timedelta",
        pandas.Timedelta,
        lambda delta: (delta.as_unit("ns").value, delta.unit),
        lambda plain: pandas.Timedelta(plain[0], unit="ns").as_unit(plain[1]),
    )
    for name, absent in (("not a time", pandas.NaT), ("not available", pandas.NA)):
        register(name, type(absent), _nothing, partial(_always, absent))
