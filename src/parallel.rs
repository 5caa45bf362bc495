//! Who computes: the calling thread and the workers of a private pool.
//!
//! Nothing starts when the library is loaded: a pool is made by the first call that wants more
//! than one thread. The calling thread takes part in its own call, so one thread means no pool,
//! and a call never waits for a worker that is busy elsewhere: it only waits for the items that
//! workers have already begun. Between two items a worker lets other calls in. A call inside a
//! task uses the pool of the call around it.

mod call;
mod pool;

pub use call::{Call, Report};
pub use pool::{MAX_THREADS, num_threads, set_num_threads};
