//! The spectrum agrees with the exact sum: |F - exact| <= 1e-13 sum |x| at every frequency, for any
//! series, any grid and any method, and the relative l2 error of the power is below 1e-12 on
//! realistic work, Julian dates or not. Frequencies are f0 + k df correctly rounded.

mod oracle;

use std::f64::consts::TAU;
use std::process::Command;

use fourier::capi::fourier_method::*;
use fourier::spectrum::grid::Grid;
use oracle::*;

/// Promised: |F - exact| / sum |x|.
const POINTWISE: f64 = 1e-13;

#[test]
fn oracle_knows_the_fifth_roots_of_one_and_double_angles() {
    let [c, s] = cos_sin(u128::MAX / 5 + 1);
    let minus_one = Pair(-1.0, 0.0);
    // cos 2 pi / 5 is the positive root of 4 c^2 + 2 c - 1.
    let root = c.times(c).times(Pair(4.0, 0.0)).plus(c.times(Pair(2.0, 0.0))).plus(minus_one);
    assert!(c.0 > 0.3 && s.0 > 0.9 && root.0.abs() < 2e-18, "{:e}", root.0);
    for step in 0..1000u128 {
        let phase = step.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let ([c, s], [c2, s2]) = (cos_sin(phase), cos_sin(phase.wrapping_mul(2)));
        let minus_two = Pair(-2.0, 0.0);
        for zero in [
            c.times(c).plus(s.times(s)).plus(minus_one),
            c.times(c).times(minus_two).plus(Pair(1.0, 0.0)).plus(c2),
            c.times(s).times(minus_two).plus(s2),
        ] {
            assert!(zero.0.abs() < 2e-18, "{phase}: {:e}", zero.0);
        }
    }
}

#[test]
fn frequencies_are_correctly_rounded() {
    let mut random = Random(1);
    // The oracle first: a single sum and a single product are rounded once by the processor.
    for _ in 0..20_000 {
        let (a, b) = (f64::from_bits(random.bits()), f64::from_bits(random.bits()));
        let k = random.bits() >> (11 + random.below(53));
        if a.is_finite() && b.is_finite() && (a + b).is_finite() {
            assert_eq!(exact_frequency(a, b, 1), a + b, "{a:e} {b:e}");
        }
        if (a * k as f64).is_finite() {
            assert_eq!(exact_frequency(0.0, a, k), a * k as f64, "{a:e} {k}");
        }
    }
    for case in 0..60_000 {
        let sign = random.one_of(&[-1.0, 1.0]);
        let f0 = match case % 6 {
            0 => 0.0,
            1 => f64::from_bits(random.bits() & !(0x7ff << 52) | (random.bits() % 12) << 52),
            2 => sign * random.decades(270.0, 307.0),
            3 => sign * (random.below(1000) as f64 + random.one_of(&[0.0, 0.5, 0.1])),
            _ => sign * random.decades(-5.0, 7.0),
        };
        let k = random.bits() >> random.one_of(&[63, 60, 50, 40, 33, 24, 12, 11]);
        let df = match case % 7 {
            0 => f64::from_bits(random.bits() & !(0x7ff << 52) | (random.bits() % 3) << 52),
            1 => random.one_of(&[-1.0, 1.0]) * random.decades(-320.0, 280.0),
            // Close to cancelling.
            2 => -f0 / (k as f64 + 1.0),
            3 => f64::from_bits(f0.to_bits() ^ random.bits() >> 30) * 2f64.powi(-53),
            _ => random.one_of(&[-1.0, 1.0]) * random.decades(-9.0, 1.0),
        };
        let Ok(grid) = Grid::new(f0, df, k as usize + 1) else {
            continue;
        };
        let expected = exact_frequency(f0, df, k);
        assert_eq!(grid.frequency(k as f64), expected, "{f0:e} + {k} * {df:e}");
    }
    // The exported functions write the same ones, in vectors of every length.
    for nf in [1, 2, 7, 8, 9, 31, 1000, 5000] {
        let f0 = random.between(-1.0, 1.0);
        let df = random.decades(-6.0, 0.0);
        let job = Job { t: vec![0.0, 1.0], x: vec![1.0, 2.0], f0, df, nf };
        for method in [FOURIER_METHOD_DIRECT, FOURIER_METHOD_FAST] {
            let (mut freq, mut power) = (vec![0.0; nf], vec![0.0; nf]);
            assert_eq!(job.power_into(by(method), Some(&mut freq), &mut power), 0);
            for (k, f) in freq.iter().enumerate() {
                assert_eq!(*f, exact_frequency(f0, df, k as u64), "{f0:e} + {k} * {df:e}");
            }
        }
    }
}

