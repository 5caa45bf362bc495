/* A host that traps on every floating-point exception (inexact results too), rounds upwards and
 * flushes subnormal numbers: no call is ended by SIGFPE, results are those of the default
 * environment, the host finds its environment as it was, without new flags, and its own functions
 * run in it. */

#include "judge.h"
#include "series.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* What is compared: the traps, the rounding, the flags, and on x86-64 both control registers. */
struct environment {
    int traps, rounding, flags;
    unsigned sse, x87;
};

static struct environment environment(void)
{
    struct environment e = {fegetexcept(), fegetround(), fetestexcept(FE_ALL_EXCEPT), 0, 0};
#ifdef __x86_64__
    unsigned short x87;
    __asm__ volatile("stmxcsr %0" : "=m"(e.sse));
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    e.x87 = x87;
#endif
    return e;
}

static int same(struct environment a, struct environment b)
{
    return a.traps == b.traps && a.rounding == b.rounding && a.flags == b.flags &&
           a.sse == b.sse && a.x87 == b.x87;
}

static struct environment hosts;

static void set_hosts_environment(void)
{
    fesetround(FE_UPWARD);
#ifdef __x86_64__
    unsigned sse;
    __asm__ volatile("stmxcsr %0" : "=m"(sse));
    sse |= 0x8040; /* subnormal results and arguments are taken for 0 */
    __asm__ volatile("ldmxcsr %0" : : "m"(sse));
#endif
    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(FE_ALL_EXCEPT);
    hosts = environment();
}

static const char *volatile where = "the beginning";

static void trapped(int signal)
{
    (void)signal;
    printf("FAILED %s: SIGFPE\n", where);
    fflush(stdout);
    _exit(1);
}

/* In the host's environment: the call, which must leave it as it was and return `wanted`. */
#define HOSTS(wanted, call)                                                                        \
    do {                                                                                           \
        where = #call;                                                                             \
        set_hosts_environment();                                                                   \
        long long got = (long long)(call);                                                         \
        struct environment after = environment();                                                  \
        fesetenv(FE_DFL_ENV);                                                                      \
        judge("environment", #call, got == (wanted), "another outcome");                           \
        judge("environment", #call, same(hosts, after), "the host's is another afterwards");       \
    } while (0)

static void spectra(void)
{
    static double power[FREQUENCIES], freq[FREQUENCIES], transform[2 * FREQUENCIES];
    static double fr[2 * FREQUENCIES];
    static const fourier_method methods[] = {FOURIER_METHOD_AUTO, FOURIER_METHOD_DIRECT,
                                             FOURIER_METHOD_FAST};
    int n = SAMPLES, nf = FREQUENCIES;
    for (int threads = 1; threads <= 3; threads++)
        for (int m = 0; m < 3; m++) {
            fourier_options *options = with_threads(threads);
            HOSTS(0, fourier_options_set_method(options, methods[m]));
            fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, expected_freq,
                          expected_power, options);
            fourier_transform(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL,
                              expected_transform, options);
            HOSTS(0, fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, freq,
                                   power, options));
            HOSTS(0, fourier_transform(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL,
                                       transform, options));
            judge("environment", "bits", memcmp(power, expected_power, sizeof power) == 0, "power");
            judge("environment", "bits", memcmp(freq, expected_freq, sizeof freq) == 0, "freq");
            judge("environment", "bits",
                  memcmp(transform, expected_transform, sizeof transform) == 0, "transform");
            fourier_options_free(options);
        }
    make_expected();
    HOSTS((intptr_t)fr, (intptr_t)fourier(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES,
                                          2 * FREQUENCIES, fr));
    HOSTS(0, (fourier_(series_t, series_x, &FIRST, &STEP, &n, &nf, freq, power), 0));
    double bad[3] = {1, NAN, INFINITY};
    HOSTS(FOURIER_NOT_FINITE, fourier_power(3, bad, bad, 0, 1, 10, NULL, power, NULL));
    HOSTS(FOURIER_NOT_FINITE, fourier_power(1, bad, bad, NAN, 1e300, 10, NULL, power, NULL));
    HOSTS(0, (intptr_t)fourier(3, bad, bad, 0, 1, 1, 2, fr));
    double huge[2] = {-1e308, 1e308};
    HOSTS(0, fourier_power(2, huge, huge, 0, 1e-300, 10, NULL, power, NULL));
    fourier_options *options = fourier_options_new();
    HOSTS(0, fourier_options_set_tolerance(options, 1.0 / 3));
    HOSTS(FOURIER_INVALID_ARGUMENT, fourier_options_set_tolerance(options, 1.1));
    HOSTS(FOURIER_NOT_FINITE, fourier_options_set_tolerance(options, NAN));
    HOSTS(0, fourier_options_set_tolerance(options, 1e-310));
    HOSTS(FOURIER_TOLERANCE_UNREACHABLE,
          fourier_power(SAMPLES, series_t, series_x, 0, 1, 1, NULL, power, options));
    fourier_options_free(options);
}

