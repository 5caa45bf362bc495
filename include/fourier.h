/* libfourier: Fourier transform of unevenly sampled series, median filter, process control.
 * Generated from the Rust sources by `make header`. Do not edit.
 * Conventions: a function returns FOURIER_OK (0), a positive fourier_status, or -errno; the text
 * of a thread's last failure is fourier_last_error(). Nothing is printed, nothing aborts. Every
 * function may be called from any thread, and after fork() in the child. */

#ifndef FOURIER_H
#define FOURIER_H

#include <stddef.h>
#include <stdint.h>

/**
 * Version of this header; that of the library is fourier_version().
 */
#define FOURIER_VERSION_MAJOR 0
#define FOURIER_VERSION_MINOR 1
#define FOURIER_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------- */

/* Version of the library */

/**
 * Version of the library at run time, as "MAJOR.MINOR.PATCH".
 *
 * FOURIER_VERSION_MAJOR, _MINOR and _PATCH are those of the header a program was compiled with.
 *
 * @return static text, never NULL, never freed; from any thread.
 */
const char *fourier_version(void);

/* ---------------------------------------------------------------------------------------------- */

/* Statuses */

/**
 * What every function that can fail returns. 0 is success, a positive number one of these, a
 * negative number -errno from the operating system. Numbers are never reused.
 */
typedef enum fourier_status {
  /**
   * Success.
   */
  FOURIER_OK = 0,
  /**
   * An argument is outside what the function accepts: NULL, a negative count, an overlap...
   */
  FOURIER_INVALID_ARGUMENT = 1,
  /**
   * A number is NaN or infinite where a finite one is needed.
   */
  FOURIER_NOT_FINITE = 2,
  /**
   * Memory for the working arrays could not be allocated.
   */
  FOURIER_OUT_OF_MEMORY = 3,
  /**
   * The library cannot do this.
   */
  FOURIER_NOT_SUPPORTED = 4,
  /**
   * The tolerance is below what double precision can give for these arguments.
   */
  FOURIER_TOLERANCE_UNREACHABLE = 5,
  /**
   * The progress function asked to stop.
   */
  FOURIER_CANCELLED = 6,
  /**
   * At least one task of fourier_parallel_map returned non-zero.
   */
  FOURIER_TASK_FAILED = 7,
  /**
   * A defect of the library itself; please report it with fourier_last_error().
   */
  FOURIER_INTERNAL = 8,
  /**
   * The stream has ended and everything in it has been read.
   */
  FOURIER_END_OF_STREAM = 9,
  /**
   * What was waited for did not come in time.
   */
  FOURIER_TIMED_OUT = 10,
  /**
   * The line is longer than the room for it; the rest follows on the next call.
   */
  FOURIER_LINE_CONTINUES = 11,
  /**
   * The program has ended, but somebody else took its exit status.
   */
  FOURIER_STATUS_LOST = 12,
  /**
   * The handle belongs to another process, of which this one is a forked copy.
   */
  FOURIER_NOT_OUR_CHILD = 13,
  /**
   * The program wrote more than may be kept for reading.
   */
  FOURIER_OUTPUT_LIMIT = 14,
  /**
   * The program has not ended yet.
   */
  FOURIER_STILL_RUNNING = 15,
  /**
   * Peaks too close to a sinusoid to be told from it were merged with it; all outputs are there.
   */
  FOURIER_UNRESOLVED = 16
} fourier_status;

/**
 * Text of a status: a fourier_status, or -errno.
 *
 * @param status  what a function of this library returned
 * @return static text, never NULL, never freed; "unknown status" for any other number.
 *         Valid for ever, from any thread and after fork().
 */
const char *fourier_strerror(int status);

/* ---------------------------------------------------------------------------------------------- */

/* The last failure of a thread */

/**
 * The calling thread's last failure in full: which argument, which index, which step.
 *
 * A call that succeeds leaves the text as it is, so that clean-up cannot lose it; `fourier` and
 * `fourier_`, which have no status to return, set it to "" when they succeed.
 *
 * @return text that stays valid until the next call that fails on this thread; "" when none has.
 *         Never NULL, never freed. From any thread: each has its own text.
 */
const char *fourier_last_error(void);

/* ---------------------------------------------------------------------------------------------- */

/* Peaks of spectra that are never stored, and prewhitening */

/**
 * How a call is to be done. Opaque; made by fourier_options_new. One handle may serve any number
 * of calls, also from several threads at once, as long as it is not changed meanwhile.
 */
typedef struct fourier_options fourier_options;

/**
 * The highest peaks of the power spectrum sum w y cos^2 + sum w y sin^2 over a band, of any number
 * of frequencies: the spectrum is searched block by block and never stored.
 *
 * Each peak is refined from the grid to the maximum of the continuous spectrum, within 1e-9 / T,
 * where T is the length of the series. Of peaks closer than 1/T only the highest is told.
 *
 * @param n        number of samples, >= 0
 * @param t        n times, any unit, any order, duplicates allowed; NULL only when n = 0
 * @param y        n values; NULL only when n = 0. Subtract the mean first, unless its peak at
 *                 frequency 0 is wanted
 * @param dy       n standard deviations, > 0: each value counts with the weight dy^-2 (power of
 *                 sum w y exp(2 pi i f t), sum w = n); or NULL: all alike, as in fourier_power
 * @param f0       first frequency, cycles per unit of time
 * @param df       step, not 0. 1/df should be at least twice the length of the series, or peaks
 *                 between two frequencies are missed
 * @param nf       number of frequencies, >= 0
 * @param most     the most peaks wanted, >= 0
 * @param freq     most elements: the frequencies of the peaks, highest peak first; NULL only when
 *                 most = 0
 * @param power    most elements: their powers; NULL only when most = 0
 * @param found    receives how many peaks there are, at most `most`; not NULL
 * @param options  tolerance (of the search alone), method, threads, progress; NULL = defaults. The
 *                 result does not depend, bit for bit, on the number of threads
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY,
 *         FOURIER_TOLERANCE_UNREACHABLE, FOURIER_CANCELLED, FOURIER_NOT_SUPPORTED. On failure the
 *         outputs are untouched. From any thread, and in a forked child.
 */
int fourier_peaks(int64_t n,
                  const double *t,
                  const double *y,
                  const double *dy,
                  double f0,
                  double df,
                  int64_t nf,
                  int64_t most,
                  double *freq,
                  double *power,
                  int64_t *found,
                  const struct fourier_options *options);

/**
 * A sinusoid amplitude * sin(2 pi (frequency * (t - t0) + phase)) with its standard errors;
 * t0 is the middle of the series, halfway between its first and its last time.
 */
typedef struct fourier_sinusoid {
  /**
   * In cycles per unit of time.
   */
  double frequency;
  /**
   * Semi-amplitude, in the unit of y.
   */
  double amplitude;
  /**
   * In cycles, from 0 to 1.
   */
  double phase;
  /**
   * Standard error of the frequency.
   */
  double frequency_error;
  /**
   * Standard error of the amplitude.
   */
  double amplitude_error;
  /**
   * Standard error of the phase, in cycles.
   */
  double phase_error;
  /**
   * Amplitude over the mean amplitude of the residuals around the frequency; NaN after a
   * cancelled call.
   */
  double snr;
} fourier_sinusoid;

