//! Ids of processes, for language bindings: what the Fortran module keeps in place of handles.
//!
//! A Fortran compiler copies and finalises variables on its own account, some of them (gfortran 12,
//! for types that contain such variables) bit by bit and twice. So an id is a number that is used
//! once: releasing it again does nothing, and an id that was released stands for nothing.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use super::handle::{fourier_process, fourier_process_free};
use crate::capi::arguments::{not_null, store};
use crate::capi::status_from::status_from;
use crate::host::fork::PerProcess;
use crate::host::lock::lock;

/// A handle that is freed with the last of its ids.
struct Owned(*mut fourier_process);

// SAFETY: a handle may be used, and freed, from any thread.
unsafe impl Send for Owned {}
// SAFETY: a handle may be used by several threads at once.
unsafe impl Sync for Owned {}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: fourier_process_id_new took the handle over, and this was its last id.
        unsafe { fourier_process_free(self.0) };
    }
}

static PROCESSES: PerProcess<Mutex<BTreeMap<i64, Arc<Owned>>>> = PerProcess::new(Default::default);
static LAST_ID: AtomicI64 = AtomicI64::new(0);

fn new_id(process: Arc<Owned>) -> i64 {
    let id = 1 + LAST_ID.fetch_add(1, Ordering::Relaxed);
    lock(PROCESSES.get()).insert(id, process);
    id
}

/// Gives a process an id, which owns its handle from then on. For language bindings. From any
/// thread; in a forked copy of this program the id stands for nothing.
///
/// @param process  not NULL; not to be freed any more
/// @param id       not NULL; receives a number above 0 that was never used before
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_id_new(
    process: *mut fourier_process,
    id: *mut i64,
) -> c_int {
    status_from(|| {
        let (process, id) = (not_null("process", process)?, not_null("id", id)?);
        // SAFETY: a place for a number, as documented.
        unsafe { store(id, new_id(Arc::new(Owned(process)))) };
        Ok(())
    })
}

/// The process of an id. For language bindings. From any thread.
///
/// @param id  any number
/// @return a handle, owned by the ids of the process; NULL when the id stands for nothing
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_id_handle(id: i64) -> *mut fourier_process {
    lock(PROCESSES.get()).get(&id).map_or(ptr::null_mut(), |process| process.0)
}

/// Gives the process of an id one more id. For language bindings. From any thread.
///
/// @param id  any number
/// @return a number that was never used before; 0 when the id stands for nothing
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_id_copy(id: i64) -> i64 {
    let process = lock(PROCESSES.get()).get(&id).cloned();
    process.map_or(0, new_id)
}

/// Releases an id; with its last id a process is freed, as by fourier_process_free. Again is
/// allowed. For language bindings. From any thread.
///
/// @param id  any number; one that stands for nothing is allowed
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_id_release(id: i64) {
    let process = lock(PROCESSES.get()).remove(&id);
    // The lock is free again while the process is.
    drop(process);
}