#[test]
fn frequencies_are_right_beyond_two_to_the_31() {
    let grid = Grid::new(-3.7, 1.1e-9, 1 << 45).unwrap();
    let mut random = Random(2);
    for _ in 0..20_000 {
        let k = random.bits() >> (19 + random.below(15));
        assert_eq!(grid.frequency(k as f64), exact_frequency(-3.7, 1.1e-9, k), "{k}");
    }
}

#[test]
fn workloads_keep_the_promised_error() {
    let mut random = Random(3);
    for (name, job, line) in workloads() {
        let count = (20_000_000 / job.t.len()).clamp(20, 300);
        let mut numbers = some_numbers(job.nf, count, &mut random);
        // The line, which outweighs all else in the norm.
        let peak = ((line - job.f0) / job.df).round() as u64;
        numbers.extend(peak - 3..=peak + 3);
        for (epoch, job) in [("0", job.clone()), ("JD", as_julian_dates(&job))] {
            let exact = job.exact(&numbers);
            for method in [FOURIER_METHOD_AUTO, FOURIER_METHOD_FAST, FOURIER_METHOD_DIRECT] {
                let large = job.t.len() * job.nf > 1_000_000_000;
                if method == FOURIER_METHOD_DIRECT && large {
                    continue;
                }
                let power = relative_l2(&job.power(by(method)), &numbers, &exact);
                let worst = job.worst(&job.transform(by(method)), &numbers, &exact);
                println!("{name} {epoch} {method:?}: l2 {power:.1e} pointwise {worst:.1e}");
                let allowed = if method == FOURIER_METHOD_DIRECT { 1e-13 } else { 1e-12 };
                assert!(power <= allowed, "{name} {epoch} {method:?}: {power:e}");
                assert!(worst <= POINTWISE, "{name} {epoch} {method:?}: {worst:e}");
            }
        }
    }
}

/// A random job; the numbers of its shape go into the message of a failure.
fn random_job(random: &mut Random) -> (Job, String) {
    let n = match random.below(8) {
        0 => random.one_of(&[1, 2, 3, 4, 5, 7, 8, 9]),
        1 => random.one_of(&[13, 31, 63, 65, 127, 499, 513, 1021, 1999]),
        2 => 155,
        _ => 1 + random.below(2000),
    };
    let length = random.decades(-3.0, 5.0);
    let spread = random.below(8);
    let mut t: Vec<f64> = (0..n)
        .map(|i| match spread {
            0 => i as f64 * (length / n as f64),
            1 => (random.below(10) as f64 + 1e-3 * random.unit()) * length / 10.0,
            2 => random.below(n.div_ceil(4)) as f64 / n as f64 * length,
            3 => length,
            4 if i == 0 => 0.0,
            4 => length * (1.0 - 1e-8 * random.unit()),
            _ => length * random.unit(),
        })
        .collect();
    let order = random.below(4);
    match order {
        0 => random.shuffle(&mut t),
        1 => t.sort_unstable_by(|a, b| b.total_cmp(a)),
        _ => t.sort_unstable_by(f64::total_cmp),
    }
    let offset = random.one_of(&[0.0, 0.0, 2_455_000.0, -2_400_000.5, 1e9, -length / 2.0]);
    for time in &mut t {
        *time += offset;
    }
    let magnitudes = random.below(4);
    let x = (0..n).map(|_| match magnitudes {
        0 => random.between(-1.0, 1.0) * random.decades(-30.0, 0.0),
        1 => random.between(-1.0, 1.0) * 1e100,
        2 => random.unit() * 1e-100,
        _ => random.between(-1.0, 1.0),
    });
    let x = x.collect();
    let nf = match random.below(6) {
        0 => random.one_of(&[1, 2, 3, 4, 5, 7, 8, 9]),
        _ => 1 + random.below(5000),
    };
    let os = match random.below(4) {
        0 => random.decades(-3.0, 0.0),
        1 => random.decades(2.0, 9.0),
        _ => random.decades(-0.5, 2.0),
    };
    let df = match random.below(20) {
        0 => 0.0,
        _ => random.one_of(&[1.0, 1.0, -1.0]) / (os * length),
    };
    let f0 = match random.below(8) {
        0 | 1 => 0.0,
        2 => -random.unit() * nf as f64 * df,
        3 => -(random.below(nf) as f64) * df,
        4 => random.between(-1e6, 1e6),
        5 => random.between(-10.0, 10.0) / length,
        6 => random.below(100) as f64 * df,
        _ => random.unit() * nf as f64 * df,
    };
    let shape = format!(
        "n {n} length {length:e} spread {spread} order {order} offset {offset} x {magnitudes} \
         nf {nf} os {os:e} f0 {f0:e} df {df:e}"
    );
    (Job { t, x, f0, df, nf }, shape)
}