/**
 * Prewhitening: finds the sinusoids of a series one after the other.
 *
 * The highest peak of the residuals' amplitude spectrum is fitted by least squares together with
 * the sinusoids found before (frequencies, amplitudes, phases and mean), and subtracted; then the
 * next. Ends at `most` sinusoids; at the first whose amplitude is below `least_snr` times the mean
 * amplitude of the residuals around it, which is not told; or when the samples or the digits are
 * used up. A peak closer than 1/T to a sinusoid found before, T being the length of the series,
 * cannot be told from it and is merged with it; the search goes on elsewhere.
 *
 * @param n         number of samples, >= 0
 * @param t         n times, any unit, any order, duplicates allowed; NULL only when n = 0
 * @param y         n values; NULL only when n = 0
 * @param dy        n standard deviations, > 0; or NULL: all alike and unknown, taken from the
 *                  residuals
 * @param f0        first frequency of the search, cycles per unit of time
 * @param df        step, not 0. 1/df should be at least twice the length of the series
 * @param nf        number of frequencies, >= 0
 * @param most      the most sinusoids wanted, >= 0
 * @param least_snr least signal-to-noise ratio, >= 0; 4 is usual
 * @param found     most elements: the sinusoids in the order in which they were found; NULL only
 *                  when most = 0
 * @param count     receives how many there are, at most `most`; not NULL
 * @param residuals n elements: what remains of y; or NULL
 * @param options   threads, progress, fourier_options_set_noise_window and
 *                  fourier_options_set_uncertainties; NULL = defaults. The result does not depend,
 *                  bit for bit, on the number of threads
 * @return FOURIER_OK; FOURIER_UNRESOLVED when peaks were merged (fourier_last_error tells the
 *         first), and FOURIER_CANCELLED: with all outputs as they were until then;
 *         FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY: with untouched
 *         outputs. From any thread, and in a forked child.
 */
int fourier_prewhiten(int64_t n,
                      const double *t,
                      const double *y,
                      const double *dy,
                      double f0,
                      double df,
                      int64_t nf,
                      int64_t most,
                      double least_snr,
                      struct fourier_sinusoid *found,
                      int64_t *count,
                      double *residuals,
                      const struct fourier_options *options);

/**
 * What the standard errors of sinusoids are taken from.
 */
typedef enum fourier_uncertainties {
  /**
   * The covariance matrix of all parameters, which knows of gaps and of neighbours.
   */
  FOURIER_UNCERTAINTIES_COVARIANCE = 0,
  /**
   * The formulas of Montgomery and O'Donoghue (1999) for a single sinusoid in white noise, evenly
   * sampled.
   */
  FOURIER_UNCERTAINTIES_MONTGOMERY = 1
} fourier_uncertainties;

/**
 * Sets what fourier_prewhiten takes standard errors from.
 *
 * @param options       not NULL; not while another thread uses them
 * @param uncertainties FOURIER_UNCERTAINTIES_COVARIANCE (the default) or _MONTGOMERY
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_uncertainties(struct fourier_options *options,
                                      enum fourier_uncertainties uncertainties);

/**
 * Sets the width of the window in which fourier_prewhiten averages the amplitudes of the residuals
 * around a frequency.
 *
 * @param options  not NULL; not while another thread uses them
 * @param width    above 0, in cycles per unit of time; default 1
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT or FOURIER_NOT_FINITE
 */
int fourier_options_set_noise_window(struct fourier_options *options, double width);

/* ---------------------------------------------------------------------------------------------- */

/* Options of a call, and the number of threads of a process */

/**
 * Makes options with every setting at its default.
 *
 * @return a handle for fourier_options_free, or NULL when there is no memory. From any thread.
 */
struct fourier_options *fourier_options_new(void);

/**
 * Frees options; NULL is allowed. No call may be using them.
 *
 * @param options  from fourier_options_new, or NULL. From any thread.
 */
void fourier_options_free(struct fourier_options *options);

/**
 * How a spectrum is computed.
 */
typedef enum fourier_method {
  /**
   * Whichever is fastest.
   */
  FOURIER_METHOD_AUTO = 0,
  /**
   * The sum as it is written, n * nf terms.
   */
  FOURIER_METHOD_DIRECT = 1,
  /**
   * The blocked nonuniform FFT.
   */
  FOURIER_METHOD_FAST = 2
} fourier_method;

/**
 * Sets how a spectrum is computed.
 *
 * @param options  not NULL; not while another thread uses them
 * @param method   FOURIER_METHOD_AUTO (the default), _DIRECT or _FAST
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_method(struct fourier_options *options, enum fourier_method method);

/**
 * Sets how exact a spectrum must be: |F - exact| <= relative * sum |x| at every frequency, where
 * F is the complex spectrum and the power is |F|^2.
 *
 * @param options  not NULL; not while another thread uses them
 * @param relative from 0 (excluded) to 1; default 1e-13. Smaller ones are kept down to 2e-15
 *                 by the direct sum, and to 1e-14 by FOURIER_METHOD_FAST
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE. A tolerance that cannot be
 *         kept makes the later call return FOURIER_TOLERANCE_UNREACHABLE
 */
int fourier_options_set_tolerance(struct fourier_options *options, double relative);

/**
 * Sets the number of threads of a call.
 *
 * The result of every function is the same, bit for bit, for any number.
 *
 * @param options  not NULL; not while another thread uses them
 * @param threads  1 to 1024; 0 = the default of the process
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_threads(struct fourier_options *options, int threads);

/**
 * Progress of a call: told the fraction done, from 0 to 1; a non-zero return cancels the call.
 * Called on the thread that made the call, at its start, at most every 20 ms, and at its end, in
 * the caller's floating-point environment; what it changes there is gone when it returns.
 */
typedef int (*fourier_progress)(double fraction, void *user);

/**
 * Sets a function that is told the progress of a call and may cancel it.
 *
 * @param options  not NULL; not while another thread uses them
 * @param report   called on the calling thread with the fraction done, from 0 to 1; returns
 *                 non-zero to cancel: the call then returns FOURIER_CANCELLED within about 50 ms
 *                 and leaves its outputs partly written. NULL = none. It must not longjmp or
 *                 throw out
 * @param user     handed to report as it is; may be NULL
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_progress(struct fourier_options *options,
                                 fourier_progress report,
                                 void *user);

/**
 * Sets the number of threads of this process's calls that do not set their own.
 *
 * @param threads  1 to 1024 (more counts as 1024); 0 or less = automatic: FOURIER_NUM_THREADS from
 *                 the environment as it was at the first call, or the processors that this process
 *                 may use (affinity and container quota). From any thread.
 */
void fourier_set_num_threads(int threads);

/**
 * The number of threads that a call without its own setting uses.
 *
 * @return 1 to 1024. From any thread.
 */
int fourier_get_num_threads(void);

/* ---------------------------------------------------------------------------------------------- */

/* Power spectrum, called as the legacy C and Fortran routines `fourier` and `FOURIER` */

/**
 * Power spectrum of unevenly sampled series, called as the legacy C routine:
 * S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2 on f = f0 + k df, k = 0..nf-1.
 *
 * @param n    number of samples, >= 0; 0 gives power 0
 * @param t    n times, any unit, any order, duplicates allowed; NULL only when n = 0
 * @param x    n values; NULL only when n = 0
 * @param f0   first frequency, cycles per unit of time
 * @param df   step; any sign, or 0
 * @param nf   number of frequencies, >= 0; 0 does nothing
 * @param nf2  number of elements of fr, >= 2*nf
 * @param fr   fr[0..nf) receives the frequencies, correctly rounded, fr[nf..2nf) the power, in the
 *             square of the unit of x, not normalised; NULL only when nf = 0
 * @return fr; or NULL on bad input (negative counts, nf2 too small, NULL, overlapping arrays, NaN
 *         or infinity in f0, df, t or x): then fr[0..2nf), or fr[0..nf2) when nf or nf2 is bad,
 *         is NaN, and fourier_last_error() tells the reason. On success that text is "".
 *         From any thread, and in a forked child.
 */
double *fourier(int n, double *t, double *x, double f0, double df, int nf, int nf2, double *fr);

