//! Memory that may be refused: an error, never an abort.

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
