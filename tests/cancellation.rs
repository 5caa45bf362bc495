//! A call reports often, whatever it is doing, and can be cancelled at any report: it returns soon,
//! and the library works right afterwards.

mod oracle;

use std::ffi::{c_double, c_int, c_void};
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use fourier::capi::fourier_method::*;
use fourier::capi::*;
use oracle::*;

/// FOURIER_CANCELLED
const CANCELLED: i32 = 6;

/// About 50 ms are promised.
const SOON: Duration = Duration::from_millis(100);

/// How long it takes; again a few times where the machine may have been busy with something else.
fn fastest(attempt: impl FnMut() -> Duration) -> Duration {
    let mut fastest = Duration::MAX;
    for duration in std::iter::repeat_with(attempt).take(6) {
        fastest = fastest.min(duration);
        if fastest < SOON / 2 {
            break;
        }
    }
    fastest
}

fn jobs() -> Vec<(&'static str, Job, fourier::capi::fourier_method)> {
    let mut random = Random(1);
    let mut job = |n, length: f64, nf, os, f0| {
        let (t, x) = survey(n, length, 1.0, &mut random);
        Job { t, x, f0, df: 1.0 / (os * length), nf }
    };
    vec![
        ("one block around 0", job(1_000_000, 1000.0, 1_000_000, 1.0, 0.0), FOURIER_METHOD_FAST),
        ("several large blocks", job(300_000, 1000.0, 6_000_000, 1.0, 3.0), FOURIER_METHOD_FAST),
        ("small blocks", job(100, 10.0, 20_000_000, 4.0, 7.0), FOURIER_METHOD_FAST),
        ("the direct sum", job(20_000, 10.0, 200_000, 4.0, 7.0), FOURIER_METHOD_DIRECT),
        ("a short call", job(10, 10.0, 100, 4.0, 0.0), FOURIER_METHOD_AUTO),
    ]
}

#[test]
fn fractions_rise_from_0_to_1() {
    for (name, job, method) in jobs() {
        for threads in [1, 2, 4] {
            let mut fractions = Vec::new();
            let record = &mut |fraction| {
                fractions.push(fraction);
                false
            };
            job.power(How { threads, progress: Some(record), ..by(method) });
            assert_eq!(fractions.first(), Some(&0.0), "{name}");
            assert_eq!(fractions.last(), Some(&1.0), "{name}");
            assert!(fractions.is_sorted(), "{name}, {threads} threads: {fractions:?}");
        }
    }
}

#[test]
fn calls_are_cancelled_at_any_report_and_the_library_works_afterwards() {
    let mut random = Random(2);
    let (t, x) = survey(500, 10.0, 1.0, &mut random);
    let after = Job { t, x, f0: 0.0, df: 0.01, nf: 3000 };
    let expected = after.power(by(FOURIER_METHOD_FAST));
    for (name, job, method) in jobs() {
        for threads in [1, 2, 5] {
            for moment in 0..12 {
                let mut ended = false;
                let delay = fastest(|| {
                    let (mut reports, mut asked) = (0, None);
                    let cancel = &mut |_: f64| {
                        assert!(asked.is_none(), "a report after the call was cancelled");
                        reports += 1;
                        if reports > moment {
                            asked = Some(Instant::now());
                        }
                        reports > moment
                    };
                    let how = How { threads, progress: Some(cancel), ..by(method) };
                    let mut power = vec![-1.0; job.nf];
                    let status = job.power_into(how, None, &mut power);
                    let Some(asked) = asked else {
                        assert_eq!(status, 0, "{name}: {}", last_error());
                        ended = true;
                        return Duration::ZERO;
                    };
                    let delay = asked.elapsed();
                    assert_eq!(status, CANCELLED, "{name}, report {moment}: {}", last_error());
                    assert!(last_error().contains("cancelled"), "{}", last_error());
                    let untouched = power.iter().all(|power| *power == -1.0);
                    assert!(untouched || moment > 0, "{name}: written before the first report");
                    delay
                });
                assert!(delay < SOON, "{name}, report {moment}: returned after {delay:?}");
                let again = after.power(How { threads, ..by(FOURIER_METHOD_FAST) });
                assert_eq!(again, expected, "{name}: after a cancelled call");
                if ended {
                    break;
                }
            }
        }
    }
}

/// What a progress function saw.
struct Watch {
    cancel_after: Duration,
    begin: Instant,
    last: Instant,
    longest: Duration,
    cancelled: bool,
}

impl Watch {
    fn look(&mut self) {
        let now = Instant::now();
        self.longest = self.longest.max(now - self.last);
        self.last = now;
    }
}

