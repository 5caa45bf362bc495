//! Counts have 64 bits: more than 2^31 frequencies work, and counts that no memory can hold are
//! refused.

mod oracle;

use std::mem::MaybeUninit;

use fourier::capi::fourier_method::*;
use fourier::capi::*;
use oracle::*;

/// Memory of many numbers of which only the last have places of their own: the numbers before share
/// one stretch of memory, mapped again and again.
struct Folded {
    start: *mut f64,
    bytes: usize,
}

const FOLD: usize = 32 << 20;

impl Folded {
    fn new(length: usize) -> Folded {
        let folds = (length * 8).div_ceil(FOLD);
        let bytes = folds * FOLD;
        // SAFETY: a new range of addresses is reserved, and only within it files are mapped.
        unsafe {
            let file = libc::memfd_create(c"folded".as_ptr(), 0);
            assert!(file >= 0, "{}", std::io::Error::last_os_error());
            assert_eq!(libc::ftruncate(file, 2 * FOLD as i64), 0);
            let reserve = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            let null = std::ptr::null_mut();
            let start = libc::mmap(null, bytes, libc::PROT_NONE, reserve, -1, 0);
            assert_ne!(start, libc::MAP_FAILED, "{}", std::io::Error::last_os_error());
            for fold in 0..folds {
                let place = start.wrapping_byte_add(fold * FOLD);
                let offset = if fold + 1 == folds { FOLD as i64 } else { 0 };
                let access = libc::PROT_READ | libc::PROT_WRITE;
                let flags = libc::MAP_SHARED | libc::MAP_FIXED;
                let mapped = libc::mmap(place, FOLD, access, flags, file, offset);
                assert_eq!(mapped, place, "{}", std::io::Error::last_os_error());
            }
            libc::close(file);
            Folded { start: start.cast(), bytes }
        }
    }
}

impl Drop for Folded {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `new`.
        unsafe { libc::munmap(self.start.cast(), self.bytes) };
    }
}

#[test]
fn more_than_two_to_the_31_frequencies_are_right_to_the_last() {
    let nf = (1usize << 31) + 123_457;
    let (t, x) = survey(60, 10.0, 1.0, &mut Random(1));
    let job = Job { t, x, f0: -3.0, df: 1.0 / (10.0 * 4000.0), nf };
    let memory = Folded::new(nf);
    let options = fourier_options_new();
    // SAFETY: the arrays have the lengths that are told; the handle is made and freed here.
    let (status, last) = unsafe {
        assert_eq!(fourier_options_set_method(options, MaybeUninit::new(FOURIER_METHOD_FAST)), 0);
        let (n, freq) = (job.t.len() as i64, std::ptr::null_mut());
        let (t, x) = (job.t.as_ptr(), job.x.as_ptr());
        let status = fourier_power(n, t, x, job.f0, job.df, nf as i64, freq, memory.start, options);
        fourier_options_free(options);
        (status, std::slice::from_raw_parts(memory.start.add(nf - 100_000), 100_000))
    };
    assert_eq!(status, 0, "{}", last_error());
    let numbers: Vec<u64> = (1..=300).map(|i| (nf - i * 333) as u64).collect();
    let total = job.total();
    for (&k, [re, im]) in numbers.iter().zip(job.exact(&numbers)) {
        let power = last[k as usize - (nf - 100_000)];
        let error = (power.sqrt() - re.hypot(im)).abs() / total;
        assert!(error < 1e-13, "number {k}: {power} instead of {}", re * re + im * im);
    }
}

#[test]
fn counts_that_no_memory_can_hold_are_refused() {
    let (t, x) = ([0.0, 1.0], [1.0, 2.0]);
    let mut out = [7.0; 4];
    let place = out.as_mut_ptr();
    let (none, options) = (std::ptr::null_mut(), std::ptr::null());
    for count in [1 << 60, (1 << 60) + 1, 1 << 61, i64::MAX, i64::MAX - 7, -1, i64::MIN] {
        // SAFETY: counts that large are refused before any memory is touched.
        let statuses = unsafe {
            [
                fourier_power(2, t.as_ptr(), x.as_ptr(), 0.0, 0.0, count, none, place, options),
                fourier_transform(2, t.as_ptr(), x.as_ptr(), 0.0, 0.0, count, none, place, options),
                fourier_power(count, t.as_ptr(), x.as_ptr(), 0.0, 0.1, 2, none, place, options),
                fourier_transform(count, t.as_ptr(), x.as_ptr(), 0.0, 0.1, 2, none, place, options),
            ]
        };
        assert_eq!(statuses, [1; 4], "FOURIER_INVALID_ARGUMENT for {count}: {}", last_error());
        assert!(last_error().contains(&count.to_string()), "{}", last_error());
    }
    assert_eq!(out, [7.0; 4], "outputs are touched");
}
