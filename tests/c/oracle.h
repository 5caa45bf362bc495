/* The spectrum in long double, as its formula says, and its comparison with the library's. Shares
 * no code with the library. */
#ifndef ORACLE_H
#define ORACLE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>

/* valgrind computes long double in double precision: the oracle is weaker there. */
static inline int oracle_is_exact(void)
{
    volatile long double one = 1;
    return one + 0x1p-60L != one;
}

static inline long double oracle_frequency(double f0, double df, int64_t k)
{
    return (long double)f0 + (long double)k * (long double)df;
}

static inline void oracle_transform(int64_t n, const double *t, const double *x, long double f,
                             long double *re, long double *im)
{
    const long double two_pi = 6.283185307179586476925286766559L;
    *re = *im = 0;
    for (int64_t i = 0; i < n; i++) {
        long double phase = two_pi * fmodl(f * (long double)t[i], 1);
        *re += (long double)x[i] * cosl(phase);
        *im += (long double)x[i] * sinl(phase);
    }
}

/* Is a result right? `complex` results are pairs re, im; freq may be NULL. Says what is wrong. */
static inline int oracle_agrees(int64_t n, const double *t, const double *x, double f0, double df,
                         int64_t nf, const double *freq, const double *result, int complex)
{
    double relative = oracle_is_exact() ? 1e-13 : 1e-8;
    long double size = 0;
    for (int64_t i = 0; i < n; i++)
        size += fabsl((long double)x[i]);
    for (int64_t k = 0; k < nf; k++) {
        long double f = oracle_frequency(f0, df, k), re, im;
        double rounded = (double)f;
        if (freq != NULL && freq[k] != rounded &&
            (oracle_is_exact() || fabs(freq[k] - rounded) > 4e-16 * fabs(rounded))) {
            printf("    frequency %ld is %.17g instead of %.17g\n", (long)k, freq[k], rounded);
            return 0;
        }
        oracle_transform(n, t, x, f, &re, &im);
        long double error = complex ? hypotl(result[2 * k] - re, result[2 * k + 1] - im)
                                    : fabsl(result[k] - (re * re + im * im));
        long double allowed = relative * (complex ? size : size * size);
        if (!(error <= allowed)) {
            printf("    result %ld is off by %Lg, allowed are %Lg\n", (long)k, error, allowed);
            return 0;
        }
    }
    return 1;
}

#endif
