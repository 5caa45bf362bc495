//! The power of a periodogram is that of a least-squares fit with twice the digits.

// `!(a <= b)` also holds for NaN, which is what a test must not let pass.
#![allow(clippy::neg_cmp_op_on_partial_ord, clippy::approx_constant)]

mod oracle;

use fourier::parallel::Call;
use fourier::periodogram::weights::{Samples, Values};
use fourier::periodogram::{Options, lomb_scargle};
use fourier::spectrum::grid::Grid;
use oracle::Random;
use oracle::least_squares::{Data, Fitted, exact_fit};

/// A light curve: sinusoid, second harmonic and noise; uncertainties of a factor 3.
fn light_curve(n: usize, length: f64, seed: u64) -> Data {
    let mut random = Random(seed);
    let mut t: Vec<f64> = (0..n).map(|_| random.between(0.0, length)).collect();
    t.sort_by(f64::total_cmp);
    let dy: Vec<f64> = (0..n).map(|_| random.between(0.1, 0.3)).collect();
    let noise = |random: &mut Random| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
    let y = t.iter().zip(&dy).map(|(t, dy)| {
        let phase = std::f64::consts::TAU * 7.3 / length * t;
        12.0 + phase.sin() + 0.3 * (2.0 * phase).cos() + dy * noise(&mut random)
    });
    let y = y.collect();
    Data { t, y, dy: Some(dy) }
}

fn worst(
    data: &Data,
    f0: f64,
    df: f64,
    nf: usize,
    terms: usize,
    fit_mean: bool,
    count: usize,
) -> [f64; 2] {
    let options = Options { terms, fit_mean, ..Options::DEFAULT };
    let samples = Samples {
        t: &data.t,
        y: Values::Double(&data.y),
        dy: data.dy.as_deref().map(Values::Double),
    };
    let grid = Grid::new(f0, df, nf).unwrap();
    let mut power = vec![0.0; nf];
    let call = Call::new(2);
    lomb_scargle(samples, &grid, None, &mut power, &options, &call).unwrap();
    let mut q = vec![0.0f64; nf];
    let model = Options {
        normalization: fourier::periodogram::normalization::Normalization::Log,
        ..options
    };
    lomb_scargle(samples, &grid, None, &mut q, &model, &call).unwrap();
    let mut worst = [0.0f64; 2];
    let step = (nf / count).max(1);
    for k in (0..nf).step_by(step) {
        let exact =
            exact_fit(data, f0, df, k as u64, Fitted { terms, fit_mean, center_data: true });
        let error = (power[k] - exact.p).abs();
        let error_q = ((-q[k]).exp() / exact.q - 1.0).abs();
        if !(error < 1e-9) {
            println!("  k {k}: {} {}", power[k], exact.p);
        }
        worst[0] = worst[0].max(error);
        worst[1] = worst[1].max(error_q);
        if error.is_nan() {
            worst[0] = f64::NAN
        }
    }
    worst
}

#[test]
fn reference_cases() {
    let data = light_curve(1000, 100.0, 1);
    println!("simulated {:?}", worst(&data, 0.001, 0.002, 20000, 1, true, 300));
    println!("simulated no mean {:?}", worst(&data, 0.001, 0.002, 20000, 1, false, 300));
    println!("simulated 3 terms {:?}", worst(&data, 0.001, 0.002, 20000, 3, true, 100));
    println!("simulated 3 terms no mean {:?}", worst(&data, 0.001, 0.002, 20000, 3, false, 100));
    let mut jd = data.clone();
    jd.t.iter_mut().for_each(|t| *t += 2455000.5);
    println!("jd {:?}", worst(&jd, 0.001, 0.002, 20000, 1, true, 300));
    let mut off = data.clone();
    off.y.iter_mut().for_each(|y| *y += 1e8);
    println!("y + 1e8 {:?}", worst(&off, 0.001, 0.002, 20000, 1, true, 300));
    println!("low {:?}", worst(&data, 1e-8, 1e-8, 40, 1, true, 40));
    println!("low no mean {:?}", worst(&data, 1e-8, 1e-8, 40, 1, false, 40));
    println!("low jd {:?}", worst(&jd, 1e-8, 1e-8, 40, 1, true, 40));
    println!("3 terms low {:?}", worst(&data, 0.001, 0.0003, 130, 3, true, 130));
    println!("3 terms low no mean {:?}", worst(&data, 0.001, 0.0003, 130, 3, false, 130));
    let mut cluster = light_curve(155, 100.0, 2);
    let mut random = Random(7);
    for t in &mut cluster.t[..154] {
        *t = 50.0 + 1e-6 * random.unit();
    }
    for (f0, df) in [(1e-8, 1e-8), (0.01, 0.01), (1.0, 1.3), (1e3, 1e3), (1e6, 1e5)] {
        println!("cluster {f0} {:?}", worst(&cluster, f0, df, 100, 1, true, 100));
    }
    println!("cluster 2 terms {:?}", worst(&cluster, 1.0, 1.3, 100, 2, true, 100));
}

