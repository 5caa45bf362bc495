/* A series, its spectrum as one thread computes it, and the question whether another computation
 * gives the same bits. */
#ifndef SERIES_H
#define SERIES_H

#include <fourier.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 3000, FREQUENCIES = 5000 };
static const double FIRST = 0.03, STEP = 0.0007;

static double series_t[SAMPLES], series_x[SAMPLES];
static double expected_freq[FREQUENCIES], expected_power[FREQUENCIES];
static double expected_transform[2 * FREQUENCIES];

/* Options with this number of threads (0 = default); the program ends when there is no memory. */
static inline fourier_options *with_threads(int threads)
{
    fourier_options *options = fourier_options_new();
    if (options == NULL || fourier_options_set_threads(options, threads) != FOURIER_OK)
        _exit(70);
    return options;
}

static inline void make_series(void)
{
    for (int i = 0; i < SAMPLES; i++) {
        series_t[i] = 2450000.5 + 0.37 * i + 0.2 * sin(1.7 * i);
        series_x[i] = sin(2.1 * series_t[i]) + 0.3 * cos(0.01 * i * i);
    }
}

/* Computes what the others must give, on one thread. */
static inline void make_expected(void)
{
    fourier_options *one = with_threads(1);
    make_series();
    if (fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, expected_freq,
                      expected_power, one) != FOURIER_OK ||
        fourier_transform(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL,
                          expected_transform, one) != FOURIER_OK)
        _exit(71);
    fourier_options_free(one);
}

/* Computes everything again with these options (NULL = defaults): the same bits? */
static inline int same_bits(const fourier_options *options)
{
    double *freq = malloc(sizeof expected_freq), *power = malloc(sizeof expected_power);
    double *transform = malloc(sizeof expected_transform);
    if (freq == NULL || power == NULL || transform == NULL)
        _exit(70);
    int same = fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, freq, power,
                             options) == FOURIER_OK &&
               fourier_transform(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL,
                                 transform, options) == FOURIER_OK &&
               memcmp(freq, expected_freq, sizeof expected_freq) == 0 &&
               memcmp(power, expected_power, sizeof expected_power) == 0 &&
               memcmp(transform, expected_transform, sizeof expected_transform) == 0;
    free(freq);
    free(power);
    free(transform);
    return same;
}

#endif
