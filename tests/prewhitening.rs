//! Prewhitening finds the sinusoids that a series was made of, within their standard errors, and
//! peaks are those of the continuous spectrum.

use std::f64::consts::TAU;

use fourier::error::Error;
use fourier::parallel::Call;
use fourier::periodogram::peaks::peaks;
use fourier::periodogram::prewhiten::{Outcome, Settings, Uncertainties, prewhiten};
use fourier::spectrum::Options;
use fourier::spectrum::grid::Grid;
use fourier::spectrum::series::Series;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

/// Frequency, amplitude and phase at t = 0.
type Truth = [f64; 3];

fn values(t: &[f64], truth: &[Truth], noise: f64, random: &mut Random) -> Vec<f64> {
    let sum = |t: f64| truth.iter().map(|[f, a, p]| a * (TAU * (f * t + p)).sin()).sum::<f64>();
    t.iter().map(|&t| 7.0 + noise * random.normal() + sum(t)).collect()
}

/// Times as of a space telescope, with gaps.
fn times(n: usize, random: &mut Random) -> Vec<f64> {
    let steps = (0..).map(|i| f64::from(i) * 0.020_434);
    let seen = steps.filter(|t| t % 93.0 > 1.5 && random.uniform() < 0.97);
    seen.take(n).collect()
}

fn search(
    t: &[f64],
    x: &[f64],
    weights: Option<&[f64]>,
    most: usize,
    highest: f64,
    threads: usize,
) -> (Outcome, Vec<f64>) {
    let call = Call::new(threads);
    let series = Series::new(t, x, &call).expect("a series");
    let df = if series.length() > 0.0 { 0.1 / series.length() } else { 0.1 };
    let grid = Grid::new(0.0, df, (highest / df) as usize).expect("a grid");
    let settings = Settings {
        most,
        least_snr: 4.5,
        noise_window: 1.0,
        uncertainties: Uncertainties::Covariance,
    };
    let mut rest = vec![f64::NAN; t.len()];
    let even = vec![1.0; t.len()];
    let (weights, known) = (weights.unwrap_or(&even), weights.is_some());
    let outcome = prewhiten(&series, weights, known, &grid, &settings, &mut rest, &call);
    (outcome.expect("prewhitening ends"), rest)
}

#[test]
fn every_strong_sinusoid_is_found_within_its_errors() {
    let mut random = Random(5);
    let t = times(12_000, &mut random);
    let span = t[t.len() - 1] - t[0];
    // Apart from each other by more than two resolution elements.
    let truth: Vec<Truth> = (0..60)
        .map(|i| {
            let place = (f64::from(i) + 0.2 + 0.6 * random.uniform()) * 0.4;
            [place, 10f64.powf(-2.0 + random.uniform()), random.uniform()]
        })
        .collect();
    let x = values(&t, &truth, 0.02, &mut random);
    let (outcome, rest) = search(&t, &x, None, 100, 24.5, 2);
    let (mut pulls, mut count) = ([0.0; 2], 0.0);
    for [frequency, amplitude, phase] in &truth {
        let close = |f: &&_| {
            let found: &&fourier::periodogram::prewhiten::Found = f;
            (found.frequency - frequency).abs() < 0.3 / span
        };
        let found = outcome.found.iter().find(close).unwrap_or_else(|| panic!("{frequency}"));
        let pull = (found.frequency - frequency) / found.frequency_error;
        assert!(pull.abs() < 4.5, "{frequency}: {pull}");
        let there = amplitude * (TAU * (frequency * t[0] + phase)).sin();
        let middle = 0.5 * (t[0] + t[t.len() - 1]);
        let said =
            found.amplitude * (TAU * (found.frequency * (t[0] - middle) + found.phase)).sin();
        assert!((there - said).abs() < 6.0 * TAU * found.amplitude_error, "{frequency}");
        pulls[0] += pull * pull;
        pulls[1] += ((found.amplitude - amplitude) / found.amplitude_error).powi(2);
        count += 1.0;
    }
    for pull in pulls {
        let deviation = f64::sqrt(pull / count);
        assert!((0.7..1.3).contains(&deviation), "{deviation}");
    }
    let rms = (rest.iter().map(|r| r * r).sum::<f64>() / rest.len() as f64).sqrt();
    assert!((rms / 0.02 - 1.0).abs() < 0.03, "{rms}");
}