#define MEDIANS(type, suffix)                                                                      \
    do {                                                                                           \
        static type in[60 * 70], out[60 * 70], expected[60 * 70];                                  \
        for (int i = 0; i < 60 * 70; i++)                                                          \
            in[i] = (type)((i * 7919) % 101);                                                      \
        for (int size = 3; size <= 500; size *= 5) {                                               \
            fourier_median_filter_##suffix(60, 70, in, expected, size, size,                       \
                                           FOURIER_BORDER_CONSTANT, 7, NULL);                      \
            HOSTS(0, fourier_median_filter_##suffix(60, 70, in, out, size, size,                   \
                                                    FOURIER_BORDER_CONSTANT, 7, NULL));            \
            judge("environment", "median", memcmp(out, expected, sizeof out) == 0, #suffix);       \
        }                                                                                          \
        HOSTS(0, fourier_median_filter_##suffix(60, 70, in, out, 3, 3, FOURIER_BORDER_MIRROR,      \
                                                NAN, NULL));                                       \
    } while (0)

static void medians(void)
{
    static float in[100], out[100];
    static short integers[100];
    MEDIANS(double, f64);
    MEDIANS(float, f32);
    MEDIANS(int, i32);
    MEDIANS(short, i16);
    MEDIANS(unsigned short, u16);
    MEDIANS(unsigned char, u8);
    static const double fills[] = {1e300, 1e-300, -1e39, 0.1, 1e-40};
    for (int i = 0; i < 5; i++)
        HOSTS(0, fourier_median_filter_f32(10, 10, in, out, 3, 3, FOURIER_BORDER_CONSTANT, fills[i],
                                           NULL));
    for (int i = 0; i < 5; i++)
        HOSTS(FOURIER_INVALID_ARGUMENT,
              fourier_median_filter_i16(10, 10, integers, integers, 3, 3, FOURIER_BORDER_CONSTANT,
                                        fills[i], NULL));
    HOSTS(FOURIER_INVALID_ARGUMENT,
          fourier_median_filter_i16(10, 10, integers, integers, 3, 3, FOURIER_BORDER_CONSTANT, NAN,
                                    NULL));
}

