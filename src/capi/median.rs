//! Median filter of images.

use std::ffi::{c_double, c_int};
use std::mem::MaybeUninit;

use super::arguments::{
    Enumeration, at_least, disjoint, elements, enumerator, extent, input, output,
};
use super::options::{change_options, fourier_options};
use super::status_from::status_from;
use crate::error::Error;
use crate::median::border::Border;
use crate::median::element::Element;
use crate::median::{NanPolicy, Window, median_filter};

/// What a window of the median filter sees beyond the edges of the image.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_border {
    /// d c b a | a b c d | d c b a: the edge is repeated.
    FOURIER_BORDER_REFLECT = 0,
    /// d c b | a b c d | c b a: the edge is not repeated.
    FOURIER_BORDER_MIRROR = 1,
    /// a a a a | a b c d | d d d d
    FOURIER_BORDER_NEAREST = 2,
    /// a b c d | a b c d | a b c d
    FOURIER_BORDER_WRAP = 3,
    /// The fill value everywhere.
    FOURIER_BORDER_CONSTANT = 4,
}

impl Enumeration for fourier_border {
    type Meaning = Border;
    const NAME: &str = "fourier_border";
    const ALL: &[(Self, Border)] = &[
        (Self::FOURIER_BORDER_REFLECT, Border::Reflect),
        (Self::FOURIER_BORDER_MIRROR, Border::Mirror),
        (Self::FOURIER_BORDER_NEAREST, Border::Nearest),
        (Self::FOURIER_BORDER_WRAP, Border::Wrap),
        (Self::FOURIER_BORDER_CONSTANT, Border::Constant),
    ];
}

/// What the median filter does with NaN.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_nan_policy {
    /// NaN counts as larger than any number, so a median is NaN where most of its window is.
    FOURIER_NAN_LARGEST = 0,
    /// NaN is left out of each window: the median of the n cells that remain is the one of rank
    /// n/2, and NaN where none remains.
    FOURIER_NAN_OMIT = 1,
}

impl Enumeration for fourier_nan_policy {
    type Meaning = NanPolicy;
    const NAME: &str = "fourier_nan_policy";
    const ALL: &[(Self, NanPolicy)] = &[
        (Self::FOURIER_NAN_LARGEST, NanPolicy::Largest),
        (Self::FOURIER_NAN_OMIT, NanPolicy::Omit),
    ];
}

/// Sets what the median filter does with NaN; of no effect on integers.
///
/// @param options  not NULL; not while another thread uses them
/// @param policy   FOURIER_NAN_LARGEST (the default) or FOURIER_NAN_OMIT
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_nan_policy(
    options: *mut fourier_options,
    policy: MaybeUninit<fourier_nan_policy>,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.nan = enumerator("policy", policy)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// The arguments of an export, the same for every type.
struct Arguments<T> {
    rows: i64,
    columns: i64,
    from: *const T,
    to: *mut T,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
}

impl<T: Element> Arguments<T> {
    /// Checks the arguments, and makes the safe call.
    ///
    /// # Safety
    /// The pointers must be as documented for the exports.
    unsafe fn run(self) -> Result<(), Error> {
        let rows = elements::<T>("rows", self.rows)?;
        let columns = elements::<T>("columns", self.columns)?;
        let pixels = rows.checked_mul(columns);
        let pixels = pixels.and_then(|pixels| elements::<T>("rows", pixels).ok());
        let pixels = pixels.ok_or_else(|| {
            let problem = format!("{rows} x {columns} pixels exceed the address space");
            Error::invalid("rows", problem)
        })?;
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(self.options) };
        let border = enumerator("border", self.border)?;
        let window = Window {
            size: [
                at_least("size_rows", 1, self.size_rows)?,
                at_least("size_columns", 1, self.size_columns)?,
            ],
            border,
            fill: match border {
                Border::Constant => T::of_f64(self.fill).ok_or_else(|| {
                    let problem = format!("{} is not a value of this pixel type", self.fill);
                    Error::invalid("fill", problem)
                })?,
                _ => T::MISSING,
            },
            nan: options.nan,
        };
        let in_place = std::ptr::eq(self.from, self.to);
        if !in_place {
            disjoint(&[extent("out", self.to, pixels)], &[extent("in", self.from, pixels)])?;
        }
        // SAFETY: `pixels` elements to read, as documented, and apart from `out` where it is used.
        let from = unsafe { input("in", self.from, pixels) }?;
        let from = (!in_place).then_some(from);
        // SAFETY: `pixels` elements to write, as documented; `in` is not looked at when it is the
        // same memory.
        let to = unsafe { output("out", self.to, pixels) }?;
        options.run(|call| median_filter([rows, columns], from, to, window, call))
    }
}

