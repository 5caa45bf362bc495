//! The median filter, for C.

use std::ffi::{c_double, c_int};

use super::arguments::{disjoint, extent, handle_mut, input, length, output};
use super::boundary::gate;
use super::options::fourier_options;
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

/// A `fourier_border` as it comes from C: any integer.
pub type BorderArgument = c_int;

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

/// A `fourier_nan_policy` as it comes from C: any integer.
pub type NanPolicyArgument = c_int;

/// Sets what the median filter does with NaN; of no effect on integers.
///
/// @param options  not NULL; not while another thread uses them
/// @param policy   FOURIER_NAN_LARGEST (the default) or FOURIER_NAN_OMIT
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_nan_policy(
    options: *mut fourier_options,
    policy: NanPolicyArgument,
) -> c_int {
    gate(|| {
        // SAFETY: a handle of this library, as documented.
        let options = unsafe { handle_mut("options", options) }?;
        options.nan = match policy {
            0 => NanPolicy::Largest,
            1 => NanPolicy::Omit,
            other => {
                return Err(Error::invalid("policy", format!("{other} is no fourier_nan_policy")));
            }
        };
        Ok(())
    })
}

/// The arguments of an export, the same for every type.
struct Call<T> {
    rows: i64,
    columns: i64,
    from: *const T,
    to: *mut T,
    size_rows: i64,
    size_columns: i64,
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
}

impl<T: Element> Call<T> {
    /// # Safety
    /// The pointers are as documented for the exports.
    unsafe fn run(self) -> Result<(), Error> {
        let rows = length::<T>("rows", self.rows)?;
        let columns = length::<T>("columns", self.columns)?;
        let pixels = self.rows.checked_mul(self.columns);
        let pixels = pixels.and_then(|pixels| length::<T>("rows", pixels).ok());
        let pixels = pixels.ok_or_else(|| {
            let problem = format!("{rows} x {columns} pixels exceed the address space");
            Error::invalid("rows", problem)
        })?;
        let window = Window {
            size: [side("size_rows", self.size_rows)?, side("size_columns", self.size_columns)?],
            border: border_of(self.border)?,
            fill: self.fill()?,
            // SAFETY: NULL or a handle of this library, as documented.
            nan: unsafe { fourier_options::of(self.options) }.nan,
        };
        let in_place = std::ptr::eq(self.from, self.to);
        if !in_place {
            let (source, target) =
                (extent("in", self.from, pixels), extent("out", self.to, pixels));
            disjoint(&[target], &[source])?;
        }
        // SAFETY: `pixels` elements to read, as documented, and apart from `out` where it is used.
        let from = unsafe { input("in", self.from, pixels) }?;
        let from = (!in_place).then_some(from);
        // SAFETY: `pixels` elements to write, as documented; `in` is not looked at when it is the
        // same memory.
        let to = unsafe { output("out", self.to, pixels) }?;
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(self.options) };
        options.compute(|call| median_filter([rows, columns], from, to, window, call))
    }

    /// The fill value; of no matter, so not looked at, where the border is another.
    fn fill(&self) -> Result<T, Error> {
        if self.border != fourier_border::FOURIER_BORDER_CONSTANT as c_int {
            return Ok(T::MISSING);
        }
        T::of_f64(self.fill).ok_or_else(|| {
            Error::invalid("fill", format!("{} is no pixel of this type", self.fill))
        })
    }
}

fn side(argument: &'static str, size: i64) -> Result<usize, Error> {
    let side = usize::try_from(size).ok().filter(|&side| side >= 1);
    side.ok_or_else(|| Error::invalid(argument, format!("{size} is less than 1")))
}

fn border_of(border: BorderArgument) -> Result<Border, Error> {
    Ok(match border {
        0 => Border::Reflect,
        1 => Border::Mirror,
        2 => Border::Nearest,
        3 => Border::Wrap,
        4 => Border::Constant,
        other => return Err(Error::invalid("border", format!("{other} is no fourier_border"))),
    })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
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
    border: BorderArgument,
    fill: c_double,
    options: *const fourier_options,
) -> c_int {
    let (from, to) = (r#in, out);
    let call = Call { rows, columns, from, to, size_rows, size_columns, border, fill, options };
    // SAFETY: as documented for each argument.
    gate(|| unsafe { call.run() })
}