/**
 * Power spectrum of unevenly sampled series, called as the legacy Fortran routine:
 * CALL FOURIER(T,X,F0,DF,N,NF,FR,S1), with S1(k) = (sum x cos 2 pi f t)^2 +
 * (sum x sin 2 pi f t)^2 on f = F0 + (k-1) DF, k = 1..NF.
 *
 * @param t    N times, any unit, any order, duplicates allowed; NULL only when N = 0
 * @param x    N values; NULL only when N = 0
 * @param f0   first frequency, cycles per unit of time; not NULL
 * @param df   step; any sign, or 0; not NULL
 * @param n    number of samples, >= 0; 0 gives power 0; not NULL
 * @param nf   number of frequencies, >= 0; 0 does nothing; not NULL
 * @param fr   NF elements: the frequencies, correctly rounded; NULL only when NF = 0
 * @param s1   NF elements: the power, in the square of the unit of x; NULL only when NF = 0
 *
 * Errors: on bad input (negative counts, NULL, overlapping arrays, NaN or infinity in F0, DF, T or
 * X) every element of FR and S1 becomes NaN and fourier_last_error() tells the reason; on success
 * that text is "". From any thread, and in a forked child.
 */
void fourier_(const double *t,
              const double *x,
              const double *f0,
              const double *df,
              const int *n,
              const int *nf,
              double *fr,
              double *s1);

/* ---------------------------------------------------------------------------------------------- */

/* Spectrum of unevenly sampled series */

/**
 * Power spectrum of unevenly sampled series:
 * S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2 on f = f0 + k df, k = 0..nf-1.
 *
 * @param n        number of samples, >= 0; 0 gives power 0
 * @param t        n times, any unit, any order, duplicates allowed; NULL only when n = 0
 * @param x        n values; NULL only when n = 0
 * @param f0       first frequency, cycles per unit of time
 * @param df       step; any sign, or 0
 * @param nf       number of frequencies, >= 0; 0 does nothing
 * @param freq     nf elements: the frequencies, correctly rounded; or NULL
 * @param power    nf elements: the power, in the square of the unit of x, not normalised; NULL
 *                 only when nf = 0
 * @param options  tolerance, method, threads, progress; NULL = defaults. The result does not
 *                 depend, bit for bit, on the number of threads
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY,
 *         FOURIER_TOLERANCE_UNREACHABLE, FOURIER_CANCELLED, FOURIER_NOT_SUPPORTED (method FAST
 *         beyond 2^50 cycles). Outputs may not overlap inputs or each other. On failure they are
 *         untouched, except after FOURIER_CANCELLED, FOURIER_OUT_OF_MEMORY and FOURIER_INTERNAL,
 *         which may leave them partly written. From any thread, and in a forked child.
 */
int fourier_power(int64_t n,
                  const double *t,
                  const double *x,
                  double f0,
                  double df,
                  int64_t nf,
                  double *freq,
                  double *power,
                  const struct fourier_options *options);

/**
 * Complex spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t) on
 * f = f0 + k df, k = 0..nf-1.
 *
 * @param n        number of samples, >= 0; 0 gives 0
 * @param t        n times, any unit, any order, duplicates allowed; NULL only when n = 0
 * @param x        n values; NULL only when n = 0
 * @param f0       first frequency, cycles per unit of time
 * @param df       step; any sign, or 0
 * @param nf       number of frequencies, >= 0; 0 does nothing
 * @param freq     nf elements: the frequencies, correctly rounded; or NULL
 * @param spectrum 2*nf elements: real and imaginary part of each F, in the unit of x; NULL only
 *                 when nf = 0
 * @param options  tolerance, method, threads, progress; NULL = defaults. The result does not
 *                 depend, bit for bit, on the number of threads
 * @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
 *         a forked child.
 */
int fourier_transform(int64_t n,
                      const double *t,
                      const double *x,
                      double f0,
                      double df,
                      int64_t nf,
                      double *freq,
                      double *spectrum,
                      const struct fourier_options *options);

/* ---------------------------------------------------------------------------------------------- */

/* Lomb-Scargle periodograms */

/**
 * Generalised Lomb-Scargle periodogram: how much of the weighted scatter of y a sinusoid of each
 * frequency f = f0 + k df explains, k = 0..nf-1, fitted together with a constant.
 *
 * fourier_options_set_fit_mean, _center_data, _terms and _normalization make it another one: a
 * constant that is not fitted, several harmonics, powers in other units.
 *
 * @param n        number of samples, more than twice the terms
 * @param t        n times, any unit, any order, duplicates allowed; not NULL
 * @param y        n values; not NULL
 * @param dy       n uncertainties, one standard deviation of each y in its unit, above 0; or NULL:
 *                 all alike
 * @param f0       first frequency, cycles per unit of time
 * @param df       step; any sign, or 0
 * @param nf       number of frequencies, >= 0; 0 does nothing
 * @param freq     nf elements: the frequencies, correctly rounded; or NULL
 * @param power    nf elements: from 0 to 1, unless another normalization is set; NULL only when
 *                 nf = 0. At f = 0 a floating mean leaves nothing to explain: 0, as also where all
 *                 y are equal
 * @param options  fit_mean, center_data, terms, normalization, tolerance (of a power from 0 to 1;
 *                 1e-12 unless set, at least 1e-13), method, threads, progress; NULL = defaults.
 *                 The result does not depend, bit for bit, on the number of threads
 * @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
 *         a forked child.
 */
int fourier_lomb_scargle(int64_t n,
                         const double *t,
                         const double *y,
                         const double *dy,
                         double f0,
                         double df,
                         int64_t nf,
                         double *freq,
                         double *power,
                         const struct fourier_options *options);

/**
 * Generalised Lomb-Scargle periodogram of values in single precision: as fourier_lomb_scargle.
 *
 * @param n        number of samples, more than twice the terms
 * @param t        n times, in double precision; not NULL
 * @param y        n values; not NULL
 * @param dy       n uncertainties, one standard deviation of each y, above 0; or NULL: all alike
 * @param f0       first frequency, cycles per unit of time
 * @param df       step; any sign, or 0
 * @param nf       number of frequencies, >= 0; 0 does nothing
 * @param freq     nf elements: the frequencies, in double precision; or NULL
 * @param power    nf elements, the same numbers rounded to single precision; NULL only when nf = 0
 * @param options  as fourier_lomb_scargle, tolerance 1e-8 unless set; NULL = defaults
 * @return as fourier_lomb_scargle. From any thread, and in a forked child.
 */
int fourier_lomb_scargle_f32(int64_t n,
                             const double *t,
                             const float *y,
                             const float *dy,
                             double f0,
                             double df,
                             int64_t nf,
                             double *freq,
                             float *power,
                             const struct fourier_options *options);

/**
 * A grid of frequencies on which no peak of a periodogram is missed: from half a step up to a
 * multiple of the average Nyquist frequency n / (2 T), with T the time from first to last sample.
 *
 * @param n        number of samples, at least 1
 * @param t        n times, not all equal; not NULL
 * @param samples_per_peak  steps in the width 1 / T of a peak, above 0; 5 is usual
 * @param nyquist_factor    the highest frequency in units of n / (2 T), above 0; 5 is usual
 * @param f0       receives the first frequency; not NULL
 * @param df       receives the step; not NULL
 * @param nf       receives the number of frequencies; not NULL
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY; on
 *         failure f0, df and nf are untouched. From any thread, and in a forked child.
 */
int fourier_frequency_grid(int64_t n,
                           const double *t,
                           double samples_per_peak,
                           double nyquist_factor,
                           double *f0,
                           double *df,
                           int64_t *nf);

/**
 * Spectral window: the power of the sampling itself, |sum w exp(2 pi i f t)|^2 with weights of sum
 * 1, on f = f0 + k df, k = 0..nf-1; 1 at f = 0. Each peak of a periodogram has copies of itself at
 * the distances of the window's peaks.
 *
 * @param n        number of samples, at least 1
 * @param t        n times, any unit, any order, duplicates allowed; not NULL
 * @param dy       n uncertainties, above 0, whose weights are dy^-2; or NULL: all alike
 * @param f0       first frequency, cycles per unit of time
 * @param df       step; any sign, or 0
 * @param nf       number of frequencies, >= 0; 0 does nothing
 * @param freq     nf elements: the frequencies, correctly rounded; or NULL
 * @param power    nf elements: from 0 to 1; NULL only when nf = 0
 * @param options  tolerance, method, threads, progress as for fourier_power; NULL = defaults
 * @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
 *         a forked child.
 */