static void processes(void)
{
    static const char *const cat[] = {"cat", NULL}, *const sleeper[] = {"sleep", "30", NULL};
    static const char *const patterns[] = {"abc*", NULL};
    fourier_process *process = NULL;
    fourier_process_options *options = fourier_process_options_new();
    char line[80], *out = NULL;
    size_t length, written;
    int code, which, wanted = 1 << FOURIER_STDOUT, ready;
    double wall, user, system;
    int64_t memory;
    HOSTS(0, fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE));
    HOSTS(0, fourier_process_options_set_time_limit(options, 33.3));
    HOSTS(0, fourier_process_start(cat, options, &process));
    HOSTS(FOURIER_TIMED_OUT,
          fourier_process_read_line(process, FOURIER_STDOUT, line, sizeof line, &length, 0.013));
    HOSTS(FOURIER_TIMED_OUT,
          fourier_process_read(process, FOURIER_STDOUT, line, sizeof line, &length, 1e-9));
    HOSTS(FOURIER_TIMED_OUT, fourier_process_wait(process, 0.1, &code));
    HOSTS(FOURIER_TIMED_OUT, fourier_process_wait(process, 1e-310, &code));
    HOSTS(FOURIER_NOT_FINITE, fourier_process_wait(process, NAN, &code));
    HOSTS(0, fourier_process_write(process, "xyz\nabcd\n", 9, &written, 10.1));
    HOSTS(0, fourier_process_poll(1, &process, &wanted, &ready, 10.1) < 0);
    HOSTS(0, fourier_process_expect(process, FOURIER_STDOUT, patterns, FOURIER_MATCH_GLOB, &which,
                                    line, sizeof line, &length, 10.1));
    HOSTS(0, fourier_process_pause(process, 10.1));
    HOSTS(0, fourier_process_resume(process));
    HOSTS(0, fourier_process_close_stdin(process));
    HOSTS(0, fourier_process_wait(process, 1e300, &code));
    HOSTS(0, fourier_process_usage(process, &wall, &user, &system, &memory));
    HOSTS(0, (fourier_process_free(process), 0));
    HOSTS(0, fourier_process_start(sleeper, NULL, &process));
    HOSTS(0, fourier_process_stop(process, 0.37, &code));
    fourier_process_free(process);
    HOSTS(0, fourier_process_start(sleeper, NULL, &process));
    HOSTS(0, (fourier_process_free(process), 0));
    HOSTS(0, fourier_process_run(cat, NULL, "abc", 3, 10.1, &code, &out, &length, NULL, NULL));
    fourier_process_output_free(out);
    fourier_process_options_free(options);
}

/* --- the host's own functions --- */

static atomic_int others, calls, on_workers;
static pthread_t caller;

/* Whether a function of the host finds its environment; then it changes all of it. */
static void look(void)
{
    struct environment here = environment();
    atomic_fetch_add(&calls, 1);
    atomic_fetch_add(&others, !same(here, hosts));
    atomic_fetch_add(&on_workers, !pthread_equal(caller, pthread_self()));
    fedisableexcept(FE_ALL_EXCEPT);
    fesetround(FE_DOWNWARD);
    feraiseexcept(FE_ALL_EXCEPT);
}

static int looking_progress(double fraction, void *user)
{
    (void)user;
    look();
    return fraction < 0;
}

static int looking_task(int64_t index, void *user)
{
    int good = 1;
    if (index % 10 == 0) {
        double power[FREQUENCIES];
        good = fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL, power,
                             user) == FOURIER_OK &&
               memcmp(power, expected_power, sizeof power) == 0;
    }
    look();
    usleep(100);
    return !good;
}

static void functions_of_the_host(void)
{
    static double power[FREQUENCIES];
    static float image[600 * 600];
    caller = pthread_self();
    for (int threads = 1; threads <= 3; threads++) {
        fourier_options *options = with_threads(threads), *plain = with_threads(threads);
        fourier_options_set_progress(options, looking_progress, NULL);
        HOSTS(0, fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL, power,
                               options));
        judge("environment", "progress", memcmp(power, expected_power, sizeof power) == 0, "bits");
        HOSTS(0, fourier_median_filter_f32(600, 600, image, image, 51, 51, FOURIER_BORDER_CONSTANT,
                                           1e300, options));
        HOSTS(0, fourier_parallel_map(200, looking_task, plain, NULL, options));
        fourier_options_free(options);
        fourier_options_free(plain);
    }
    judge("environment", "progress and tasks", atomic_load(&calls) > 600, "they were not called");
    judge("environment", "tasks", atomic_load(&on_workers) > 0, "no worker took part");
    judge("environment", "progress and tasks", atomic_load(&others) == 0,
          "they did not find the host's environment");
}

int main(void)
{
    alarm(300);
    signal(SIGFPE, trapped);
    make_expected();
    spectra();
    medians();
    processes();
    functions_of_the_host();
    return conclude();
}
