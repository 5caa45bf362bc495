//! What the theory of peaks needs of the Gamma function, and of several frequencies at once.

/// ln Gamma(b + 1/2) - ln Gamma(b), for b > 0: its series for large b, which smaller b are moved
/// to; exact to some 1e-16 however large they are.
pub fn ln_gamma_half_step(b: f64) -> f64 {
    const LARGE: f64 = 20.0;
    // Gamma(b + 1/2) / Gamma(b) = b / (b + 1/2) times that of b + 1.
    let (mut b, mut moved) = (b, 1.0);
    while b < LARGE {
        moved *= b / (b + 0.5);
        b += 1.0;
    }
    let square = 1.0 / (b * b);
    let series = -1.0 / 8.0
        + square
            * (1.0 / 192.0
                + square * (-1.0 / 640.0 + square * (17.0 / 14336.0 - square * (31.0 / 18432.0))));
    f64::ln(moved) + 0.5 * b.ln() + series / b
}

/// The root mean square frequency of K harmonics of random amplitudes, in units of the first:
/// the mean of sqrt(sum m^2 a_m) over shares a_m >= 0 of sum 1, all alike probable. Baluev's
/// alpha_K is this over Gamma(K).
///
/// With independent exponential variables in the place of shares, the mean is
/// (1 / 2 sqrt(pi)) times the integral of (1 - prod 1 / (1 + m^2 x)) x^(-3/2) dx from 0 to
/// infinity, which the trapezoidal rule on a logarithmic scale gives to full precision; it is
/// Gamma(K + 1/2) / Gamma(K) times greater.
pub fn mean_frequency(terms: usize) -> f64 {
    if terms == 1 {
        return 1.0;
    }
    const STEP: f64 = 0.25;
    let from = -2.0 * (terms as f64).ln() - 80.0;
    let steps = ((80.0 - from) / STEP) as usize;
    let mut sum = 0.0;
    for step in 0..=steps {
        let u = from + step as f64 * STEP;
        let x = u.exp();
        let ln_product: f64 = (1..=terms).map(|m| -((m * m) as f64 * x).ln_1p()).sum();
        sum += -ln_product.exp_m1() * (-0.5 * u).exp();
    }
    let integral = sum * STEP / (2.0 * std::f64::consts::PI.sqrt());
    integral / ln_gamma_half_step(terms as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_steps_of_gamma_are_those_of_whole_and_half_numbers() {
        // Gamma(1/2) = sqrt(pi), Gamma(1) = 1, and Gamma(x + 1) = x Gamma(x).
        let (mut of_half, mut of_whole) = (std::f64::consts::PI.sqrt(), 1.0);
        for k in 0..150 {
            let (half, whole) = (0.5 + f64::from(k), 1.0 + f64::from(k));
            let from_half = f64::ln(of_whole / of_half);
            assert!((ln_gamma_half_step(half) - from_half).abs() < 1e-14, "{half}");
            of_half *= half;
            let from_whole = f64::ln(of_half / of_whole);
            assert!((ln_gamma_half_step(whole) - from_whole).abs() < 1e-14, "{whole}");
            of_whole *= whole;
        }
        // sqrt(b) (1 - 1/8b) to 1e-24.
        assert!((ln_gamma_half_step(1e12) - (0.5 * 1e12f64.ln() - 1.25e-13)).abs() < 1e-14);
    }

    #[test]
    fn frequencies_of_harmonics_are_those_of_the_closed_formula() {
        // Baluev 2009, equation 12: alpha_K = 2^K / (2K-1)!! sum (-1)^(K-k) k^(2K+1) / (K+k)! (K-k)!
        let factorial = |n: i32| (1..=n).map(f64::from).product::<f64>();
        for k_max in 1..=6 {
            let odd = (1..=k_max).map(|k| f64::from(2 * k - 1)).product::<f64>();
            let sum: f64 = (1..=k_max)
                .map(|k| {
                    let sign = if (k_max - k) % 2 == 0 { 1.0 } else { -1.0 };
                    sign * f64::from(k).powi(2 * k_max + 1)
                        / (factorial(k_max + k) * factorial(k_max - k))
                })
                .sum();
            let closed = 2f64.powi(k_max) / odd * sum * factorial(k_max - 1);
            let found = mean_frequency(k_max as usize);
            assert!((found / closed - 1.0).abs() < 1e-12, "{k_max}: {found} {closed}");
        }
    }
}