#[test]
fn pulls_have_unit_deviation_also_with_known_and_uneven_errors() {
    let mut random = Random(17);
    let (mut pulls, mut count) = ([0.0; 3], 0.0);
    for _ in 0..250 {
        let mut t: Vec<f64> = (0..300).map(|_| 100.0 * random.uniform()).collect();
        t.sort_by(f64::total_cmp);
        let truth = [[1.0 + 3.0 * random.uniform(), 0.5, random.uniform()]];
        let dy: Vec<f64> = t.iter().map(|_| 0.1 + 0.3 * random.uniform()).collect();
        let exact = values(&t, &truth, 0.0, &mut random);
        let x: Vec<f64> = exact.iter().zip(&dy).map(|(x, dy)| x + dy * random.normal()).collect();
        let weights: Vec<f64> = dy.iter().map(|dy| 1.0 / (dy * dy)).collect();
        let (outcome, _) = search(&t, &x, Some(&weights), 1, 5.0, 1);
        let found = outcome.found[0];
        let middle = 0.5 * (t[0] + t[t.len() - 1]);
        let phase = found.phase - (truth[0][0] * middle + truth[0][2]);
        let phase = phase - phase.round();
        for (pull, value) in pulls.iter_mut().zip([
            (found.frequency - truth[0][0]) / found.frequency_error,
            (found.amplitude - 0.5) / found.amplitude_error,
            phase / found.phase_error,
        ]) {
            *pull += value * value;
        }
        count += 1.0;
    }
    for pull in pulls {
        let deviation = f64::sqrt(pull / count);
        // Three standard errors of a deviation from 250.
        assert!((deviation - 1.0).abs() < 0.14, "{pulls:?}");
    }
}

#[test]
fn pairs_are_separated_at_one_and_a_half_and_merged_at_half_a_resolution_element() {
    let mut random = Random(3);
    let t: Vec<f64> = times(4000, &mut random);
    let span = t[t.len() - 1] - t[0];
    for (distance, together) in [(1.5, false), (0.5, true)] {
        let truth = [[3.0, 1.0, 0.1], [3.0 + distance / span, 0.8, 0.35]];
        let x = values(&t, &truth, 0.01, &mut random);
        let (outcome, _) = search(&t, &x, None, 2, 10.0, 2);
        assert_eq!(!outcome.merged.is_empty(), together, "{distance}: {:?}", outcome.merged);
        if !together {
            for [frequency, amplitude, _] in truth {
                let near = |f: &&fourier::periodogram::prewhiten::Found| {
                    (f.frequency - frequency).abs() < 5.0 * f.frequency_error
                };
                let found = outcome.found.iter().find(near).expect("both of the pair");
                assert!((found.amplitude - amplitude).abs() < 5.0 * found.amplitude_error);
            }
        }
    }
}

#[test]
fn results_have_the_same_bits_for_any_number_of_threads() {
    let mut random = Random(8);
    let t = times(5000, &mut random);
    let truth = [[1.3, 1.0, 0.2], [2.6, 0.4, 0.7], [7.9, 0.2, 0.4]];
    let x = values(&t, &truth, 0.1, &mut random);
    let bits = |threads| {
        let (outcome, rest) = search(&t, &x, None, 10, 20.0, threads);
        let told = outcome.found.iter().flat_map(|f| [f.frequency, f.phase, f.snr]);
        told.chain(rest).map(f64::to_bits).collect::<Vec<_>>()
    };
    let one = bits(1);
    assert!(one == bits(2) && one == bits(5));
}

#[test]
fn julian_dates_change_nothing() {
    let mut random = Random(8);
    let t = times(3000, &mut random);
    let t: Vec<f64> = t.iter().map(|t| (t * 1024.0).round() / 1024.0).collect();
    let x = values(&t, &[[1.3, 1.0, 0.2], [2.6, 0.4, 0.7]], 0.1, &mut random);
    let (near, _) = search(&t, &x, None, 5, 20.0, 1);
    let julian: Vec<f64> = t.iter().map(|t| t + 2_455_000.0).collect();
    let (far, _) = search(&julian, &x, None, 5, 20.0, 1);
    assert_eq!(near.found.len(), far.found.len());
    for (near, far) in near.found.iter().zip(&far.found) {
        assert!((near.frequency / far.frequency - 1.0).abs() < 1e-12);
        assert!((near.amplitude / far.amplitude - 1.0).abs() < 1e-12);
    }
}

