//! Bad arguments of the median filter get a status and a text that names the argument and its
//! value, and leave the output as it was; so does a lack of memory.

use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;
use std::process::Command;
use std::ptr::{null, null_mut};

use fourier::capi::*;

/// The integer that C passes for an enumeration, valid or not.
fn enumeration<E>(number: c_int) -> MaybeUninit<E> {
    assert_eq!(size_of::<E>(), size_of::<c_int>());
    // SAFETY: any bits are a MaybeUninit of the same size.
    unsafe { std::mem::transmute_copy(&number) }
}

const INVALID: i32 = fourier_status::FOURIER_INVALID_ARGUMENT as i32;

fn error_text() -> String {
    // SAFETY: the text stays valid until the next failure of this thread.
    unsafe { CStr::from_ptr(fourier_last_error()) }.to_string_lossy().into_owned()
}

/// Arguments of a call on a 4 x 5 image, all of them good.
#[derive(Clone, Copy)]
struct Arguments {
    rows: i64,
    columns: i64,
    size_rows: i64,
    size_columns: i64,
    border: i32,
    fill: f64,
}

const GOOD: Arguments =
    Arguments { rows: 4, columns: 5, size_rows: 3, size_columns: 3, border: 4, fill: 1.0 };

/// The status, the text, and whether the output is untouched.
fn call(arguments: Arguments, offset: Option<usize>) -> (i32, String, bool) {
    let Arguments { rows, columns, size_rows, size_columns, border, fill } = arguments;
    let mut memory = [0i16; 64];
    for (place, pixel) in memory.iter_mut().enumerate() {
        *pixel = place as i16 * 37 % 64;
    }
    let before = memory;
    let from = memory.as_mut_ptr();
    // SAFETY: 20 pixels from either pointer lie in `memory`; what is wrong is refused before use.
    let status = unsafe {
        let to = offset.map_or(null_mut(), |offset| from.add(offset));
        fourier_median_filter_i16(
            rows,
            columns,
            from,
            to,
            size_rows,
            size_columns,
            enumeration(border),
            fill,
            null(),
        )
    };
    (status, error_text(), memory == before)
}

#[test]
fn every_argument_is_checked_and_named() {
    assert_eq!(call(GOOD, Some(20)).0, 0);
    let cases = [
        (Arguments { rows: -1, ..GOOD }, "rows: -1"),
        (Arguments { columns: -7, ..GOOD }, "columns: -7"),
        (Arguments { rows: 1 << 62, ..GOOD }, "rows: 4611686018427387904"),
        (Arguments { columns: 1 << 62, ..GOOD }, "columns: 4611686018427387904"),
        (Arguments { rows: 1 << 40, columns: 1 << 40, ..GOOD }, "rows: 1099511627776 x 10995"),
        (Arguments { size_rows: 0, ..GOOD }, "size_rows: 0 is less than 1"),
        (Arguments { size_rows: i64::MIN, ..GOOD }, "size_rows: -9223372036854775808"),
        (Arguments { size_columns: -3, ..GOOD }, "size_columns: -3 is less than 1"),
        (Arguments { border: 5, ..GOOD }, "border: 5"),
        (Arguments { border: -1, ..GOOD }, "border: -1"),
        (Arguments { fill: 0.5, ..GOOD }, "fill: 0.5"),
        (Arguments { fill: 32768.0, ..GOOD }, "fill: 32768"),
        (Arguments { fill: f64::NAN, ..GOOD }, "fill: NaN"),
        (Arguments { fill: f64::INFINITY, ..GOOD }, "fill: inf"),
    ];
    for (arguments, expected) in cases {
        let (status, text, untouched) = call(arguments, Some(20));
        assert_eq!(status, INVALID, "{expected}");
        assert!(text.contains(expected), "{text:?} does not tell {expected:?}");
        assert!(untouched, "{expected}");
    }
    // A fill value that is not used is not looked at.
    assert_eq!(call(Arguments { border: 0, fill: f64::NAN, ..GOOD }, Some(20)).0, 0);
}

#[test]
fn output_may_be_the_input_but_not_overlap_it() {
    assert_eq!(call(GOOD, Some(0)).0, 0, "in place");
    assert_eq!(call(GOOD, Some(20)).0, 0, "one after the other");
    for offset in [1, 5, 19] {
        let (status, text, untouched) = call(GOOD, Some(offset));
        assert_eq!(status, INVALID, "offset {offset}");
        assert!(text.contains("out: overlaps in"), "{text:?}");
        assert!(untouched);
    }
}

#[test]
fn null_and_misaligned_pointers_are_refused() {
    let (status, text, _) = call(GOOD, None);
    assert_eq!(status, INVALID);
    assert!(text.contains("out: NULL, but 20 elements"), "{text:?}");

    let mut out = [0.0f64; 5];
    let image = [0.0f64; 6];
    // SAFETY: refused before anything is read.
    let status = unsafe {
        let odd = image.as_ptr().byte_add(4);
        fourier_median_filter_f64(1, 5, odd, out.as_mut_ptr(), 3, 3, enumeration(0), 0.0, null())
    };
    assert_eq!(status, INVALID);
    assert!(error_text().contains("in: ") && error_text().contains("not aligned"));

    let options = fourier_options_new();
    // SAFETY: options of this library.
    unsafe {
        assert_eq!(fourier_options_set_nan_policy(null_mut(), enumeration(0)), INVALID);
        assert_eq!(fourier_options_set_nan_policy(options, enumeration(2)), INVALID);
        assert!(error_text().contains("policy: 2"), "{}", error_text());
        fourier_options_free(options);
    }
}

/// Runs in a process of its own, whose memory is limited.
#[test]
fn lack_of_memory_is_a_status() {
    if std::env::var_os("FOURIER_TEST_LITTLE_MEMORY").is_none() {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(["lack_of_memory_is_a_status", "--exact"]);
        let output = command.env("FOURIER_TEST_LITTLE_MEMORY", "1").output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let side = 3000;
    let image = vec![1.5f64; side * side];
    let mut out = vec![0.0f64; side * side];
    let limit = libc::rlimit { rlim_cur: 1 << 30, rlim_max: 1 << 30 };
    // SAFETY: a plain system call, then arrays of side * side.
    let status = unsafe {
        assert_eq!(libc::setrlimit(libc::RLIMIT_AS, &limit), 0);
        let (from, to, side) = (image.as_ptr(), out.as_mut_ptr(), side as i64);
        fourier_median_filter_f64(side, side, from, to, 30_000, 30_000, enumeration(2), 0.0, null())
    };
    let expected = fourier_status::FOURIER_OUT_OF_MEMORY as i32;
    assert_eq!((status, error_text().contains("out of memory")), (expected, true));
}
