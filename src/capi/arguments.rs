//! The one place where arguments from C are checked: counts, numbers, enumerations, arrays,
//! strings, handles and places for results. A refusal names the argument and its value.

use std::ffi::{CStr, c_char, c_int};
use std::fmt::Display;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::slice;

use crate::error::Error;
use crate::memory;

/// A count as a length whose byte size fits the address space.
pub fn elements<T>(
    argument: &'static str,
    count: impl TryInto<usize> + Display + Copy,
) -> Result<usize, Error> {
    let length =
        count.try_into().map_err(|_| Error::invalid(argument, format!("{count} is negative")))?;
    match length.checked_mul(size_of::<T>()) {
        Some(bytes) if bytes <= isize::MAX as usize => Ok(length),
        _ => Err(Error::invalid(
            argument,
            format!("{count} elements of {} bytes exceed the address space", size_of::<T>()),
        )),
    }
}

/// A number from `least` up.
pub fn at_least(
    argument: &'static str,
    least: usize,
    number: impl TryInto<usize> + Display + Copy,
) -> Result<usize, Error> {
    let found = number.try_into().ok().filter(|&found| found >= least);
    found.ok_or_else(|| Error::invalid(argument, format!("{number} is less than {least}")))
}

/// A number from 0 to `most`.
pub fn at_most(argument: &'static str, most: usize, number: c_int) -> Result<usize, Error> {
    let found = usize::try_from(number).ok().filter(|&found| found <= most);
    found.ok_or_else(|| Error::invalid(argument, format!("{number} is not from 0 to {most}")))
}

/// A number that is neither NaN nor infinite.
pub fn finite(argument: &'static str, value: f64) -> Result<f64, Error> {
    match value.is_finite() {
        true => Ok(value),
        false => Err(Error::NotFinite { argument, index: None, value }),
    }
}

/// An enumeration of the header. Exports take it as `MaybeUninit<Self>`, which the header shows as
/// the enumeration itself: C may pass any integer, and Rust must not take one for an enumerator
/// before it is checked.
pub trait Enumeration: Copy + 'static {
    /// What an enumerator means to the library.
    type Meaning: Copy + 'static;
    /// Its name in the header.
    const NAME: &str;
    /// Every enumerator with its meaning.
    const ALL: &[(Self, Self::Meaning)];
}

/// What the integer means that stands for an enumerator.
pub fn enumerator<E: Enumeration>(
    argument: &'static str,
    value: MaybeUninit<E>,
) -> Result<E::Meaning, Error> {
    let number = number_of(value);
    let known = E::ALL.iter().find(|(code, _)| number_of(MaybeUninit::new(*code)) == number);
    known.map(|&(_, meaning)| meaning).ok_or_else(|| {
        Error::invalid(argument, format!("{number} is not a valid {name}", name = E::NAME))
    })
}

/// The integer that stands for an enumerator.
fn number_of<E: Enumeration>(value: MaybeUninit<E>) -> c_int {
    const { assert!(size_of::<E>() == size_of::<c_int>()) };
    // SAFETY: it has the size of an int, as just asserted, and a caller gave one.
    unsafe { std::mem::transmute_copy(&value) }
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
        let problem = format!("{length} elements from {pointer:p} exceed the address space");
        return Err(Error::invalid(argument, problem));
    }
    Ok(true)
}

/// `length` elements to read, a number that [`elements`] accepted; NULL is allowed when there are
/// none.
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

/// `length` elements to write, a number that [`elements`] accepted; NULL is allowed when there are
/// none.
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
        // SAFETY: not NULL, aligned, within the address space; the rest is the caller's promise.
        true => Ok(unsafe { slice::from_raw_parts_mut(pointer, length) }),
    }
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

/// A pointer that may not be NULL.
pub fn not_null<T>(argument: &'static str, pointer: *mut T) -> Result<*mut T, Error> {
    if pointer.is_null() { Err(Error::invalid(argument, "NULL")) } else { Ok(pointer) }
}

/// Stores a result where the caller wants it; nowhere when that is NULL.
///
/// # Safety
/// `place` must be NULL or point to a T that may be written.
pub unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not NULL; the rest is the caller's promise. A caller's place need not be aligned.
        unsafe { place.write_unaligned(value) };
    }
}

/// The string behind a pointer.
///
/// # Safety
/// `text` must be NULL or point to a NUL-terminated string that stays while `'a` lasts.
pub unsafe fn string<'a>(argument: &'static str, text: *const c_char) -> Result<&'a CStr, Error> {
    not_null(argument, text.cast_mut())?;
    // SAFETY: not NULL; the rest is the caller's promise.
    Ok(unsafe { CStr::from_ptr(text) })
}

/// The string behind a pointer, if it is not NULL.
///
/// # Safety
/// As [`string`].
pub unsafe fn optional_string<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: not NULL where it is used; the rest is the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// The strings of an array that a NULL ends.
///
/// # Safety
/// `strings` must be NULL or such an array, and stay while `'a` lasts.
pub unsafe fn strings<'a>(
    argument: &'static str,
    strings: *const *const c_char,
) -> Result<Vec<&'a CStr>, Error> {
    not_null(argument, strings.cast_mut())?;
    // SAFETY: the caller's promise: each place up to the NULL that ends the array can be read, and
    // is NULL or points to a string.
    let found = (0..).map_while(|place| unsafe { optional_string(*strings.add(place)) });
    memory::collected(found, "an array of strings")
}

/// The object behind a handle.
///
/// # Safety
/// `handle` must be NULL or come from this library and not have been freed.
pub unsafe fn object<'a, T>(argument: &'static str, handle: *const T) -> Result<&'a T, Error> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_ref() }.ok_or_else(|| Error::invalid(argument, "NULL"))
}

/// The object behind a handle, to be changed.
///
/// # Safety
/// `handle` must be NULL or come from this library and not have been freed, and nobody else may
/// use it while `'a` lasts.
pub unsafe fn object_mut<'a, T>(
    argument: &'static str,
    handle: *mut T,
) -> Result<&'a mut T, Error> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_mut() }.ok_or_else(|| Error::invalid(argument, "NULL"))
}

/// A handle for an object, which the caller owns from then on.
pub fn handle_of<T>(object: T, what: &'static str) -> Result<*mut T, Error> {
    memory::boxed(object, what).map(Box::into_raw)
}

/// Frees the object behind a handle; nothing for NULL.
///
/// # Safety
/// `handle` must be NULL or come from [`handle_of`] and not have been freed.
pub unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: `handle_of` made it from a box, and it is freed once: the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
    }
}