/// Median filter of an image in double precision: each pixel becomes the median of the window
/// around it, as scipy.ndimage.median_filter computes it.
///
/// The window of s cells along an axis starts at i - s/2. The median of n cells is the one of rank
/// n/2 in ascending order, counted from 0: for even n the upper of the two in the middle, never an
/// average. NaN counts as larger than any number, or is left out: see
/// fourier_options_set_nan_policy. The result does not depend on the number of threads.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels; NULL only when there are none. out may be in, which
///                      takes memory for a copy of the image, but may not overlap it otherwise
/// @param size_rows     rows of the window, >= 1; may exceed those of the image
/// @param size_columns  columns of the window, >= 1; may exceed those of the image
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT, else ignored
/// @param options       threads, progress, NaN; NULL = defaults
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY, FOURIER_CANCELLED. On
///         failure out is untouched, except after the latter two and FOURIER_INTERNAL, which may
///         leave it partly written. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_f64(
    rows: i64,
    columns: i64,
    r#in: *const f64,
    out: *mut f64,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}

/// Median filter of an image of single precision: as fourier_median_filter_f64.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
/// @param size_rows     rows of the window, >= 1
/// @param size_columns  columns of the window, >= 1
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT, rounded to float
/// @param options       threads, progress, NaN; NULL = defaults
/// @return as fourier_median_filter_f64. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_f32(
    rows: i64,
    columns: i64,
    r#in: *const f32,
    out: *mut f32,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}

/// Median filter of an image of signed 64-bit integers: as fourier_median_filter_f64.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
/// @param size_rows     rows of the window, >= 1
/// @param size_columns  columns of the window, >= 1
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
/// @param options       threads, progress; NULL = defaults
/// @return as fourier_median_filter_f64. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_i64(
    rows: i64,
    columns: i64,
    r#in: *const i64,
    out: *mut i64,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}

/// Median filter of an image of signed 32-bit integers: as fourier_median_filter_f64.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
/// @param size_rows     rows of the window, >= 1
/// @param size_columns  columns of the window, >= 1
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
/// @param options       threads, progress; NULL = defaults
/// @return as fourier_median_filter_f64. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_i32(
    rows: i64,
    columns: i64,
    r#in: *const i32,
    out: *mut i32,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}

/// Median filter of an image of signed 16-bit integers: as fourier_median_filter_f64.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
/// @param size_rows     rows of the window, >= 1
/// @param size_columns  columns of the window, >= 1
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
/// @param options       threads, progress; NULL = defaults
/// @return as fourier_median_filter_f64. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_i16(
    rows: i64,
    columns: i64,
    r#in: *const i16,
    out: *mut i16,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}

/// Median filter of an image of unsigned 16-bit integers: as fourier_median_filter_f64.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
/// @param size_rows     rows of the window, >= 1
/// @param size_columns  columns of the window, >= 1
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
/// @param options       threads, progress; NULL = defaults
/// @return as fourier_median_filter_f64. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_u16(
    rows: i64,
    columns: i64,
    r#in: *const u16,
    out: *mut u16,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}

/// Median filter of an image of unsigned 8-bit integers: as fourier_median_filter_f64.
///
/// @param rows          number of rows, >= 0
/// @param columns       number of columns, >= 0
/// @param in            rows*columns pixels, row by row; NULL only when there are none
/// @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
/// @param size_rows     rows of the window, >= 1
/// @param size_columns  columns of the window, >= 1
/// @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
/// @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
/// @param options       threads, progress; NULL = defaults
/// @return as fourier_median_filter_f64. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_median_filter_u8(
    rows: i64,
    columns: i64,
    r#in: *const u8,
    out: *mut u8,
    size_rows: i64,
    size_columns: i64,
    border: MaybeUninit<fourier_border>,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let arguments =
        Arguments { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.run() })
}