#[test]
fn trends_constants_and_short_series_end_with_what_could_be_found() {
    let line: Vec<f64> = (0..50).map(f64::from).collect();
    let (outcome, rest) = search(&line, &line, None, 10, 0.5, 1);
    assert!(rest.iter().all(|r| r.is_finite()) && outcome.found.len() <= 10);
    let (outcome, _) = search(&line, &[4.0; 50], None, 10, 0.5, 1);
    assert!(outcome.found.is_empty());
    for n in 0..12 {
        let x: Vec<f64> = line[..n].iter().map(|t| (0.9 * t).sin()).collect();
        let (outcome, _) = search(&line[..n], &x, None, 10, 0.5, 1);
        assert!(3 * outcome.found.len() < n.max(1));
        assert!(outcome.found.iter().all(|f| f.frequency.is_finite()));
    }
    let (outcome, _) = search(&[3.0; 20], &line[..20], None, 10, 0.5, 1);
    assert!(outcome.found.is_empty());
}

#[test]
fn cancelled_searches_tell_what_they_have_found() {
    let mut random = Random(8);
    let t = times(5000, &mut random);
    let truth: Vec<Truth> = (1..20).map(|i| [f64::from(i), 1.0, 0.3]).collect();
    let x = values(&t, &truth, 0.1, &mut random);
    let mut found = None;
    let seen = std::cell::Cell::new(0.0);
    let report = |fraction: f64| {
        seen.set(fraction);
        fraction > 0.3
    };
    let ended = Call::watched(1, &report, |call| {
        let series = Series::new(&t, &x, call)?;
        let grid = Grid::new(0.0, 1e-3, 20_500)?;
        let settings = Settings {
            most: 19,
            least_snr: 4.0,
            noise_window: 1.0,
            uncertainties: Uncertainties::Covariance,
        };
        let (weights, mut rest) = (vec![1.0; t.len()], vec![0.0; t.len()]);
        found = Some(prewhiten(&series, &weights, false, &grid, &settings, &mut rest, call)?);
        Ok(())
    });
    let outcome = found.expect("what was found");
    assert!(matches!(ended, Err(Error::Cancelled)) && outcome.cancelled);
    assert!((1..19).contains(&outcome.found.len()), "{}", outcome.found.len());
    assert!(outcome.found.iter().all(|f| f.frequency_error > 0.0), "by formula");
}

#[test]
fn peaks_are_maxima_of_the_exact_sum_in_the_order_of_their_heights() {
    let mut random = Random(4);
    let t: Vec<f64> = (0..300).map(|_| 2_455_000.0 + 200.0 * random.uniform()).collect();
    let x: Vec<f64> = t.iter().map(|t| (TAU * 0.7 * t).sin() + random.normal()).collect();
    let call = Call::new(2);
    let series = Series::new(&t, &x, &call).expect("a series");
    let grid = Grid::new(0.0, 0.5e-3, 4_000_000).expect("a grid");
    let found = peaks(&series, &grid, 25, &Options::default(), &call).expect("peaks");
    assert_eq!(found.len(), 25);
    assert!(found.is_sorted_by(|a, b| a.power >= b.power));
    let middle = series.centre();
    // The sum and its first two derivatives by f, with phases that lose nothing (fused
    // multiply-add).
    let sums = |f: f64| {
        let mut sums = [[0.0; 2]; 3];
        for (t, x) in t.iter().zip(&x) {
            let tau = t - middle;
            let cycles = f * tau;
            let phase = TAU * ((cycles - cycles.round()) + f.mul_add(tau, -cycles));
            let (sin, cos) = phase.sin_cos();
            let turn = TAU * tau;
            let terms =
                [[cos, sin], [-turn * sin, turn * cos], [-turn * turn * cos, -turn * turn * sin]];
            for (sum, term) in sums.iter_mut().flatten().zip(terms.iter().flatten()) {
                *sum += x * term;
            }
        }
        sums
    };
    for peak in &found {
        let [[a, b], [da, db], [dda, ddb]] = sums(peak.frequency);
        assert!((peak.power / (a * a + b * b) - 1.0).abs() < 1e-10, "{peak:?}");
        let slope = 2.0 * (a * da + b * db);
        let curvature = 2.0 * (da * da + db * db + a * dda + b * ddb);
        assert!(curvature < 0.0, "{peak:?} is no maximum");
        assert!((slope / curvature).abs() < 1e-9 / 200.0, "{peak:?}: {:e}", slope / curvature);
    }
    for (index, peak) in found.iter().enumerate() {
        let apart = |other: &fourier::periodogram::peaks::Peak| {
            (other.frequency - peak.frequency).abs() >= 1.0 / series.length()
        };
        assert!(found[index + 1..].iter().all(apart));
    }
}
