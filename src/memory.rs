//! Memory that may be refused: an error, never an abort.

use std::alloc::{Layout, alloc};

use crate::error::Error;

/// A vector of `len` copies of `value`, or [`Error::OutOfMemory`] instead of an abort.
pub fn filled<T: Clone>(len: usize, value: T, what: &'static str) -> Result<Vec<T>, Error> {
    let mut vector = with_capacity(len, what)?;
    vector.resize(len, value);
    Ok(vector)
}

/// A vector of what an iterator gives, or [`Error::OutOfMemory`] instead of an abort.
pub fn collected<T>(items: impl Iterator<Item = T>, what: &'static str) -> Result<Vec<T>, Error> {
    let mut vector = with_capacity(items.size_hint().0, what)?;
    for item in items {
        if vector.len() == vector.capacity() {
            // Doubles, so that growing costs little.
            let more = vector.len().max(4);
            reserve(&mut vector, more, what)?;
        }
        vector.push(item);
    }
    Ok(vector)
}

/// An empty vector with room for `len` elements, or [`Error::OutOfMemory`] instead of an abort.
pub fn with_capacity<T>(len: usize, what: &'static str) -> Result<Vec<T>, Error> {
    let mut vector = Vec::new();
    reserve(&mut vector, len, what)?;
    Ok(vector)
}

/// Makes room for `len` more elements, or answers [`Error::OutOfMemory`] instead of an abort.
pub fn reserve<T>(vector: &mut Vec<T>, len: usize, what: &'static str) -> Result<(), Error> {
    let bytes = len.saturating_mul(size_of::<T>());
    vector.try_reserve_exact(len).map_err(|_| Error::OutOfMemory { what, bytes })
}

/// A box of `value`, or [`Error::OutOfMemory`] instead of an abort.
pub fn boxed<T>(value: T, what: &'static str) -> Result<Box<T>, Error> {
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        return Ok(Box::new(value));
    }
    // SAFETY: the layout is not empty. A place that is not NULL has the size and alignment of a T,
    // and comes from the allocator that boxes are freed with.
    unsafe {
        let place = alloc(layout).cast::<T>();
        if place.is_null() {
            return Err(Error::OutOfMemory { what, bytes: layout.size() });
        }
        place.write(value);
        Ok(Box::from_raw(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_an_error() {
        let bytes = isize::MAX as usize;
        let refused = Err(Error::OutOfMemory { what: "a test", bytes });
        assert_eq!(with_capacity::<u8>(bytes, "a test"), refused);
        assert_eq!(filled(bytes, 0u8, "a test"), refused);
    }

    #[test]
    fn box_holds_its_value_and_drops_it_once() {
        let counter = std::rc::Rc::new(());
        let held = boxed((7, counter.clone()), "a test").expect("a few bytes");
        assert_eq!((held.0, std::rc::Rc::strong_count(&counter)), (7, 2));
        drop(held);
        assert_eq!(std::rc::Rc::strong_count(&counter), 1);
        assert!(boxed((), "a test").is_ok());
    }
}
