//! Checks of pointers and counts from C: NULL, alignment, size, overlap.

use std::ops::Range;
use std::slice;

use crate::error::Error;

/// A count from C as a length whose byte size fits the address space.
pub fn length<T>(argument: &'static str, count: i64) -> Result<usize, Error> {
    let length = usize::try_from(count)
        .map_err(|_| Error::invalid(argument, format!("{count} is negative")))?;
    match length.checked_mul(size_of::<T>()) {
        Some(bytes) if bytes <= isize::MAX as usize => Ok(length),
        _ => Err(Error::invalid(
            argument,
            format!("{count} elements of {} bytes exceed the address space", size_of::<T>()),
        )),
    }
}

fn usable<T>(argument: &'static str, pointer: *const T, length: usize) -> Result<bool, Error> {
    if length == 0 {
        return Ok(false);
    }
    if pointer.is_null() {
        return Err(Error::invalid(argument, format!("NULL, but {length} elements are needed")));
    }
    if !pointer.is_aligned() {
        let problem = format!("{pointer:p} is not aligned to {} bytes", align_of::<T>());
        return Err(Error::invalid(argument, problem));
    }
    if (pointer.addr()).checked_add(length * size_of::<T>()).is_none() {
        let problem = format!("{length} elements from {pointer:p} run over the address space");
        return Err(Error::invalid(argument, problem));
    }
    Ok(true)
}

/// `length` elements to read; NULL is allowed when there are none.
///
/// # Safety
/// `pointer` must be NULL or point to `length` elements that nobody writes while `'a` lasts.
pub unsafe fn input<'a, T>(
    argument: &'static str,
    pointer: *const T,
    length: usize,
) -> Result<&'a [T], Error> {
    match usable(argument, pointer, length)? {
        false => Ok(&[]),
        // SAFETY: not NULL, aligned, within the address space; the rest is the caller's promise.
        true => Ok(unsafe { slice::from_raw_parts(pointer, length) }),
    }
}

/// `length` elements to write; NULL is allowed when there are none.
///
/// # Safety
/// `pointer` must be NULL or point to `length` elements that nobody else uses while `'a` lasts;
/// call [`disjoint`] first where two arguments could be the same memory.
pub unsafe fn output<'a, T>(
    argument: &'static str,
    pointer: *mut T,
    length: usize,
) -> Result<&'a mut [T], Error> {
    match usable(argument, pointer, length)? {
        false => Ok(&mut []),
        // SAFETY: as in `input`.
        true => Ok(unsafe { slice::from_raw_parts_mut(pointer, length) }),
    }
}

/// An object behind a handle.
///
/// # Safety
/// `pointer` must be NULL or come from this library and not have been freed.
pub unsafe fn handle<'a, T>(argument: &'static str, pointer: *const T) -> Result<&'a T, Error> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| Error::invalid(argument, "NULL"))
}

/// An object behind a handle, to be changed.
///
/// # Safety
/// As [`handle`], and nobody else uses the object meanwhile.
pub unsafe fn handle_mut<'a, T>(
    argument: &'static str,
    pointer: *mut T,
) -> Result<&'a mut T, Error> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_mut() }.ok_or_else(|| Error::invalid(argument, "NULL"))
}

/// The bytes that an argument occupies.
pub fn extent<T>(
    argument: &'static str,
    pointer: *const T,
    length: usize,
) -> (&'static str, Range<usize>) {
    let start = pointer.addr();
    let bytes = if pointer.is_null() { 0 } else { length.saturating_mul(size_of::<T>()) };
    (argument, start..start.saturating_add(bytes))
}

/// Fails when an output overlaps an input or another output.
pub fn disjoint(
    outputs: &[(&'static str, Range<usize>)],
    inputs: &[(&'static str, Range<usize>)],
) -> Result<(), Error> {
    for (position, (output, bytes)) in outputs.iter().enumerate() {
        for (other, others) in outputs[position + 1..].iter().chain(inputs) {
            if bytes.start.max(others.start) < bytes.end.min(others.end) {
                return Err(Error::invalid(output, format!("overlaps {other} in memory")));
            }
        }
    }
    Ok(())
}