int fourier_window(int64_t n,
                   const double *t,
                   const double *dy,
                   double f0,
                   double df,
                   int64_t nf,
                   double *freq,
                   double *power,
                   const struct fourier_options *options);

/**
 * The best model of one frequency: a constant and the terms that are set, fitted as
 * fourier_lomb_scargle fits them, at any times.
 *
 * @param n        number of samples, more than twice the terms
 * @param t        n times, any unit, any order, duplicates allowed; not NULL
 * @param y        n values; not NULL
 * @param dy       n uncertainties, above 0; or NULL: all alike
 * @param frequency  of the first term, cycles per unit of time
 * @param m        number of times of the model, >= 0
 * @param at       m times; NULL only when m = 0
 * @param model    m elements: the model at these times, in the unit of y; NULL only when m = 0
 * @param parameters  2*terms + 1 elements: the constant, then for k = 1..terms the coefficients of
 *                 sin 2 pi k f t and cos 2 pi k f t, with time counted from 0; or NULL
 * @param options  fit_mean, center_data, terms, threads, progress; NULL = defaults
 * @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
 *         a forked child.
 */
int fourier_lomb_scargle_model(int64_t n,
                               const double *t,
                               const double *y,
                               const double *dy,
                               double frequency,
                               int64_t m,
                               const double *at,
                               double *model,
                               double *parameters,
                               const struct fourier_options *options);

/**
 * How the probability of a peak is estimated.
 */
typedef enum fourier_significance {
  /**
   * Of a single frequency that was chosen before the data were looked at.
   */
  FOURIER_SIGNIFICANCE_SINGLE = 0,
  /**
   * As if fmax T frequencies were independent. Too small, in simulations by a factor of 2.5 to
   * 16.
   */
  FOURIER_SIGNIFICANCE_NAIVE = 1,
  /**
   * An upper limit, close where it is small.
   */
  FOURIER_SIGNIFICANCE_DAVIES = 2,
  /**
   * Baluev's (2008, 2009), from the theory of extreme values: an upper limit, in simulations
   * with 30 samples or more greater by 1.0 to 1.1 (with 6 samples by 8), where the spectral
   * window has no strong side peaks.
   */
  FOURIER_SIGNIFICANCE_BALUEV = 3,
  /**
   * From the highest peaks of series whose values are drawn anew: slow, free of theory, and
   * never below 1 / (1 + bootstraps).
   */
  FOURIER_SIGNIFICANCE_BOOTSTRAP = 4
} fourier_significance;

/**
 * False-alarm probability: that noise alone makes a peak of this power or more, at any frequency
 * up to fmax.
 *
 * @param n        number of samples, more than twice the terms + 1
 * @param t        n times, not all equal; not NULL
 * @param y        n values; not NULL
 * @param dy       n uncertainties, above 0; or NULL: all alike
 * @param fmax     the highest frequency that was searched, from near 0; above 0
 * @param power    of the peak, as fourier_lomb_scargle gives it with the same options
 * @param significance  how the probability is estimated
 * @param probability   receives it: from 0 (below 1e-308) to 1; not NULL
 * @param options  fit_mean, center_data, terms, normalization; for the bootstrap also bootstraps,
 *                 seed, tolerance, method, threads, progress; NULL = defaults. An amplitude has no
 *                 probability without its frequency: FOURIER_NORMALIZATION_AMPLITUDE is refused
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY,
 *         FOURIER_CANCELLED; on failure probability is untouched. From any thread, and in a forked
 *         child.
 */
int fourier_false_alarm_probability(int64_t n,
                                    const double *t,
                                    const double *y,
                                    const double *dy,
                                    double fmax,
                                    double power,
                                    enum fourier_significance significance,
                                    double *probability,
                                    const struct fourier_options *options);

/**
 * Natural logarithm of the false-alarm probability: as fourier_false_alarm_probability, also
 * where that is below 1e-308, as for many a real star.
 *
 * @param n        number of samples, more than twice the terms + 1
 * @param t        n times, not all equal; not NULL
 * @param y        n values; not NULL
 * @param dy       n uncertainties, above 0; or NULL: all alike
 * @param fmax     the highest frequency that was searched, from near 0; above 0
 * @param power    of the peak, as fourier_lomb_scargle gives it with the same options. Near 1 it
 *                 cannot tell peaks apart: FOURIER_NORMALIZATION_LOG can
 * @param significance  how the probability is estimated
 * @param logarithm     receives it: at most 0; -infinity when power is 1; not NULL
 * @param options  as fourier_false_alarm_probability; NULL = defaults
 * @return as fourier_false_alarm_probability. From any thread, and in a forked child.
 */
int fourier_false_alarm_log_probability(int64_t n,
                                        const double *t,
                                        const double *y,
                                        const double *dy,
                                        double fmax,
                                        double power,
                                        enum fourier_significance significance,
                                        double *logarithm,
                                        const struct fourier_options *options);

/**
 * The power that noise alone reaches with a given probability, at any frequency up to fmax.
 *
 * @param n        number of samples, more than twice the terms + 1
 * @param t        n times, not all equal; not NULL
 * @param y        n values; not NULL
 * @param dy       n uncertainties, above 0; or NULL: all alike
 * @param fmax     the highest frequency that is searched, from near 0; above 0
 * @param probability   above 0 and below 1; with FOURIER_SIGNIFICANCE_BOOTSTRAP at least
 *                 2 / (1 + bootstraps)
 * @param significance  how probabilities are estimated
 * @param power    receives the level, as fourier_lomb_scargle gives it with the same options; not
 *                 NULL
 * @param options  as fourier_false_alarm_probability; NULL = defaults
 * @return as fourier_false_alarm_probability; on failure power is untouched. From any thread, and
 *         in a forked child.
 */
int fourier_false_alarm_level(int64_t n,
                              const double *t,
                              const double *y,
                              const double *dy,
                              double fmax,
                              double probability,
                              enum fourier_significance significance,
                              double *power,
                              const struct fourier_options *options);

/**
 * Sets whether a constant is fitted together with the sinusoid (floating mean).
 *
 * @param options  not NULL; not while another thread uses them
 * @param on       0 = no, any other number = yes (the default)
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_fit_mean(struct fourier_options *options, int on);

/**
 * Sets whether the weighted mean of y is subtracted before anything is fitted. Of no effect with a
 * floating mean, which takes it off in any case.
 *
 * @param options  not NULL; not while another thread uses them
 * @param on       0 = no, any other number = yes (the default)
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_center_data(struct fourier_options *options, int on);

/**
 * Sets the number of terms of the model: sinusoids of f, 2 f, ..., terms * f.
 *
 * @param options  not NULL; not while another thread uses them
 * @param terms    at least 1 (the default), and below half the number of samples of the later call
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_terms(struct fourier_options *options, int terms);

/**
 * What a periodogram returns. With p the share of chi^2 = sum (y - mean)^2 / dy^2 that the model
 * explains (without uncertainties dy = 1; nothing is subtracted where neither a mean is fitted nor
 * data are centered):
 */
typedef enum fourier_normalization {
  /**
   * p, from 0 to 1.
   */
  FOURIER_NORMALIZATION_STANDARD = 0,
  /**
   * p / (1 - p): chi^2 explained over chi^2 left; infinite where nothing is left.
   */
  FOURIER_NORMALIZATION_MODEL = 1,
  /**
   * -ln(1 - p); infinite where nothing is left.
   */
  FOURIER_NORMALIZATION_LOG = 2,
  /**
   * p chi^2 / 2; without uncertainties in the square of the unit of y.
   */
  FOURIER_NORMALIZATION_PSD = 3,
  /**
   * The semi-amplitude of the best sinusoid, of the first of several terms, in the unit of y.
   */
  FOURIER_NORMALIZATION_AMPLITUDE = 4
} fourier_normalization;

