//! A tolerance asked for is kept at every frequency, and one that cannot be is refused.

mod oracle;

use fourier::capi::fourier_method::{self, *};
use oracle::*;

#[test]
fn tolerances_are_kept_at_every_frequency() {
    let mut random = Random(1);
    let mut jobs = Vec::new();
    for (n, length, nf, os) in [
        (1500, 100.0, 4000, 0.5),
        (1500, 100.0, 4000, 1.0),
        (1500, 100.0, 6000, 3.0),
        (1500, 100.0, 6000, 3.3),
        (1500, 100.0, 20_000, 10.0),
        (300, 1000.0, 20_000, 300.0),
        (20_000, 1000.0, 200_000, 4.0),
        (50, 1.0, 3000, 1e6),
    ] {
        for f0 in [0.0, 13.7, -2.3] {
            let df = 1.0 / (os * length);
            let (t, x) = survey(n, length, f0 + df * nf as f64 / 3.0, &mut random);
            jobs.push(Job { t, x, f0, df, nf });
        }
    }
    // Coherent sums are the hardest: every sample adds its error with the same sign.
    for os in [1.0, 2.0, 5.0] {
        let t: Vec<f64> = (0..2000).map(|i| 2_455_000.0 + f64::from(i) * 0.05).collect();
        jobs.push(Job { x: vec![1.0; t.len()], t, f0: -20.0, df: 0.01 / os, nf: 8000 });
    }
    for job in jobs {
        let numbers = some_numbers(job.nf, 300, &mut random);
        let exact = job.exact(&numbers);
        for decade in 2..=12 {
            let tolerance = 10f64.powi(-decade);
            for method in [FOURIER_METHOD_FAST, FOURIER_METHOD_AUTO] {
                let spectrum = job.transform(tolerant(method, tolerance));
                let worst = job.worst(&spectrum, &numbers, &exact);
                let Job { t, f0, df, .. } = &job;
                let what = format!("{method:?} n {} f0 {f0} df {df}", t.len());
                assert!(worst <= tolerance, "{what}: {worst:e}, but {tolerance:e} asked for");
            }
        }
    }
}

fn tolerant(method: fourier_method, tolerance: f64) -> How<'static> {
    How { method: Some(method), tolerance: Some(tolerance), ..How::default() }
}

#[test]
fn unreachable_tolerances_are_refused_and_the_reachable_one_works() {
    let (t, x) = survey(3000, 100.0, 1.0, &mut Random(2));
    let job = Job { t, x, f0: 0.0, df: 1e-3, nf: 20_000 };
    let numbers = some_numbers(job.nf, 300, &mut Random(3));
    let exact = job.exact(&numbers);
    for method in [FOURIER_METHOD_FAST, FOURIER_METHOD_AUTO, FOURIER_METHOD_DIRECT] {
        let mut spectrum = vec![7.0; 2 * job.nf];
        for tolerance in [1e-17, 1e-300, 5e-324] {
            let status = job.transform_into(tolerant(method, tolerance), None, &mut spectrum);
            assert_eq!(status, 5, "FOURIER_TOLERANCE_UNREACHABLE for {tolerance:e}");
            assert!(spectrum.iter().all(|value| *value == 7.0), "output is touched");
            let text = last_error();
            assert!(text.contains(&format!("{tolerance:e}")), "{text}");
            // The text names what can be kept: it is, and it is kept.
            let reachable: f64 = text.rsplit(' ').next().unwrap().parse().expect("a number");
            let spectrum = job.transform(tolerant(method, reachable));
            let worst = job.worst(&spectrum, &numbers, &exact);
            assert!(worst <= reachable, "{method:?}: {worst:e}, but {reachable:e} promised");
        }
    }
}
