//! A call can be cancelled at any report: it returns soon, and the library works right afterwards.

mod oracle;

use std::time::{Duration, Instant};

use fourier::capi::fourier_method::*;
use oracle::*;

/// FOURIER_CANCELLED
const CANCELLED: i32 = 6;

/// About 50 ms are promised; the machine may be busy.
const SOON: Duration = Duration::from_secs(2);

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
            for moment in 0.. {
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
                    break;
                };
                assert_eq!(status, CANCELLED, "{name}, report {moment}: {}", last_error());
                assert!(last_error().contains("cancelled"), "{}", last_error());
                assert!(asked.elapsed() < SOON, "{name}: {:?}", asked.elapsed());
                if moment == 0 {
                    let untouched = power.iter().all(|power| *power == -1.0);
                    assert!(untouched, "{name}: written before the first report");
                }
                let again = after.power(How { threads, ..by(FOURIER_METHOD_FAST) });
                assert_eq!(again, expected, "{name}: after a cancelled call");
                if moment > 12 {
                    break;
                }
            }
        }
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