/**
 * Sets what a periodogram returns, and what false-alarm functions take and return as a power.
 *
 * @param options  not NULL; not while another thread uses them
 * @param normalization  FOURIER_NORMALIZATION_STANDARD (the default), _MODEL, _LOG, _PSD or
 *                 _AMPLITUDE
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_normalization(struct fourier_options *options,
                                      enum fourier_normalization normalization);

/**
 * Sets how many series a bootstrap draws.
 *
 * @param options  not NULL; not while another thread uses them
 * @param count    at least 1; 1000 unless set
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_bootstraps(struct fourier_options *options, int64_t count);

/**
 * Sets where the random numbers of a bootstrap begin: the same seed gives the same result, on any
 * machine and any number of threads.
 *
 * @param options  not NULL; not while another thread uses them
 * @param seed     any number; 0 unless set
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_seed(struct fourier_options *options, uint64_t seed);

/* ---------------------------------------------------------------------------------------------- */

/* Median filter of images */

/**
 * What the median filter does with NaN.
 */
typedef enum fourier_nan_policy {
  /**
   * NaN counts as larger than any number, so a median is NaN where most of its window is.
   */
  FOURIER_NAN_LARGEST = 0,
  /**
   * NaN is left out of each window: the median of the n cells that remain is the one of rank
   * n/2, and NaN where none remains.
   */
  FOURIER_NAN_OMIT = 1
} fourier_nan_policy;

/**
 * Sets what the median filter does with NaN; of no effect on integers.
 *
 * @param options  not NULL; not while another thread uses them
 * @param policy   FOURIER_NAN_LARGEST (the default) or FOURIER_NAN_OMIT
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_nan_policy(struct fourier_options *options, enum fourier_nan_policy policy);

/**
 * What a window of the median filter sees beyond the edges of the image.
 */
typedef enum fourier_border {
  /**
   * d c b a | a b c d | d c b a: the edge is repeated.
   */
  FOURIER_BORDER_REFLECT = 0,
  /**
   * d c b | a b c d | c b a: the edge is not repeated.
   */
  FOURIER_BORDER_MIRROR = 1,
  /**
   * a a a a | a b c d | d d d d
   */
  FOURIER_BORDER_NEAREST = 2,
  /**
   * a b c d | a b c d | a b c d
   */
  FOURIER_BORDER_WRAP = 3,
  /**
   * The fill value everywhere.
   */
  FOURIER_BORDER_CONSTANT = 4
} fourier_border;

/**
 * Median filter of an image in double precision: each pixel becomes the median of the window
 * around it, as scipy.ndimage.median_filter computes it.
 *
 * The window of s cells along an axis starts at i - s/2. The median of n cells is the one of rank
 * n/2 in ascending order, counted from 0: for even n the upper of the two in the middle, never an
 * average. NaN counts as larger than any number, or is left out: see
 * fourier_options_set_nan_policy. The result does not depend on the number of threads.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels; NULL only when there are none. out may be in, which
 *                      takes memory for a copy of the image, but may not overlap it otherwise
 * @param size_rows     rows of the window, >= 1; may exceed those of the image
 * @param size_columns  columns of the window, >= 1; may exceed those of the image
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT, else ignored
 * @param options       threads, progress, NaN; NULL = defaults
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY, FOURIER_CANCELLED. On
 *         failure out is untouched, except after the latter two and FOURIER_INTERNAL, which may
 *         leave it partly written. From any thread, and in a forked child.
 */
