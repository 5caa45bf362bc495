//! Whether the caller is one of several threads of an OpenMP program.

use std::ffi::c_int;
use std::mem::transmute;

/// Whether this thread is inside an active parallel region of OpenMP. The library does not depend on
/// OpenMP: it asks the runtime that the program has loaded, if it has one.
pub fn in_parallel_region() -> bool {
    // SAFETY: a name that ends with NUL, looked up in all that the program has loaded.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"omp_in_parallel".as_ptr()) };
    if found.is_null() {
        return false;
    }
    // SAFETY: the OpenMP standard fixes this function's type: int omp_in_parallel(void).
    let omp_in_parallel =
        unsafe { transmute::<*mut libc::c_void, extern "C" fn() -> c_int>(found) };
    omp_in_parallel() != 0
}
