//! How probable it is that noise alone makes the highest peak up to a frequency as high as this.
//!
//! A single frequency of N_K = N - 1 - 2K degrees of freedom exceeds p with the probability
//! s = P(2K, N_K): (1 - p)^(N_K/2) for one sinusoid. The highest of many is estimated by
//!
//! - NAIVE: N_eff = fmax T independent frequencies, 1 - (1 - s)^N_eff;
//! - DAVIES: an upper limit, s + tau, with the expected number tau of crossings of the level p;
//! - BALUEV: 1 - (1 - s) e^-tau; nearly exact where peaks are narrow and few are high
//!   (Baluev 2008; 2009 for harmonics);
//! - BOOTSTRAP: the highest peaks of series whose values were drawn anew (`bootstrap`).
//!
//! Everything is computed as a logarithm, as probabilities of real peaks are below 1e-300. With
//! x = -ln(1 - s), both the naive probability and Baluev's are 1 - e^-X: X = N_eff x, X = tau + x.

mod bootstrap;
mod gamma;

use self::bootstrap::Bootstrap;
use self::gamma::{ln_gamma_half_step, mean_frequency};
use super::frequency_grid::length_of;
use super::normalization::Normalization;
use super::weights::{Samples, Weighted};
use super::{Options, check_terms};
use crate::error::Error;
use crate::parallel::Call;

/// How a probability is estimated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Significance {
    /// Of one frequency that was chosen beforehand.
    Single,
    /// As if so many frequencies were independent.
    Naive,
    /// An upper limit.
    Davies,
    /// The theory of extreme values.
    Baluev,
    /// By values drawn anew.
    Bootstrap,
}

/// The noise whose peaks are to be judged.
pub struct Noise<'a> {
    /// The samples.
    pub samples: Samples<'a>,
    /// The highest frequency that was searched.
    pub fmax: f64,
    /// How the probability is estimated.
    pub significance: Significance,
}

/// The logarithm of the probability that noise makes a peak of this power, or a higher one.
pub fn log_probability(
    noise: &Noise,
    power: f64,
    options: &Options,
    call: &Call,
) -> Result<f64, Error> {
    let weighted = noise.check(options, call)?;
    let height = Height::of_power(power, options.normalization, &weighted)?;
    match noise.significance {
        Significance::Bootstrap => {
            let maxima = Bootstrap::new(noise, options)?.maxima(call)?;
            let reached = maxima.iter().filter(|&&maximum| maximum >= height.p()).count();
            Ok(((1 + reached) as f64 / (1 + maxima.len()) as f64).ln())
        }
        theory => Ok(Theory::new(noise, &weighted, options)?.log_probability(theory, height)),
    }
}

/// The power that noise reaches with this probability.
pub fn level(
    noise: &Noise,
    probability: f64,
    options: &Options,
    call: &Call,
) -> Result<f64, Error> {
    if !(probability > 0.0 && probability < 1.0) {
        let problem = format!("{probability:?} is not between 0 and 1");
        return Err(Error::invalid("probability", problem));
    }
    let weighted = noise.check(options, call)?;
    let height = match noise.significance {
        Significance::Bootstrap => Bootstrap::new(noise, options)?.level(probability, call)?,
        theory => Theory::new(noise, &weighted, options)?.level(theory, probability)?,
    };
    Ok(height.power(options.normalization, &weighted))
}

impl<'a> Noise<'a> {
    fn check(&self, options: &Options, call: &Call) -> Result<Weighted<'a>, Error> {
        if !self.fmax.is_finite() {
            return Err(Error::NotFinite { argument: "fmax", index: None, value: self.fmax });
        }
        if self.fmax <= 0.0 {
            return Err(Error::invalid("fmax", format!("{:?} is not above 0", self.fmax)));
        }
        let n = self.samples.t.len();
        check_terms(n, options.terms)?;
        if options.normalization == Normalization::Amplitude {
            let problem = "an amplitude has no probability without its frequency";
            return Err(Error::invalid("normalization", problem));
        }
        if degrees(n, options) < 1.0 {
            let problem = format!("{n} samples leave no noise when {n} parameters are fitted");
            return Err(Error::invalid("n", problem));
        }
        let weighted = Weighted::new(self.samples, options.centred(), call)?;
        length_of(n, weighted.first, weighted.last)?;
        Ok(weighted)
    }
}

/// N_K, degrees of freedom that the fit leaves.
fn degrees(n: usize, options: &Options) -> f64 {
    let constants = if options.centred() { 1.0 } else { 0.0 };
    n as f64 - constants - 2.0 * options.terms as f64
}

/// A height p of a peak as -ln(1 - p), which tells heights next to 1 apart.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Height(f64);

impl Height {
    fn of_power(
        power: f64,
        normalization: Normalization,
        weighted: &Weighted,
    ) -> Result<Height, Error> {
        if !power.is_finite() {
            return Err(Error::NotFinite { argument: "power", index: None, value: power });
        }
        let most = match normalization {
            Normalization::Standard => 1.0,
            // As this library rounds it.
            Normalization::Psd => 0.5 * weighted.chi2 * (1.0 + 1e-12),
            _ => f64::INFINITY,
        };
        if !(0.0..=most).contains(&power) {
            let problem = format!("{power:?} is not from 0 to {most:?}, as this normalization is");
            return Err(Error::invalid("power", problem));
        }
        Ok(Height(match normalization {
            Normalization::Psd if power == 0.0 => 0.0,
            Normalization::Psd => -(-(power / (0.5 * weighted.chi2)).min(1.0)).ln_1p(),
            Normalization::Model => power.ln_1p(),
            Normalization::Log => power,
            Normalization::Standard | Normalization::Amplitude => -(-power).ln_1p(),
        }))
    }

