//! Who computes: the calling thread and the workers of a private pool.
//!
//! Nothing starts when the library is loaded: the pool is made by the first call that wants more
//! than one thread, and made larger by a call that wants more. The calling thread takes part in its
//! own call, so one thread means no pool, and a call never waits for a worker that is busy
//! elsewhere: it only waits for the items that workers have already begun. Between two items a
//! worker lets other calls in. Calls inside a task share the threads of the call around it.

mod allowance;
mod call;
mod latch;
mod openmp;
mod pool;
mod threads;

pub use call::{Call, Report};
pub use threads::{MAX_THREADS, num_threads, set_num_threads};