int fourier_median_filter_f64(int64_t rows,
                              int64_t columns,
                              const double *in,
                              double *out,
                              int64_t size_rows,
                              int64_t size_columns,
                              enum fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of single precision: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
 * @param size_rows     rows of the window, >= 1
 * @param size_columns  columns of the window, >= 1
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT, rounded to float
 * @param options       threads, progress, NaN; NULL = defaults
 * @return as fourier_median_filter_f64. From any thread, and in a forked child.
 */
int fourier_median_filter_f32(int64_t rows,
                              int64_t columns,
                              const float *in,
                              float *out,
                              int64_t size_rows,
                              int64_t size_columns,
                              enum fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of signed 64-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
 * @param size_rows     rows of the window, >= 1
 * @param size_columns  columns of the window, >= 1
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
 * @param options       threads, progress; NULL = defaults
 * @return as fourier_median_filter_f64. From any thread, and in a forked child.
 */
int fourier_median_filter_i64(int64_t rows,
                              int64_t columns,
                              const int64_t *in,
                              int64_t *out,
                              int64_t size_rows,
                              int64_t size_columns,
                              enum fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of signed 32-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
 * @param size_rows     rows of the window, >= 1
 * @param size_columns  columns of the window, >= 1
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
 * @param options       threads, progress; NULL = defaults
 * @return as fourier_median_filter_f64. From any thread, and in a forked child.
 */
int fourier_median_filter_i32(int64_t rows,
                              int64_t columns,
                              const int32_t *in,
                              int32_t *out,
                              int64_t size_rows,
                              int64_t size_columns,
                              enum fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of signed 16-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
 * @param size_rows     rows of the window, >= 1
 * @param size_columns  columns of the window, >= 1
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
 * @param options       threads, progress; NULL = defaults
 * @return as fourier_median_filter_f64. From any thread, and in a forked child.
 */
int fourier_median_filter_i16(int64_t rows,
                              int64_t columns,
                              const int16_t *in,
                              int16_t *out,
                              int64_t size_rows,
                              int64_t size_columns,
                              enum fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of unsigned 16-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
 * @param size_rows     rows of the window, >= 1
 * @param size_columns  columns of the window, >= 1
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
 * @param options       threads, progress; NULL = defaults
 * @return as fourier_median_filter_f64. From any thread, and in a forked child.
 */
int fourier_median_filter_u16(int64_t rows,
                              int64_t columns,
                              const uint16_t *in,
                              uint16_t *out,
                              int64_t size_rows,
                              int64_t size_columns,
                              enum fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of unsigned 8-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or equal to it; NULL only when none
 * @param size_rows     rows of the window, >= 1
 * @param size_columns  columns of the window, >= 1
 * @param border        what windows see beyond the edges, FOURIER_BORDER_REFLECT to _CONSTANT
 * @param fill          the value there for FOURIER_BORDER_CONSTANT; must be such an integer
 * @param options       threads, progress; NULL = defaults
 * @return as fourier_median_filter_f64. From any thread, and in a forked child.
 */
int fourier_median_filter_u8(int64_t rows,
                             int64_t columns,
                             const uint8_t *in,
                             uint8_t *out,
                             int64_t size_rows,
                             int64_t size_columns,
                             enum fourier_border border,
                             double fill,
                             const struct fourier_options *options);

/* ---------------------------------------------------------------------------------------------- */

/* Parallel map over a C function */

/**
 * A task of fourier_parallel_map: told its index and the user pointer; returns 0 for success.
 */
typedef int (*fourier_task)(int64_t index, void *user);

/**
 * Runs task(0, user) to task(count - 1, user) on the threads of this library: the answer of C and
 * Fortran to a process pool.
 *
 * Every task runs once, whatever the others return, unless the progress function cancels: then
 * tasks not yet begun do not run. Tasks run at the same time on the calling thread and on
 * workers; library calls inside a task share the same threads. Wherever it runs, a task finds the
 * floating-point environment (rounding, traps, flags) of the calling thread; what it changes there
 * is gone when it returns. From any thread, from inside a task, and in a forked child, but a child
 * forked inside a task may not return from it.
 *
 * @param count    number of tasks, >= 0
 * @param task     not NULL unless count is 0; may be called from several threads at once; must not
 *                 longjmp or throw out
 * @param user     handed to every task as it is; may be NULL
 * @param results  NULL, or count elements: results[i] receives what task i returned (0 where it
 *                 did not run)
 * @param options  threads and progress; NULL = defaults
 * @return FOURIER_OK; FOURIER_TASK_FAILED when any task returned non-zero;
 *         FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY, FOURIER_CANCELLED
 */
int fourier_parallel_map(int64_t count,
                         fourier_task task,
                         void *user,
                         int *results,
                         const struct fourier_options *options);

/* ---------------------------------------------------------------------------------------------- */

/* Process control */

/**
 * A program that was started. Opaque; made by fourier_process_start. It may be used from several
 * threads at once, but not while it is being freed. In a forked copy of the
 * program that started it, every call returns FOURIER_NOT_OUR_CHILD.
 */
typedef struct fourier_process fourier_process;

/**
 * How a program is to be started. Opaque; made by fourier_process_options_new. One handle may
 * serve any number of starts, also from several threads at once, as long as it is not changed
 * meanwhile.
 */
typedef struct fourier_process_options fourier_process_options;

/**
 * Starts a program. No shell is involved: the program gets its arguments exactly as given.
 *
 * The program gets an empty signal mask, default signal dispositions and no descriptor but 0, 1
 * and 2. The cost does not grow with this program's memory. Nothing is changed in this program:
 * no signal handler, no mask. From any thread; environ must not be changed meanwhile.
 *
 * @param argv     the program and its arguments, ended by NULL; at least the program. A name
 *                 without a slash is looked up on the PATH that the program will have
 * @param options  NULL = defaults: stdin from /dev/null, stdout to a pipe, the rest as this
 *                 program's, a process group of its own
 * @param process  not NULL; receives a handle for fourier_process_free, or NULL on failure
 * @return FOURIER_OK; -errno of the step that failed, which fourier_last_error() names: a missing
 *         program or directory (-ENOENT), one that may not be executed (-EACCES)...; nothing is
 *         left behind in that case. FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY
 */
int fourier_process_start(const char *const *argv,
                          const struct fourier_process_options *options,
                          struct fourier_process **process);

/**
 * Sends a signal to the program, and to its whole group when it has its own. After the program's
 * end nothing is sent, and that is FOURIER_OK. From any thread.
 *
 * @param process  not NULL
 * @param signal   1 to 64, as in signal.h
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno (-EPERM...)
 */
int fourier_process_signal(struct fourier_process *process, int signal);

/**
 * Stops the program with SIGSTOP and returns once it has stopped, or has ended. From any thread.
 *
 * @param process  not NULL
 * @param timeout  seconds; negative = for ever, 0 = do not wait
 * @return FOURIER_OK; FOURIER_TIMED_OUT: the signal was sent, but the program was not yet seen
 *         stopped; else as fourier_process_signal, and FOURIER_NOT_FINITE (a NaN timeout)
 */
int fourier_process_pause(struct fourier_process *process, double timeout);

/**
 * Lets a stopped program continue, with SIGCONT. From any thread.
 *
 * @param process  not NULL
 * @return as fourier_process_signal
 */
int fourier_process_resume(struct fourier_process *process);

/**
 * Kills the program with SIGKILL, stopped or not. Does not wait for its end. From any thread.
 *
 * @param process  not NULL
 * @return as fourier_process_signal
 */
int fourier_process_kill(struct fourier_process *process);

/**
 * Asks the program to end with SIGTERM (a stopped one is resumed, so that it can), and kills it
 * with SIGKILL when it has not ended in time. Waits for its end. From any thread.
 *
 * @param process     not NULL
 * @param grace       seconds before it is killed; negative = it never is
 * @param returncode  NULL, or receives the return code as from fourier_process_wait
 * @return as fourier_process_wait, never FOURIER_TIMED_OUT
 */
int fourier_process_stop(struct fourier_process *process, double grace, int *returncode);

/**
 * Waits for the end of the program; repeated calls, from any thread, give the same answer. What
 * the program writes meanwhile is kept for reading. A program that is stopped has not ended, and
 * processes that it left behind are not waited for.
 *
 * @param process     not NULL
 * @param timeout     seconds; negative = for ever, 0 = do not wait
 * @param returncode  NULL, or receives the exit code (0 to 255), or -s when signal s killed the
 *                    program; untouched on failure
 * @return FOURIER_OK; FOURIER_TIMED_OUT; FOURIER_STATUS_LOST: it has ended, but this program
 *         ignores SIGCHLD, or another part of it took the status with a wait for any child;
 *         FOURIER_OUTPUT_LIMIT: the program writes more than is kept; FOURIER_INVALID_ARGUMENT,
 *         FOURIER_NOT_FINITE (a NaN timeout), FOURIER_OUT_OF_MEMORY, FOURIER_NOT_OUR_CHILD
 */
int fourier_process_wait(struct fourier_process *process, double timeout, int *returncode);

/**
 * What a program is doing.
 */
typedef enum fourier_run_state {
  /**
   * It runs, or would if it had the processor.
   */
  FOURIER_RUNNING = 0,
  /**
   * It is stopped, until it is resumed.
   */
  FOURIER_STOPPED = 1,
  /**
   * It has ended.
   */
  FOURIER_EXITED = 2
} fourier_run_state;

/**
 * Tells what the program is doing now. From any thread.
 *
 * @param process  not NULL
 * @param state    not NULL; receives FOURIER_RUNNING, FOURIER_STOPPED or FOURIER_EXITED
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno
 */
int fourier_process_state(struct fourier_process *process, enum fourier_run_state *state);

/**
 * The process id that the program has, or had: after its end the system may give the number to
 * another process, so send signals with fourier_process_signal, which knows the difference.
 * From any thread.
 *
 * @param process  NULL is allowed
 * @return a number above 1; INT32_MIN for NULL, which kill(2) refuses (unlike 0 and -1)
 */
int64_t fourier_process_pid(const struct fourier_process *process);

/**
 * Frees a handle. A program that still runs is killed, with its group when it has its own, and
 * collected, unless the options said otherwise. Nothing else may be using the handle. In a forked
 * copy of the program that started it only the copy's descriptors are closed. From any thread.
 *
 * @param process  from fourier_process_start, not yet freed; NULL is allowed
 */
void fourier_process_free(struct fourier_process *process);

/* ---------------------------------------------------------------------------------------------- */

/* The streams of a program */

/**
 * The standard streams of a program.
 */
typedef enum fourier_stream {
  /**
   * Standard input.
   */
  FOURIER_STDIN = 0,
  /**
   * Standard output.
   */
  FOURIER_STDOUT = 1,
  /**
   * Standard error.
   */
  FOURIER_STDERR = 2
} fourier_stream;

/**
 * Reads a line. Whatever pieces the program writes, a line is what a newline ends, or the end of
 * the stream; bytes of any value pass.
 *
 * The stream ends when the program has closed it, or has ended and what was in the pipe then has
 * been read, though processes that it left behind may still hold the pipe. From any thread.
 *
 * @param process   not NULL
 * @param stream    FOURIER_STDOUT or FOURIER_STDERR, when it leads to this program
 * @param line      not NULL; receives the line without its newline, NUL-terminated
 * @param capacity  bytes that line can hold, with the NUL: at least 2
 * @param length    NULL, or receives the length of what is in line, without the NUL
 * @param timeout   seconds; negative = for ever, 0 = do not wait
 * @return FOURIER_OK; FOURIER_LINE_CONTINUES: line holds capacity - 1 bytes of a longer line, the
 *         rest follows on the next call; FOURIER_END_OF_STREAM; FOURIER_TIMED_OUT: nothing was
 *         read; in both cases line is "" and length 0. FOURIER_OUTPUT_LIMIT: the other stream must
 *         be read first. FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE (a NaN timeout),
 *         FOURIER_OUT_OF_MEMORY, FOURIER_NOT_OUR_CHILD, -errno
 */
int fourier_process_read_line(struct fourier_process *process,
                              enum fourier_stream stream,
                              char *line,
                              size_t capacity,
                              size_t *length,
                              double timeout);

/**
 * Waits for a whole line and tells its length without reading it, so that room for it can be made.
 * From any thread.
 *
 * @param process  not NULL
 * @param stream   as for fourier_process_read_line
 * @param length   not NULL; receives the length of the line, without its newline
 * @param timeout  seconds; negative = for ever, 0 = do not wait
 * @return as fourier_process_read_line, never FOURIER_LINE_CONTINUES; FOURIER_OUTPUT_LIMIT also
 *         when the line itself is longer than the output limit
 */
int fourier_process_line_length(struct fourier_process *process,
                                enum fourier_stream stream,
                                size_t *length,
                                double timeout);

/**
 * Reads bytes as they come. From any thread.
 *
 * @param process   not NULL
 * @param stream    as for fourier_process_read_line
 * @param buffer    not NULL; receives at least one byte; no NUL is added
 * @param capacity  bytes that buffer can hold, at least 1
 * @param length    not NULL; receives the number of bytes read
 * @param timeout   seconds; negative = for ever, 0 = do not wait
 * @return as fourier_process_read_line, never FOURIER_LINE_CONTINUES
 */
int fourier_process_read(struct fourier_process *process,
                         enum fourier_stream stream,
                         void *buffer,
                         size_t capacity,
                         size_t *length,
                         double timeout);

/**
 * Looks at bytes as they come: as fourier_process_read, but leaves them to be read, so that the
 * next call gives the same ones, and more once more have come. From any thread.
 *
 * @param process   not NULL
 * @param stream    as for fourier_process_read_line
 * @param buffer    not NULL; receives at least one byte; no NUL is added
 * @param capacity  bytes that buffer can hold, at least 1
 * @param length    not NULL; receives the number of bytes in buffer
 * @param timeout   seconds; negative = for ever, 0 = do not wait
 * @return as fourier_process_read
 */
int fourier_process_peek(struct fourier_process *process,
                         enum fourier_stream stream,
                         void *buffer,
                         size_t capacity,
                         size_t *length,
                         double timeout);

/**
 * Writes to the program's stdin, which must be a pipe or a terminal (see the options). What the
 * program writes meanwhile is kept for reading. SIGPIPE is never raised in this program.
 * From any thread.
 *
 * @param process  not NULL
 * @param data     size bytes; NULL when size is 0
 * @param size     number of bytes
 * @param written  NULL, or receives how many bytes were written, also on failure
 * @param timeout  seconds; negative = for ever, 0 = do not wait
 * @return FOURIER_OK when all was written; FOURIER_TIMED_OUT; -EPIPE when nothing reads it, or after
 *         fourier_process_close_stdin; else as fourier_process_read_line
 */
int fourier_process_write(struct fourier_process *process,
                          const void *data,
                          size_t size,
                          size_t *written,
                          double timeout);

/**
 * Ends the program's stdin, which then reads as end of file. May be repeated. From any thread.
 *
 * @param process  not NULL
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno
 */
int fourier_process_close_stdin(struct fourier_process *process);

/* ---------------------------------------------------------------------------------------------- */

/* Several programs at once, a line to wait for, a whole run */

/**
 * What fourier_process_poll waits for: bits to be combined with |.
 */
typedef enum fourier_event {
  /**
   * A line of stdout, or its end: fourier_process_read_line does not wait.
   */
  FOURIER_EVENT_STDOUT_LINE = 1,
  /**
   * A line of stderr, or its end.
   */
  FOURIER_EVENT_STDERR_LINE = 2,
  /**
   * Bytes of stdout, or its end: fourier_process_read does not wait.
   */
  FOURIER_EVENT_STDOUT_BYTES = 4,
  /**
   * Bytes of stderr, or its end.
   */
  FOURIER_EVENT_STDERR_BYTES = 8,
  /**
   * Room in stdin, or nothing reads it any more: fourier_process_write does not wait to begin.
   */
  FOURIER_EVENT_STDIN = 16,
  /**
   * The end of the program: fourier_process_wait does not wait.
   */
  FOURIER_EVENT_EXIT = 32
} fourier_event;

/**
 * Waits until something wanted has come from any of several programs. What they write meanwhile is
 * kept for reading. From any thread.
 *
 * @param count      number of programs, at least 1
 * @param processes  count handles, none NULL
 * @param wanted     not NULL; count sets of fourier_event; 0 leaves a program out, but not all
 *                   may be 0
 * @param ready      not NULL; count elements: ready[i] receives those events of wanted[i] that have
 *                   come
 * @param timeout    seconds; negative = for ever, 0 = do not wait
 * @return FOURIER_OK when any has come; FOURIER_TIMED_OUT when none has, ready is all 0 then; else
 *         as fourier_process_read_line
 */
int fourier_process_poll(int64_t count,
                         struct fourier_process *const *processes,
                         const int *wanted,
                         int *ready,
                         double timeout);

/**
 * How fourier_process_expect compares a pattern with a line.
 */
typedef enum fourier_match {
  /**
   * The line contains the pattern.
   */
  FOURIER_MATCH_TEXT = 0,
  /**
   * The whole line matches the pattern as a file name does in a shell: *, ?, [a-z], [!a-z], and
   * a backslash before what is meant as it is; over bytes, whatever the locale.
   */
  FOURIER_MATCH_GLOB = 1
} fourier_match;

/**
 * Waits for a line that matches one of several patterns. That line and the lines before it then
 * count as read; when none comes, nothing does, and fourier_process_read_line shows what came.
 * From any thread.
 *
 * @param process   not NULL
 * @param stream    FOURIER_STDOUT or FOURIER_STDERR, when it leads to this program
 * @param patterns  strings, ended by NULL; at least one
 * @param kind      a fourier_match: how they are compared
 * @param which     NULL, or receives the index of the first pattern that matches
 * @param line      receives the line that matches, as fourier_process_read_line; NULL = not wanted
 * @param capacity  bytes that line can hold, with the NUL: at least 2. A longer line that matches
 *                  is refused with FOURIER_INVALID_ARGUMENT and stays readable
 * @param length    NULL, or receives the length of the line that matches, also of one refused
 * @param timeout   seconds; negative = for ever, 0 = do not wait
 * @return FOURIER_OK; FOURIER_TIMED_OUT or FOURIER_END_OF_STREAM when no line matched; else as
 *         fourier_process_read_line
 */
int fourier_process_expect(struct fourier_process *process,
                           enum fourier_stream stream,
                           const char *const *patterns,
                           enum fourier_match kind,
                           int *which,
                           char *line,
                           size_t capacity,
                           size_t *length,
                           double timeout);

/**
 * Runs a program from start to end: gives it its input, collects what it writes, and tells its
 * return code. A program that runs for longer than it may is killed. From any thread.
 *
 * @param argv        not NULL; as for fourier_process_start
 * @param options     as for fourier_process_start; NULL = defaults
 * @param data        size bytes for its stdin, which then is a pipe unless the options lead it to
 *                    a terminal; NULL when size is 0
 * @param size        number of bytes
 * @param timeout     seconds for the whole run; negative = without limit
 * @param returncode  NULL, or receives the return code as from fourier_process_wait
 * @param out         NULL, or receives what it wrote to stdout, NUL-terminated, for
 *                    fourier_process_output_free; NULL when stdout leads elsewhere
 * @param out_size    NULL, or receives the number of bytes in out, without the NUL
 * @param err         NULL, or the same for stderr, which then leads to this program unless the
 *                    options lead it elsewhere than to its default
 * @param err_size    NULL, or as out_size
 * @return FOURIER_OK, whatever the return code; FOURIER_TIMED_OUT: it was killed;
 *         FOURIER_STATUS_LOST: it has ended, but its return code is lost; in both cases the
 *         outputs are what it wrote.
 *         Else as fourier_process_start and _wait: then the outputs are NULL and 0
 */
int fourier_process_run(const char *const *argv,
                        const struct fourier_process_options *options,
                        const void *data,
                        size_t size,
                        double timeout,
                        int *returncode,
                        char **out,
                        size_t *out_size,
                        char **err,
                        size_t *err_size);

/**
 * Frees what fourier_process_run collected. From any thread.
 *
 * @param text  from fourier_process_run, not yet freed; NULL is allowed
 */
void fourier_process_output_free(char *text);

/**
 * Tells what a program used, with the children it waited for; once it has ended. From any thread.
 *
 * @param process      not NULL
 * @param wall         NULL, or receives the seconds from its start until its end was seen
 * @param user         NULL, or receives the seconds of processor time in the program
 * @param system       NULL, or receives the seconds of processor time in the system for it
 * @param peak_memory  NULL, or receives the largest resident memory of one process in bytes; -1
 *                     when it is not above the peak that this program itself had before the start,
 *                     which Linux counts in
 * @return FOURIER_OK; FOURIER_STILL_RUNNING; FOURIER_STATUS_LOST; FOURIER_INVALID_ARGUMENT,
 *         FOURIER_NOT_OUR_CHILD
 */
int fourier_process_usage(struct fourier_process *process,
                          double *wall,
                          double *user,
                          double *system,
                          int64_t *peak_memory);

/**
 * The number that a signal has on this system. From any thread.
 *
 * @param name  "SIGTERM" or "TERM", and so on; NULL is allowed
 * @return a positive number; 0 for NULL or an unknown name
 */
int fourier_signal_number(const char *name);

/* ---------------------------------------------------------------------------------------------- */

/* How a program is to be started */

/**
 * Makes options with every setting at its default: stdin from /dev/null, stdout to a pipe, stderr,
 * environment and directory as this program's, a process group of its own, killed on free.
 *
 * @return a handle for fourier_process_options_free, or NULL when there is no memory. From any
 *         thread.
 */
struct fourier_process_options *fourier_process_options_new(void);

/**
 * Frees options. Programs started with them are not touched.
 *
 * @param options  from fourier_process_options_new, not yet freed; NULL is allowed; not while
 *                 another thread uses it
 */
void fourier_process_options_free(struct fourier_process_options *options);

/**
 * Sets the directory that the program starts in. A program named by a relative path with a slash is
 * looked up from there.
 *
 * @param options    not NULL; not while another thread uses them
 * @param directory  a path; NULL = this program's directory
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT; a missing directory is reported by the
 *         start
 */
int fourier_process_options_set_directory(struct fourier_process_options *options,
                                          const char *directory);

/**
 * Sets a variable in the program's environment, or removes it.
 *
 * @param options  not NULL; not while another thread uses them
 * @param name     not NULL, not empty, without '='
 * @param value    NULL = the program does not get this variable
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_options_set_env(struct fourier_process_options *options,
                                    const char *name,
                                    const char *value);

/**
 * Gives the program an empty environment: nothing of this program's, and nothing set so far. What
 * is set afterwards is added to it.
 *
 * @param options  not NULL; not while another thread uses them
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_options_clear_env(struct fourier_process_options *options);

/**
 * Where a standard stream of a program leads.
 */
typedef enum fourier_redirect {
  /**
   * To this program, through a pipe.
   */
  FOURIER_REDIRECT_PIPE = 0,
  /**
   * Where this program's own leads; nowhere when this program has closed its own.
   */
  FOURIER_REDIRECT_INHERIT = 1,
  /**
   * Nowhere: to /dev/null.
   */
  FOURIER_REDIRECT_NULL = 2,
  /**
   * stderr only: where stdout leads.
   */
  FOURIER_REDIRECT_MERGE = 3,
  /**
   * To this program, through a pseudo-terminal: for programs that hold their output back when
   * it leads to a pipe. For stdin or stderr it is the terminal of stdout, which must be one
   * too, and what the program writes to stderr is read as stdout. The program gets a session of
   * its own.
   */
  FOURIER_REDIRECT_TERMINAL = 4
} fourier_redirect;

/**
 * Sets where a standard stream of the program leads.
 *
 * @param options   not NULL; not while another thread uses them
 * @param stream    a fourier_stream
 * @param redirect  a fourier_redirect; FOURIER_REDIRECT_MERGE for FOURIER_STDERR only
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_options_set_stream(struct fourier_process_options *options,
                                       enum fourier_stream stream,
                                       enum fourier_redirect redirect);

/**
 * Leads a standard stream of the program to a file, which is opened at the start: for reading as
 * stdin, created or truncated as stdout and stderr.
 *
 * @param options  not NULL; not while another thread uses them
 * @param stream   a fourier_stream
 * @param path     not NULL; a relative one is taken from this program's directory
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT; a file that cannot be opened is reported
 *         by the start
 */
int fourier_process_options_set_file(struct fourier_process_options *options,
                                     enum fourier_stream stream,
                                     const char *path);

/**
 * Sets whether the program gets a process group of its own. Signals then reach the whole group:
 * the program and what it started. Without, they reach the program alone, and a Ctrl-C at this
 * program's terminal reaches both.
 *
 * @param options  not NULL; not while another thread uses them
 * @param own      non-zero (default) = a group of its own; 0 = this program's group
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_options_set_group(struct fourier_process_options *options, int own);

/**
 * Sets what becomes of a program that still runs when its handle is freed.
 *
 * @param options  not NULL; not while another thread uses them
 * @param kill     non-zero (default) = it is killed; 0 = it goes on, and once it has ended is
 *                 collected at a later start or free
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_options_set_kill_on_free(struct fourier_process_options *options, int kill);

/**
 * Sets how long the program may run. When the time is up it is killed by the next call on its
 * handle, or by the one that is waiting; its return code is then -SIGKILL.
 *
 * @param options  not NULL; not while another thread uses them
 * @param seconds  counted from the start; negative (default) = without limit
 * @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE (NaN)
 */
int fourier_process_options_set_time_limit(struct fourier_process_options *options, double seconds);

/**
 * Sets how much of each of the program's streams is kept for later reading. While a call waits for
 * one thing, what comes on the other streams is kept, so that the program is never blocked by a
 * full pipe; when that would be more than this, the call returns FOURIER_OUTPUT_LIMIT.
 *
 * @param options  not NULL; not while another thread uses them
 * @param bytes    at least 1; default 2^30
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_options_set_output_limit(struct fourier_process_options *options,
                                             int64_t bytes);

/* ---------------------------------------------------------------------------------------------- */

/* Ids of processes, for language bindings */

/**
 * Gives a process an id, which owns its handle from then on. For language bindings. From any
 * thread; in a forked copy of this program the id stands for nothing.
 *
 * @param process  not NULL; not to be freed any more
 * @param id       not NULL; receives a number above 0 that was never used before
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_process_id_new(struct fourier_process *process, int64_t *id);

/**
 * The process of an id. For language bindings. From any thread.
 *
 * @param id  any number
 * @return a handle, owned by the ids of the process; NULL when the id stands for nothing
 */
struct fourier_process *fourier_process_id_handle(int64_t id);

/**
 * Gives the process of an id one more id. For language bindings. From any thread.
 *
 * @param id  any number
 * @return a number that was never used before; 0 when the id stands for nothing
 */
int64_t fourier_process_id_copy(int64_t id);

/**
 * Releases an id; with its last id a process is freed, as by fourier_process_free. Again is
 * allowed. For language bindings. From any thread.
 *
 * @param id  any number; one that stands for nothing is allowed
 */
void fourier_process_id_release(int64_t id);

#ifdef __cplusplus
}
#endif

#endif /* FOURIER_H */