fn random_series_agree(seeds: std::ops::Range<u64>) {
    let mut worst_of_all = [0.0_f64; 3];
    let mut failures = Vec::new();
    for seed in seeds {
        let random = &mut Random(seed);
        let (job, shape) = random_job(random);
        let numbers = some_numbers(job.nf, 200, random);
        let exact = job.exact(&numbers);
        for method in [FOURIER_METHOD_AUTO, FOURIER_METHOD_DIRECT, FOURIER_METHOD_FAST] {
            let mut spectrum = vec![f64::NAN; 2 * job.nf];
            let mut power = vec![f64::NAN; job.nf];
            let status = job.transform_into(by(method), None, &mut spectrum);
            let power_status = job.power_into(by(method), None, &mut power);
            if status != 0 || power_status != 0 {
                failures.push(format!("seed {seed}: {method:?} {}; {shape}", last_error()));
                continue;
            }
            let worst = job.worst(&spectrum, &numbers, &exact);
            let best = &mut worst_of_all[method as usize];
            *best = best.max(worst);
            // The direct sum promises more.
            let allowed = if method == FOURIER_METHOD_DIRECT { 1e-14 } else { POINTWISE };
            if worst > allowed {
                failures.push(format!("seed {seed}: {method:?} {worst:e}; {shape}"));
            }
            let total = job.total();
            for (&k, [re, im]) in numbers.iter().zip(&exact) {
                let power = power[k as usize];
                let error = (power.sqrt() - re.hypot(*im)).abs();
                let allowed = POINTWISE * total;
                if power.is_nan() || power < 0.0 || error > allowed {
                    let what = format!("power {power:e} at {k}, F {re:e} {im:e}");
                    failures.push(format!("seed {seed}: {method:?} {what}; {shape}"));
                    break;
                }
            }
        }
    }
    println!("worst errors of AUTO, DIRECT, FAST: {worst_of_all:?}");
    let count = failures.len();
    failures.truncate(20);
    assert!(count == 0, "{count} failures:\n{}", failures.join("\n"));
}

#[test]
fn random_series_agree_with_the_exact_sum() {
    random_series_agree(0..700);
}

/// Run by the next test, with FOURIER_SIMD set from outside.
#[test]
fn some_random_series_agree_with_the_exact_sum() {
    random_series_agree(10_000..10_120);
}

#[test]
fn every_instruction_set_agrees_with_the_exact_sum() {
    for level in ["portable", "avx2", "avx512"] {
        let mut child = Command::new(std::env::current_exe().expect("this program has a path"));
        child.args(["--exact", "some_random_series_agree_with_the_exact_sum", "--nocapture"]);
        let output = child.env("FOURIER_SIMD", level).output().expect("this program runs again");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{level}:\n{said}");
    }
}

#[test]
fn crowded_samples_agree_with_the_exact_sum() {
    // Many samples between the same two cells, all equal times, and long runs of duplicates.
    let mut random = Random(4);
    for n in [1, 39, 40, 41, 47, 511, 512, 513, 1024, 5000] {
        for (clusters, width) in [(1, 0.0), (2, 1e-9), (3, 1e-3), (50, 1e-6)] {
            let mut t: Vec<f64> = (0..n)
                .map(|_| {
                    let cluster = random.below(clusters) as f64;
                    2_455_000.0 + 100.0 * cluster / clusters as f64 + width * random.unit()
                })
                .collect();
            t.sort_unstable_by(f64::total_cmp);
            let x: Vec<f64> = (0..n).map(|_| random.between(-1.0, 1.0)).collect();
            for (f0, df) in [(0.0, 1e-3), (7.3, 2e-4), (0.0, 0.02), (-3.0, 1.0)] {
                let job = Job { t: t.clone(), x: x.clone(), f0, df, nf: 600 };
                let numbers = some_numbers(job.nf, 20, &mut random);
                let exact = job.exact(&numbers);
                for method in [FOURIER_METHOD_FAST, FOURIER_METHOD_DIRECT] {
                    let worst = job.worst(&job.transform(by(method)), &numbers, &exact);
                    let what = format!("n {n} clusters {clusters} of {width:e} f0 {f0} df {df}");
                    assert!(worst <= POINTWISE, "{method:?} {what}: {worst:e}");
                }
            }
        }
    }
}

