"""Result and arguments of every C function that is used: those of fourier.h."""

from __future__ import annotations

from ctypes import CFUNCTYPE, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any

_int, _int64, _double, _size = c_int, c_int64, c_double, c_size_t
_uint64 = c_uint64
_text, _pointer = c_char_p, c_void_p

# C hands a second argument, the user pointer, which needs no place here: see _options.
Progress = CFUNCTYPE(_int, _double)
Task = CFUNCTYPE(_int, _int64, _pointer)

# n, t, x, f0, df, nf, freq, power or spectrum, options
_SPECTRUM = [_int64, _pointer, _pointer, _double, _double, _int64, _pointer, _pointer, _pointer]
# nf, freq, power, options
_GRID_OUT = [_int64, _pointer, _pointer, _pointer]
# n, t, y, dy, fmax, power or probability, significance, result, options
_FALSE_ALARM = [
    *[_int64, _pointer, _pointer, _pointer, _double, _double],
    *[_int, _pointer, _pointer],
]
# rows, columns, in, out, size_rows, size_columns, border, fill, options
_FILTER = [_int64, _int64, _pointer, _pointer, _int64, _int64, _int, _double, _pointer]

# Functions that return a status, which is an int.
_STATUS_OF: dict[str, list[Any]] = {
    "power": _SPECTRUM,
    "transform": _SPECTRUM,
    "median_filter_f64": _FILTER,
    "median_filter_f32": _FILTER,
    "median_filter_i64": _FILTER,
    "median_filter_i32": _FILTER,
    "median_filter_i16": _FILTER,
    "median_filter_u16": _FILTER,
    "median_filter_u8": _FILTER,
    # n, t, y, dy, f0, df, nf, freq, power, options
    "lomb_scargle": [_int64, _pointer, _pointer, _pointer, _double, _double, *_GRID_OUT],
    "lomb_scargle_f32": [_int64, _pointer, _pointer, _pointer, _double, _double, *_GRID_OUT],
    # n, t, dy, f0, df, nf, freq, power, options
    "window": [_int64, _pointer, _pointer, _double, _double, *_GRID_OUT],
    # n, t, samples_per_peak, nyquist_factor, f0, df, nf
    "frequency_grid": [_int64, _pointer, _double, _double, _pointer, _pointer, _pointer],
    # n, t, y, dy, frequency, m, at, model, parameters, options
    "lomb_scargle_model": [
        *[_int64, _pointer, _pointer, _pointer, _double],
        *[_int64, _pointer, _pointer, _pointer, _pointer],
    ],
    # n, t, y, dy, fmax, power or probability, significance, result, options
    "false_alarm_probability": _FALSE_ALARM,
    "false_alarm_log_probability": _FALSE_ALARM,
    "false_alarm_level": _FALSE_ALARM,
    # n, t, y, dy, f0, df, nf, most, freq, power, found, options
    "peaks": [
        *[_int64, _pointer, _pointer, _pointer, _double, _double, _int64, _int64],
        *[_pointer, _pointer, _pointer, _pointer],
    ],
    # n, t, y, dy, f0, df, nf, most, least_snr, found, count, residuals, options
    "prewhiten": [
        *[_int64, _pointer, _pointer, _pointer, _double, _double, _int64, _int64, _double],
        *[_pointer, _pointer, _pointer, _pointer],
    ],
    # count, task, user, results, options
    "parallel_map": [_int64, Task, _pointer, _pointer, _pointer],
    # Options of a call.
    "options_set_method": [_pointer, _int],
    "options_set_tolerance": [_pointer, _double],
    "options_set_threads": [_pointer, _int],
    "options_set_progress": [_pointer, Progress, _pointer],
    "options_set_nan_policy": [_pointer, _int],
    "options_set_noise_window": [_pointer, _double],
    "options_set_fit_mean": [_pointer, _int],
    "options_set_center_data": [_pointer, _int],
    "options_set_terms": [_pointer, _int],
    "options_set_normalization": [_pointer, _int],
    "options_set_bootstraps": [_pointer, _int64],
    "options_set_seed": [_pointer, _uint64],
    "options_set_uncertainties": [_pointer, _int],
    # Process control.
    "process_start": [_pointer, _pointer, _pointer],
    "process_signal": [_pointer, _int],
    "process_pause": [_pointer, _double],
    "process_resume": [_pointer],
    "process_kill": [_pointer],
    "process_stop": [_pointer, _double, _pointer],
    "process_wait": [_pointer, _double, _pointer],
    "process_state": [_pointer, _pointer],
    "process_line_length": [_pointer, _int, _pointer, _double],
    "process_peek": [_pointer, _int, _pointer, _size, _pointer, _double],
    "process_read": [_pointer, _int, _pointer, _size, _pointer, _double],
    "process_write": [_pointer, _pointer, _size, _pointer, _double],
    "process_close_stdin": [_pointer],
    "process_poll": [_int64, _pointer, _pointer, _pointer, _double],
    "process_expect": [
        *[_pointer, _int, _pointer, _int, _pointer, _pointer, _size, _pointer, _double],
    ],
    "process_usage": [_pointer, _pointer, _pointer, _pointer, _pointer],
    "process_options_set_directory": [_pointer, _text],
    "process_options_set_env": [_pointer, _text, _text],
    "process_options_clear_env": [_pointer],
    "process_options_set_stream": [_pointer, _int, _int],
    "process_options_set_file": [_pointer, _int, _text],
    "process_options_set_group": [_pointer, _int],
    "process_options_set_kill_on_free": [_pointer, _int],
    "process_options_set_time_limit": [_pointer, _double],
    "process_options_set_output_limit": [_pointer, _int64],
}

_OTHERS: dict[str, tuple[Any, list[Any]]] = {
    "version": (_text, []),
    "last_error": (_text, []),
    "set_num_threads": (None, [_int]),
    "get_num_threads": (_int, []),
    "options_new": (_pointer, []),
    "options_free": (None, [_pointer]),
    "signal_number": (_int, [_text]),
    "process_pid": (_int64, [_pointer]),
    "process_free": (None, [_pointer]),
    "process_options_new": (_pointer, []),
    "process_options_free": (None, [_pointer]),
}

SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "fourier": (_pointer, [_int, _pointer, _pointer, _double, _double, _int, _int, _pointer]),
    "fourier_": (None, [_pointer] * 8),
    **{"fourier_" + name: signature for name, signature in _OTHERS.items()},
    **{"fourier_" + name: (_int, arguments) for name, arguments in _STATUS_OF.items()},
}
