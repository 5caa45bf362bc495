//! The result does not depend, bit for bit, on the number of threads, nor on being watched.

mod oracle;

use fourier::capi::fourier_method::*;
use oracle::*;

#[test]
fn spectra_are_the_same_bits_for_any_number_of_threads_watched_or_not() {
    // n, length, nf, os, f0: a block around 0, one elsewhere, several large ones, small ones, times
    // that wrap, many phases in a cell, a mesh that one thread does, one that all share.
    let shapes = [
        (1000, 100.0, 100_000, 10.0, 0.0),
        (1000, 100.0, 100_000, 10.0, 50.0),
        (30_000, 1000.0, 300_000, 4.0, 0.0),
        (400_000, 1000.0, 4_000_000, 1.0, 3.0),
        (100, 10.0, 4_000_000, 4.0, 7.0),
        (50_000, 1000.0, 100_000, 0.3, -2.0),
        (20_000, 1000.0, 200_000, 1e5, 1.0),
        (300_000, 1000.0, 300_000, 1.0, 0.0),
    ];
    for (index, (n, length, nf, os, f0)) in shapes.into_iter().enumerate() {
        let mut random = Random(index as u64);
        let (mut t, x) = survey(n, length, 1.0, &mut random);
        if index % 2 == 1 {
            random.shuffle(&mut t);
        }
        let job = Job { t, x, f0, df: 1.0 / (os * length), nf };
        for method in [FOURIER_METHOD_FAST, FOURIER_METHOD_AUTO, FOURIER_METHOD_DIRECT] {
            if method == FOURIER_METHOD_DIRECT && n * nf > 500_000_000 {
                continue;
            }
            let mut first = Vec::new();
            for threads in [1, 2, 3, 5, 8, 16] {
                for watched in [false, true] {
                    let never = &mut |_: f64| false;
                    let how = How {
                        threads,
                        progress: watched.then_some(never as Progress),
                        ..by(method)
                    };
                    let bits: Vec<u64> = job.power(how).into_iter().map(f64::to_bits).collect();
                    if first.is_empty() {
                        first = bits;
                    } else {
                        let same = first == bits;
                        assert!(same, "{method:?}, shape {index}, {threads} threads");
                    }
                    if nf > 1_000_000 && threads > 2 {
                        break;
                    }
                }
            }
        }
        let transform = |threads| -> Vec<u64> {
            let how = How { threads, ..by(FOURIER_METHOD_FAST) };
            job.transform(how).into_iter().map(f64::to_bits).collect()
        };
        assert!(transform(1) == transform(3), "complex spectrum, shape {index}");
    }
}
