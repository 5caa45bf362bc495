//! Beyond the caller's arrays a call needs O(n) and at most 64 MiB, whatever nf is; memory that
//! cannot be had is a status, and the next call works.

mod oracle;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fourier::capi::fourier_method::*;
use oracle::*;

/// Counts what is allocated, and refuses what it is told to.
struct Counting;

/// Bytes in use, and the most since it was last set.
static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// Allocations from this size on are counted down to the one that is refused; all later ones too.
static LARGE: AtomicUsize = AtomicUsize::new(usize::MAX);
static ALLOWED: AtomicUsize = AtomicUsize::new(usize::MAX);

fn refused(size: usize) -> bool {
    size >= LARGE.load(Relaxed)
        && ALLOWED.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err()
}

// SAFETY: memory comes from the system's allocator, or is not given at all, which is allowed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refused(layout.size()) {
            return std::ptr::null_mut();
        }
        PEAK.fetch_max(USED.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise; it came from `alloc`.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The tests of this file share the allocator: one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const MIB: usize = 1 << 20;

/// The most bytes that the library had at once while it computed, what it keeps from earlier calls
/// included; `base` is what was in use before the test.
fn extra(job: &Job, how: How, base: usize) -> usize {
    let mut power = vec![0.0; job.nf];
    PEAK.store(USED.load(Relaxed), Relaxed);
    assert_eq!(job.power_into(how, None, &mut power), 0, "{}", last_error());
    let arrays = 8 * (job.t.capacity() + job.x.capacity() + power.capacity());
    PEAK.load(Relaxed).saturating_sub(base + arrays)
}

fn job(n: usize, length: f64, nf: usize, os: f64, f0: f64) -> Job {
    let (t, x) = survey(n, length, 1.0, &mut Random(n as u64));
    Job { t, x, f0, df: 1.0 / (os * length), nf }
}

#[test]
fn memory_is_bounded_whatever_the_number_of_frequencies_is() {
    let _alone = alone();
    let base = USED.load(Relaxed);
    for (n, nf, os, f0) in [
        (1000, 20_000_000, 10.0, 0.0),
        (1000, 20_000_000, 10.0, 5.0),
        (1000, 20_000_000, 1.0, 5.0),
        (1000, 10_000_000, 0.1, 0.0),
        (100_000, 10_000_000, 1.0, 0.0),
        (1000, 20_000_000, 1e6, 0.0),
    ] {
        for threads in [1, 2, 16] {
            let job = job(n, 1000.0, nf, os, f0);
            let extra = extra(&job, How { threads, ..by(FOURIER_METHOD_FAST) }, base);
            println!("n {n} nf {nf} os {os} f0 {f0} threads {threads}: {} KiB", extra / 1024);
            // Each sample may be copied, and lists of positions made.
            assert!(extra <= 64 * MIB + 40 * n, "n {n} nf {nf} os {os}: {extra} bytes");
            if threads == 2 && os > 1.0 {
                break;
            }
        }
    }
}

#[test]
fn short_cadence_needs_no_more_than_its_output() {
    let _alone = alone();
    let base = USED.load(Relaxed);
    let (_, job, _) = workloads().swap_remove(2);
    for method in [FOURIER_METHOD_AUTO, FOURIER_METHOD_FAST] {
        let (extra, output) = (extra(&job, by(method), base), 2 * 8 * job.nf);
        println!("W3 {method:?}: {} KiB, output {} KiB", extra / 1024, output / 1024);
        assert!(extra <= output, "{extra} bytes for an output of {output}");
    }
}

#[test]
fn memory_is_given_back() {
    let _alone = alone();
    let job = job(20_000, 100.0, 200_000, 4.0, 3.0);
    let run = || drop(job.power(by(FOURIER_METHOD_FAST)));
    run();
    let before = USED.load(Relaxed);
    for _ in 0..20 {
        run();
    }
    let more = USED.load(Relaxed).saturating_sub(before);
    assert!(more < MIB, "{more} bytes are kept");
}

/// FOURIER_OUT_OF_MEMORY
const OUT_OF_MEMORY: i32 = 3;

#[test]
fn memory_that_cannot_be_had_is_a_status_and_the_next_call_works() {
    let _alone = alone();
    let shuffled = {
        let mut job = job(50_000, 100.0, 100_000, 4.0, 3.0);
        Random(1).shuffle(&mut job.t);
        job
    };
    let jobs = [
        ("around 0", job(50_000, 100.0, 100_000, 4.0, 0.0), FOURIER_METHOD_FAST),
        ("large blocks", job(200_000, 100.0, 5_000_000, 1.0, 3.0), FOURIER_METHOD_FAST),
        ("small blocks", job(50, 100.0, 2_000_000, 4.0, 3.0), FOURIER_METHOD_FAST),
        ("any order", shuffled, FOURIER_METHOD_FAST),
        ("direct", job(1000, 100.0, 20_000, 4.0, 3.0), FOURIER_METHOD_DIRECT),
    ];
    for (name, job, method) in &jobs {
        for threads in [1, 3] {
            let how = || How { threads, ..by(*method) };
            // Twice: what is kept for ever (plans, threads) is there, and meshes are warm.
            let expected = job.power(how());
            assert!(job.power(how()) == expected);
            let mut refusals = 0;
            for allowed in 0.. {
                let mut power = vec![0.0; job.nf];
                // What a working array may ask for; the small change of threads and errors is not
                // refused.
                ALLOWED.store(allowed, Relaxed);
                LARGE.store(4096, Relaxed);
                let status = job.power_into(how(), None, &mut power);
                LARGE.store(usize::MAX, Relaxed);
                if status == 0 {
                    assert!(power == expected, "{name}: wrong after {allowed} allocations");
                    break;
                }
                assert_eq!(status, OUT_OF_MEMORY, "{name}, {allowed}: {}", last_error());
                assert!(last_error().starts_with("out of memory: "), "{}", last_error());
                refusals += 1;
                let again = job.power(how());
                assert!(again == expected, "{name}: the call after a refusal");
                assert!(allowed < 500, "{name} never succeeds");
                if job.nf > 1_000_000 && allowed > 20 {
                    break;
                }
            }
            println!("{name}, {threads} threads: {refusals} refusals");
            assert!(refusals > 0, "{name}: nothing was refused");
        }
    }
}