#[test]
fn times_a_few_roundings_apart_agree_with_the_exact_sum() {
    let mut random = Random(7);
    for (start, n) in [(2_455_000.0, 3), (2_455_000.0, 200), (1e9, 40), (-5e4, 1000), (1e15, 9)] {
        let start: f64 = start;
        let rounding = start.abs().next_up() - start.abs();
        for roundings in [0, 1, 2, 7, 20, 50, 200, 1000] {
            let mut t: Vec<f64> =
                (0..n).map(|_| start + rounding * random.below(roundings + 1) as f64).collect();
            t.sort_unstable_by(f64::total_cmp);
            let x: Vec<f64> = (0..n).map(|_| random.between(-1.0, 1.0)).collect();
            let length = rounding * roundings.max(1) as f64;
            for os in [0.2, 1.0, 5.0, 100.0, 1e6] {
                for sign in [1.0, -1.0] {
                    for first in [0.0, 0.37] {
                        let (df, f0) = (sign / (os * length), first / length);
                        let job = Job { t: t.clone(), x: x.clone(), f0, df, nf: 300 };
                        let numbers = some_numbers(job.nf, 10, &mut random);
                        let exact = job.exact(&numbers);
                        let what = format!("start {start} n {n} roundings {roundings} df {df:e}");
                        for method in [FOURIER_METHOD_FAST, FOURIER_METHOD_DIRECT] {
                            let worst = job.worst(&job.transform(by(method)), &numbers, &exact);
                            assert!(worst <= POINTWISE, "{method:?} {what}: {worst:e}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn regular_samples_have_zeros_but_no_negative_power() {
    for n in [2, 16, 100, 1000, 1024_usize] {
        let t: Vec<f64> = (0..n).map(|i| i as f64).collect();
        for pulses in [1, 4] {
            let x: Vec<f64> = (0..n).map(|i| if i % pulses == 0 { 1.0 } else { 0.0 }).collect();
            for oversampling in [1, 4, 16] {
                let df = 1.0 / (n * oversampling) as f64;
                let nf = 2 * n * oversampling;
                let job = Job { t: t.clone(), x: x.clone(), f0: 0.0, df, nf };
                let numbers = some_numbers(nf, 100, &mut Random(n as u64));
                let exact = job.exact(&numbers);
                for method in [FOURIER_METHOD_AUTO, FOURIER_METHOD_FAST, FOURIER_METHOD_DIRECT] {
                    let power = job.power(by(method));
                    let fine = power.iter().all(|power| *power >= 0.0 && power.is_finite());
                    assert!(fine, "{method:?} n {n} oversampling {oversampling}");
                    let worst = job.worst(&job.transform(by(method)), &numbers, &exact);
                    assert!(worst <= POINTWISE, "{method:?} n {n}: {worst:e}");
                }
            }
        }
    }
}

#[test]
fn auto_never_loses_to_the_plain_double_loop() {
    let mut random = Random(6);
    let mut cases: Vec<(String, Job)> = workloads()
        .into_iter()
        .filter(|(_, job, _)| job.t.len() <= 65_000)
        .map(|(name, job, _)| (name.to_string(), job))
        .collect();
    for (n, length, nf, os) in [
        (10, 30.0, 1000, 10.0),
        (155, 1500.0, 20_000, 10.0),
        (500, 400.0, 50_000, 5.0),
        (2000, 3000.0, 300_000, 20.0),
        (5000, 90.0, 5000, 2.0),
    ] {
        let (t, x) = survey(n, length, 2.01, &mut random);
        let df = 1.0 / (os * length);
        cases.push((format!("n {n} nf {nf} os {os}"), Job { t, x, f0: 0.0, df, nf }));
    }
    for (name, job) in cases {
        for (epoch, job) in [("0", job.clone()), ("JD", as_julian_dates(&job))] {
            let numbers = some_numbers(job.nf, (5_000_000 / job.t.len()).min(300), &mut random);
            let exact = job.exact(&numbers);
            let mut plain = vec![0.0; job.nf];
            for &k in &numbers {
                let f = k as f64 * job.df + job.f0;
                let (mut cosines, mut sines) = (0.0, 0.0);
                for (t, x) in job.t.iter().zip(&job.x) {
                    let angle = TAU * f * t;
                    cosines += x * angle.cos();
                    sines += x * angle.sin();
                }
                plain[k as usize] = cosines * cosines + sines * sines;
            }
            let plain = relative_l2(&plain, &numbers, &exact);
            let auto = relative_l2(&job.power(by(FOURIER_METHOD_AUTO)), &numbers, &exact);
            println!("{name} {epoch}: AUTO {auto:.1e}, plain double loop {plain:.1e}");
            // Below the noise of a fast spectrum they count as equal.
            assert!(auto <= plain.max(2e-14), "{name} {epoch}: {auto:e} against {plain:e}");
        }
    }
}

#[test]
fn extreme_numbers_never_panic_nor_turn_into_nan() {
    let times: [&[f64]; 9] = [
        &[0.0],
        &[1e300, -1e300],
        &[f64::MAX, -f64::MAX, 0.0],
        &[f64::MAX, f64::MAX],
        &[5e-324, -5e-324, 0.0, 1e-310],
        &[1e300, 1e300 + 1e285, 1.0],
        &[0.0, 1e-300, 1e300],
        &[1e18, 1e18 + 1000.0, 1e18 + 5000.0],
        &[0.0, 1.0, 2.0, 3.5],
    ];
    let steps = [0.0, 5e-324, 1e-310, -1e-300, 1e-18, 1.0, -1e9, 1e290, f64::MAX / 4096.0];
    let firsts = [0.0, 5e-324, -1.0, 1e6, 1e18, -1e300, f64::MAX / 2.0];
    let mut failures = Vec::new();
    for t in times {
        for x in [1.0, 1e-320, 1e300, -1e154] {
            for df in steps {
                for f0 in firsts {
                    let x: Vec<f64> = (0..t.len()).map(|i| x / (i + 1) as f64).collect();
                    let job = Job { t: t.to_vec(), x, f0, df, nf: 1030 };
                    failures.extend(extreme(&job).err());
                }
            }
        }
    }
    let count = failures.len();
    failures.truncate(20);
    assert!(count == 0, "{count} failures:\n{}", failures.join("\n"));
}

/// Every method answers with the exact sum, or says that it cannot.
fn extreme(job: &Job) -> Result<(), String> {
    let numbers = [0, 1, 2, 500, 1029];
    let exact = job.exact(&numbers);
    for method in [FOURIER_METHOD_AUTO, FOURIER_METHOD_DIRECT, FOURIER_METHOD_FAST] {
        let Job { t, x, f0, df, .. } = job;
        let what = format!("{method:?} t {t:?} x {:e} f0 {f0:e} df {df:e}", x[0]);
        let mut spectrum = vec![0.0; 2 * job.nf];
        let status = job.transform_into(by(method), None, &mut spectrum);
        let mut power = vec![0.0; job.nf];
        let power_status = job.power_into(by(method), None, &mut power);
        if status != power_status {
            return Err(format!("{what}: status {status}, but {power_status} for the power"));
        }
        match status {
            0 => {}
            // FOURIER_NOT_SUPPORTED
            4 if method == FOURIER_METHOD_FAST => continue,
            _ => return Err(format!("{what}: {}", last_error())),
        }
        if spectrum.iter().any(|part| !part.is_finite()) {
            return Err(format!("{what}: F is not finite"));
        }
        if power.iter().any(|power| power.is_nan() || *power < 0.0) {
            return Err(format!("{what}: power is NaN or negative"));
        }
        let worst = job.worst(&spectrum, &numbers, &exact);
        // Beyond 2^55 cycles phases are lost, and subnormal values have few bits.
        let farthest = t.iter().fold(0.0, |most: f64, time| most.max(time.abs()));
        let cycles = [0, 1029].map(|k| (exact_frequency(*f0, *df, k) * farthest).abs());
        let phases_are_known = cycles.iter().all(|cycles| *cycles < 2f64.powi(55));
        if worst > POINTWISE && x[0].abs() > 1e-290 && phases_are_known {
            return Err(format!("{what}: error {worst:e}"));
        }
        let most = (job.total() * (1.0 + 1e-12) + 1e-150).powi(2);
        if power.iter().any(|power| *power > most) {
            return Err(format!("{what}: power above (sum |x|)^2"));
        }
    }
    Ok(())
}
