//! The one way to take a lock: a panic while it was held (which the host never sees) does not make
//! it useless.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`, also after a panic. What the library keeps behind locks is whole between two
/// statements, so that it can be used all the same.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
