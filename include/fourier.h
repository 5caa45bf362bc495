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
   * Memory for the working arrays could not be had.
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
} fourier_status;

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
  FOURIER_METHOD_FAST = 2,
} fourier_method;

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
  FOURIER_BORDER_CONSTANT = 4,
} fourier_border;

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
  FOURIER_NAN_OMIT = 1,
} fourier_nan_policy;

/**
 * How a call is to be done. Opaque; made by fourier_options_new. One handle may serve any number
 * of calls, from several threads at once as long as nobody changes it meanwhile.
 */
typedef struct fourier_options fourier_options;

/**
 * Progress of a call: told the fraction done, from 0 to 1; a non-zero return cancels the call.
 * Called on the thread that made the call, at its start, at most every 20 ms, and at its end.
 */
typedef int (*fourier_progress)(double fraction, void *user);

/**
 * A task of fourier_parallel_map: told its index and the user pointer; returns 0 for success.
 */
typedef int (*fourier_task)(int64_t index, void *user);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

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
 *         FOURIER_TOLERANCE_UNREACHABLE, FOURIER_CANCELLED. Outputs may not overlap inputs or
 *         each other. On failure they are untouched, except after FOURIER_CANCELLED,
 *         FOURIER_OUT_OF_MEMORY and FOURIER_INTERNAL, which may leave them partly written.
 *         From any thread, and in a forked child.
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

/**
 * Sets what the median filter does with NaN; of no effect on integers.
 *
 * @param options  not NULL; not while another thread uses them
 * @param policy   FOURIER_NAN_LARGEST (the default) or FOURIER_NAN_OMIT
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_nan_policy(struct fourier_options *options, fourier_nan_policy policy);

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
                              fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of single precision: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or the same; NULL only when there are none
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
                              fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of signed 64-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or the same; NULL only when there are none
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
                              fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of signed 32-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or the same; NULL only when there are none
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
                              fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of signed 16-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or the same; NULL only when there are none
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
                              fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of unsigned 16-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or the same; NULL only when there are none
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
                              fourier_border border,
                              double fill,
                              const struct fourier_options *options);

/**
 * Median filter of an image of unsigned 8-bit integers: as fourier_median_filter_f64.
 *
 * @param rows          number of rows, >= 0
 * @param columns       number of columns, >= 0
 * @param in            rows*columns pixels, row by row; NULL only when there are none
 * @param out           rows*columns pixels, apart from in or the same; NULL only when there are none
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
                             fourier_border border,
                             double fill,
                             const struct fourier_options *options);

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
 * Sets how a spectrum is computed.
 *
 * @param options  not NULL; not while another thread uses them
 * @param method   FOURIER_METHOD_AUTO (the default), _DIRECT or _FAST
 * @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
 */
int fourier_options_set_method(struct fourier_options *options, fourier_method method);

/**
 * Sets how exact a spectrum must be: |F - exact| <= relative * sum |x| at every frequency, where
 * F is the complex spectrum and the power is |F|^2.
 *
 * @param options  not NULL; not while another thread uses them
 * @param relative from 0 (excluded) to 1; the default is as exact as the direct sum in double
 *                 precision
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

/**
 * Runs task(0, user) to task(count - 1, user) on the threads of this library: the answer of C and
 * Fortran to a process pool.
 *
 * Every task runs once, whatever the others return, unless the progress function cancels: then
 * tasks not yet begun do not run. Tasks run at the same time on the calling thread and on
 * workers; library calls inside a task share the same threads. From any thread, from inside a
 * task, and in a forked child.
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

/**
 * Text of a status: a positive code, 0, or -errno.
 *
 * @param status  what a function of this library returned
 * @return static text, never NULL, never freed; "unknown status" for a number that is none.
 *         Valid for ever, from any thread and after fork().
 */
const char *fourier_strerror(int status);

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

/**
 * Version of the library at run time, as "MAJOR.MINOR.PATCH".
 *
 * FOURIER_VERSION_MAJOR, _MINOR and _PATCH are those of the header a program was compiled with.
 *
 * @return static text, never NULL, never freed; from any thread.
 */
const char *fourier_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* FOURIER_H */
