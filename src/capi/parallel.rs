//! Parallel map over a C function.

use std::ffi::{c_int, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::arguments::{elements, output};
use super::options::fourier_options;
use super::status_from::status_from_host_code;
use crate::error::Error;
use crate::host::lock::lock;
use crate::parallel::Call;

/// A task of fourier_parallel_map: told its index and the user pointer; returns 0 for success.
#[allow(non_camel_case_types)]
pub type fourier_task = Option<unsafe extern "C" fn(index: i64, user: *mut c_void) -> c_int>;

/// A pointer that the tasks share, as the caller asked.
struct Shared(*mut c_void);
// SAFETY: the caller promised that its tasks may run on several threads with this pointer.
unsafe impl Sync for Shared {}

/// Runs task(0, user) to task(count - 1, user) on the threads of this library: the answer of C and
/// Fortran to a process pool.
///
/// Every task runs once, whatever the others return, unless the progress function cancels: then
/// tasks not yet begun do not run. Tasks run at the same time on the calling thread and on
/// workers; library calls inside a task share the same threads. From any thread, from inside a
/// task, and in a forked child.
///
/// @param count    number of tasks, >= 0
/// @param task     not NULL unless count is 0; may be called from several threads at once; must not
///                 longjmp or throw out
/// @param user     handed to every task as it is; may be NULL
/// @param results  NULL, or count elements: results[i] receives what task i returned (0 where it
///                 did not run)
/// @param options  threads and progress; NULL = defaults
/// @return FOURIER_OK; FOURIER_TASK_FAILED when any task returned non-zero;
///         FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY, FOURIER_CANCELLED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_parallel_map(
    count: i64,
    task: fourier_task,
    user: *mut c_void,
    results: *mut c_int,
    options: *const fourier_options,
) -> c_int {
    status_from_host_code(|| {
        let count = elements::<c_int>("count", count)?;
        let task = match task {
            Some(task) => task,
            None if count == 0 => return Ok(()),
            None => return Err(Error::invalid("task", "NULL")),
        };
        let results = match results.is_null() {
            true => &mut [],
            // SAFETY: `count` elements to write, as documented.
            false => unsafe { output("results", results, count) }?,
        };
        let user = Shared(user);
        // SAFETY: NULL or a handle of this library, as documented.
        unsafe { fourier_options::of(options) }.run(|call| {
            // SAFETY: the caller's function, called as documented.
            let task = |index| unsafe { task(index as i64, { &user }.0) };
            call.share_threads(|| map(call, count, results, task))
        })
    })
}

fn map(
    call: &Call,
    count: usize,
    results: &mut [c_int],
    task: impl Fn(usize) -> c_int + Sync,
) -> Result<(), Error> {
    results.fill(0);
    let mut places = results.iter_mut();
    let items = (0..count).map(|index| (index, places.next()));
    let failed = AtomicUsize::new(0);
    let first: Mutex<Option<(usize, c_int)>> = Mutex::new(None);
    call.add_work(count as u64);
    call.for_each(
        items,
        1,
        || Ok(()),
        |_, (), (index, place)| {
            let result = task(index);
            if let Some(place) = place {
                *place = result;
            }
            if result != 0 {
                failed.fetch_add(1, Ordering::Relaxed);
                let mut first = lock(&first);
                if first.is_none_or(|(earlier, _)| index < earlier) {
                    *first = Some((index, result));
                }
            }
            Ok(())
        },
    )?;
    match lock(&first).take() {
        None => Ok(()),
        Some((index, result)) => {
            Err(Error::TaskFailed { failed: failed.into_inner(), count, index, result })
        }
    }
}