extern "C" fn watch(_: c_double, user: *mut c_void) -> c_int {
    // SAFETY: `longest_silence` handed it over, and waits for the call.
    let watch = unsafe { &mut *user.cast::<Watch>() };
    watch.look();
    watch.cancelled = watch.begin.elapsed() > watch.cancel_after;
    watch.last = Instant::now();
    c_int::from(watch.cancelled)
}

/// The longest time in which a call neither reported nor returned, when it is cancelled after some
/// time.
fn longest_silence(
    threads: c_int,
    method: fourier_method,
    cancel_after: Duration,
    call: &mut dyn FnMut(*const fourier_options) -> c_int,
) -> Duration {
    let now = Instant::now();
    let longest = Duration::ZERO;
    let mut seen = Watch { cancel_after, begin: now, last: now, longest, cancelled: false };
    // SAFETY: the options are freed after the call, during which `seen` lives.
    let status = unsafe {
        let options = fourier_options_new();
        fourier_options_set_threads(options, threads);
        fourier_options_set_method(options, MaybeUninit::new(method));
        fourier_options_set_progress(options, Some(watch), (&raw mut seen).cast());
        (seen.begin, seen.last) = (Instant::now(), Instant::now());
        let status = call(options);
        fourier_options_free(options);
        status
    };
    seen.look();
    assert_eq!(status, if seen.cancelled { CANCELLED } else { 0 }, "{}", last_error());
    seen.longest
}

/// Cancels a call at several moments, on one and on two threads.
fn reports_often(
    name: &str,
    method: fourier_method,
    mut call: impl FnMut(*const fourier_options) -> c_int,
) {
    for threads in [1, 2] {
        for moment in [20, 150, 700] {
            let after = Duration::from_millis(moment);
            let longest = fastest(|| longest_silence(threads, method, after, &mut call));
            let when = format!("{name}, {threads} threads, cancelled after {moment} ms");
            assert!(longest < SOON, "{when}: silent for {longest:?}");
        }
    }
}

#[test]
fn long_series_report_often() {
    let n = 20_000_000;
    let x: Vec<f64> = (0..n).map(|i| (i % 17) as f64).collect();
    let rising: Vec<f64> = (0..n).map(|i| i as f64 * 1e-3).collect();
    let cases = [
        ("direct, one frequency", FOURIER_METHOD_DIRECT, &rising, 1),
        ("direct, some frequencies", FOURIER_METHOD_DIRECT, &rising, 3000),
        ("fast", FOURIER_METHOD_FAST, &rising, 3_000_000),
    ];
    let mut power = vec![0.0; 3_000_000];
    for (name, method, t, nf) in cases {
        reports_often(name, method, |options| {
            let (n, nf, power) = (n as i64, nf as i64, power.as_mut_ptr());
            // SAFETY: the arrays are as long as told.
            unsafe {
                let (t, x, freq) = (t.as_ptr(), x.as_ptr(), std::ptr::null_mut());
                fourier_power(n, t, x, 0.0, 3e-5, nf, freq, power, options)
            }
        });
    }
}

#[test]
fn large_images_and_windows_report_often() {
    let mut random = Random(4);
    let side = 3000;
    let image: Vec<f32> = (0..side * side).map(|_| random.unit() as f32).collect();
    let bytes: Vec<u8> = (0..side * side).map(|_| random.bits() as u8).collect();
    let (mut out, mut out_bytes) = (image.clone(), bytes.clone());
    let border = MaybeUninit::new(fourier_border::FOURIER_BORDER_REFLECT);
    let side = side as i64;
    for [rows, columns] in [[3, 3], [101, 101], [2801, 2801], [20_001, 20_001], [65_001, 65_001]] {
        let auto = FOURIER_METHOD_AUTO;
        reports_often(&format!("float, {rows} x {columns}"), auto, |options| {
            let (from, to) = (image.as_ptr(), out.as_mut_ptr());
            // SAFETY: the arrays are as long as told.
            unsafe {
                fourier_median_filter_f32(side, side, from, to, rows, columns, border, 0.0, options)
            }
        });
        reports_often(&format!("bytes in place, {rows} x {columns}"), auto, |options| {
            let bytes = out_bytes.as_mut_ptr();
            // SAFETY: the array is as long as told.
            unsafe {
                fourier_median_filter_u8(
                    side, side, bytes, bytes, rows, columns, border, 0.0, options,
                )
            }
        });
    }
}

#[test]
fn cancelling_at_the_last_report_is_a_cancellation_too() {
    for (name, job, method) in jobs() {
        let cancel = &mut |fraction| fraction == 1.0;
        let mut power = vec![0.0; job.nf];
        let status = job.power_into(How { progress: Some(cancel), ..by(method) }, None, &mut power);
        assert_eq!(status, CANCELLED, "{name}");
    }
}
