//! Names for processes: what the Fortran module keeps instead of handles.
//!
//! A Fortran compiler copies and finalises variables on its own account, some of them (gfortran 12,
//! for types that contain such variables) bit by bit and twice. So a name is a number that is used
//! once, giving it up again does nothing, and one that was given up names nothing.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::handle::{fourier_process, store};
use crate::capi::boundary::gate;
use crate::error::Error;
use crate::host::fork::PerProcess;
use crate::host::lock::lock;

/// A handle that goes with the last of its names.
struct Named(*mut fourier_process);

// SAFETY: a handle may be used, and freed, from any thread.
unsafe impl Send for Named {}
// SAFETY: as above.
unsafe impl Sync for Named {}

impl Drop for Named {
    fn drop(&mut self) {
        // SAFETY: fourier_process_name took it over; this is the last name.
        unsafe { super::handle::fourier_process_free(self.0) };
    }
}

static NAMES: PerProcess<Mutex<BTreeMap<i64, Arc<Named>>>> = PerProcess::new(Default::default);
static LAST: AtomicI64 = AtomicI64::new(0);

fn names() -> MutexGuard<'static, BTreeMap<i64, Arc<Named>>> {
    lock(NAMES.get())
}

fn give(named: Arc<Named>) -> i64 {
    let name = 1 + LAST.fetch_add(1, Ordering::Relaxed);
    names().insert(name, named);
    name
}

/// Gives a process a name, which owns its handle from then on. For language bindings. From any
/// thread; in a forked copy of this program the name names nothing.
///
/// @param process  not NULL; not to be freed any more
/// @param name     not NULL; receives a number above 0 that was never used before
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_name(
    process: *mut fourier_process,
    name: *mut i64,
) -> c_int {
    gate(|| {
        if process.is_null() || name.is_null() {
            let argument = if process.is_null() { "process" } else { "name" };
            return Err(Error::invalid(argument, "NULL"));
        }
        // SAFETY: not NULL, so a place for a number, as documented.
        unsafe { store(name, give(Arc::new(Named(process)))) };
        Ok(())
    })
}

/// The process of a name. For language bindings. From any thread.
///
/// @param name  any number
/// @return a handle, owned by the names of the process; NULL when the name names nothing
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_named(name: i64) -> *mut fourier_process {
    names().get(&name).map_or(std::ptr::null_mut(), |named| named.0)
}

/// Gives the process of a name another name. For language bindings. From any thread.
///
/// @param name  any number
/// @return a number that was never used before; 0 when the name names nothing
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_rename(name: i64) -> i64 {
    let named = names().get(&name).cloned();
    named.map_or(0, give)
}

/// Gives a name up; with its last name the process is freed, as by fourier_process_free. Again is
/// allowed. For language bindings. From any thread.
///
/// @param name  any number; one that names nothing is allowed
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_forget(name: i64) {
    // The lock is not held while the process is freed.
    let named = names().remove(&name);
    drop(named);
}