#[test]
fn random_series() {
    let seed: u64 = std::env::var("SEED").ok().map_or(1, |s| s.parse().unwrap());
    let count: usize = std::env::var("COUNT").ok().map_or(300, |s| s.parse().unwrap());
    let mut random = Random(seed);
    let mut worst = 0.0f64;
    let (mut checked, mut skipped) = (0, 0);
    for case in 0..count {
        let n = 5 + random.decades(0.0, 3.0) as usize;
        let length = random.decades(-2.0, 4.0);
        let start = random.one_of(&[0.0, -length / 2.0, 2455000.5, 1e3 * length]);
        let clusters = random.one_of(&[0usize, 0, 0, 1, 2, 3, 5]);
        let width = random.decades(-10.0, -0.5);
        let centres: Vec<f64> = (0..clusters.max(1)).map(|_| random.unit()).collect();
        let regular = random.below(4) == 0;
        let mut t: Vec<f64> = (0..n)
            .map(|j| {
                let x = if regular {
                    j as f64 / n as f64
                } else if clusters == 0 || random.below(30) == 0 {
                    random.unit()
                } else {
                    centres[random.below(clusters)] + width * random.unit()
                };
                start + length * x
            })
            .collect();
        if random.below(3) == 0 {
            random.shuffle(&mut t);
        }
        let spread = random.one_of(&[0.0, 0.5, 2.0]);
        let dy: Vec<f64> = (0..n).map(|_| random.decades(-spread, spread + 1e-9)).collect();
        let offset = random.one_of(&[0.0, 10.0, 1e5, 1e8]);
        let noise = random.one_of(&[1.0, 1.0, 0.1, 1e-3, 1e-7, 0.0]);
        let f_signal = random.unit() * n as f64 / length;
        let y: Vec<f64> = t
            .iter()
            .map(|t| offset + (6.28 * f_signal * (t - start)).sin() + noise * (random.unit() - 0.5))
            .collect();
        let data = Data { t, y, dy: if random.below(3) > 0 { Some(dy) } else { None } };
        let terms = random.one_of(&[1usize, 1, 1, 2, 3, 5]).min((n - 1) / 2);
        let fit_mean = random.below(3) > 0;
        let center = random.below(3) > 0;
        let nf = 1 + random.decades(0.0, 3.5) as usize;
        let df = random.decades(-4.0, 1.0) / length;
        let f0 = random.one_of(&[0.0, f_signal, -f_signal])
            + random.one_of(&[1.0, 1e-3, 1e-6, 1e3]) * random.unit() / length;
        let options = Options { terms, fit_mean, center_data: center, ..Options::DEFAULT };
        let samples = Samples {
            t: &data.t,
            y: Values::Double(&data.y),
            dy: data.dy.as_deref().map(Values::Double),
        };
        let grid = Grid::new(f0, df, nf).unwrap();
        let mut power = vec![0.0f64; nf];
        let call = Call::new(1);
        lomb_scargle(samples, &grid, None, &mut power, &options, &call).unwrap();
        let mut log = vec![0.0f64; nf];
        let o = Options {
            normalization: fourier::periodogram::normalization::Normalization::Log,
            ..options
        };
        lomb_scargle(samples, &grid, None, &mut log, &o, &call).unwrap();
        for _ in 0..20 {
            let k = random.below(nf);
            let exact =
                exact_fit(&data, f0, df, k as u64, Fitted { terms, fit_mean, center_data: center });
            if !(exact.independence > 1e-17) {
                skipped += 1;
                continue;
            }
            checked += 1;
            let error = (power[k] - exact.p).abs();
            let error_q = ((-log[k]).exp() / exact.q - 1.0).abs() / (1.0 + log[k].abs());
            if !(error < 2e-13) || !(error_q < 1e-12) {
                println!(
                    "case {case} n {n} T {length:.3e} start {start:e} clusters {clusters} {width:.1e} reg {regular} terms {terms} mean {fit_mean} centre {center} noise {noise} off {offset} k {k} fT {:.3e}: p {:.17} {:.17} {error:.1e} q {:.17e} {:.17e} {error_q:.1e}",
                    (f0 + k as f64 * df) * length,
                    power[k],
                    exact.p,
                    (-log[k]).exp(),
                    exact.q
                );
            }
            worst = worst.max(error);
        }
    }
    println!("worst {worst:e}; {checked} checked, {skipped} not");
}