    fn power(self, normalization: Normalization, weighted: &Weighted) -> f64 {
        match normalization {
            Normalization::Psd => self.p() * (0.5 * weighted.chi2),
            Normalization::Model => self.0.exp_m1(),
            Normalization::Log => self.0,
            Normalization::Standard | Normalization::Amplitude => self.p(),
        }
    }

    fn p(self) -> f64 {
        -(-self.0).exp_m1()
    }

    fn of_p(p: f64) -> Height {
        Height(-(-p).ln_1p())
    }
}

/// What the formulas need to know.
struct Theory {
    /// Harmonics, K.
    terms: usize,
    /// N_K / 2.
    half_degrees: f64,
    /// ln N_eff.
    ln_frequencies: f64,
    /// ln tau but for its powers of q and p.
    ln_tau: f64,
}

impl Theory {
    fn new(noise: &Noise, weighted: &Weighted, options: &Options) -> Result<Theory, Error> {
        let Options { terms, .. } = *options;
        let degrees = degrees(weighted.w.len(), options);
        let length = weighted.last - weighted.first;
        // W = fmax sqrt(4 pi var t), with the weighted variance of times.
        let deviation = weighted.deviation_of_times();
        let ln_width = noise.fmax.ln() + deviation.ln() + 0.5 * (4.0 * std::f64::consts::PI).ln();
        // Gamma(N_H / 2) / Gamma((N_K + 1) / 2) / Gamma(K), where N_H = N_K + 2 K.
        let base = 0.5 * (degrees + 1.0);
        let mut ln_gamma = ln_gamma_half_step(base);
        for j in 0..terms - 1 {
            ln_gamma += ((base + 0.5 + j as f64) / (j + 1) as f64).ln();
        }
        Ok(Theory {
            terms,
            half_degrees: 0.5 * degrees,
            ln_frequencies: noise.fmax.ln() + length.ln(),
            ln_tau: ln_width + ln_gamma + mean_frequency(terms).ln(),
        })
    }

    fn log_probability(&self, significance: Significance, height: Height) -> f64 {
        let ln_s = self.ln_single(height);
        let result = match significance {
            Significance::Single | Significance::Bootstrap => ln_s,
            Significance::Naive => {
                ln_one_minus_exp_minus(self.ln_frequencies + ln_minus_ln_one_minus(ln_s))
            }
            Significance::Davies => ln_sum(ln_s, self.ln_tau(height)),
            Significance::Baluev => {
                let ln_x = ln_sum(ln_minus_ln_one_minus(ln_s), self.ln_tau(height));
                ln_one_minus_exp_minus(ln_x)
            }
        };
        result.min(0.0)
    }

    /// ln s: the share of Beta(K, N_K / 2) above p, q^(N_K/2) times a sum of K powers of p.
    fn ln_single(&self, height: Height) -> f64 {
        let p = height.p();
        let (mut term, mut sum, mut ln_scale) = (1.0, 1.0, 0.0);
        for j in 1..self.terms {
            term *= (self.half_degrees + (j - 1) as f64) / j as f64 * p;
            sum += term;
            if sum > 1e200 {
                (term, sum, ln_scale) = (term / sum, 1.0, ln_scale + f64::ln(sum));
            }
        }
        (-self.half_degrees * height.0 + sum.ln() + ln_scale).min(0.0)
    }

    fn ln_tau(&self, height: Height) -> f64 {
        let powers = (self.terms as f64 - 0.5) * height.p().ln();
        if powers == f64::NEG_INFINITY {
            return powers;
        }
        self.ln_tau - (self.half_degrees - 0.5) * height.0 + powers
    }

    /// The height that is reached with this probability.
    fn level(&self, significance: Significance, probability: f64) -> Result<Height, Error> {
        let ln_probability = probability.ln();
        let ln = |height| self.log_probability(significance, Height(height));
        // From the height that is crossed most often, the probability falls; below, it may rise.
        let share = (2 * self.terms - 1) as f64;
        let peak = Height::of_p(share / (share + 2.0 * self.half_degrees)).0;
        let (mut low, mut high) =
            if ln(peak) >= ln_probability { (peak, 2.0 * peak) } else { (0.0, peak) };
        while ln(high) > ln_probability {
            (low, high) = (high, 2.0 * high);
            if !high.is_finite() {
                let least = ln(low).exp();
                let problem = format!("{probability:?} is below {least:?}, that of any power");
                return Err(Error::invalid("probability", problem));
            }
        }
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return Ok(Height(high));
            }
            if ln(middle) > ln_probability { low = middle } else { high = middle }
        }
    }
}

/// ln(e^a + e^b).
fn ln_sum(a: f64, b: f64) -> f64 {
    let (less, greater) = if a < b { (a, b) } else { (b, a) };
    if less == f64::NEG_INFINITY { greater } else { greater + (less - greater).exp().ln_1p() }
}

/// ln(-ln(1 - s)) of ln s.
fn ln_minus_ln_one_minus(ln_s: f64) -> f64 {
    let s = ln_s.exp();
    if s < 1e-9 { ln_s + 0.5 * s } else { (-(-s).ln_1p()).ln() }
}

/// ln(1 - e^-x) of ln x.
fn ln_one_minus_exp_minus(ln_x: f64) -> f64 {
    let x = ln_x.exp();
    if x < 1e-9 {
        ln_x - 0.5 * x
    } else if x < 1.0 {
        (-(-x).exp_m1()).ln()
    } else {
        (-(-x).exp()).ln_1p()
    }
}
