/* Options, number of threads, parallel map, texts: with good and bad arguments, each answers as the
 * header promises. */

#include "judge.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

static void expect(const char *what, int status, int expected, const char *word, const char *value)
{
    const char *const words[3] = {word, value, NULL};
    judge("settings", what, status == expected, "another status");
    if (expected != FOURIER_OK)
        judge("settings", what, says(words), "the last error does not say it");
}

#define REFUSED(call, word, value) expect(#call, call, FOURIER_INVALID_ARGUMENT, word, value)
#define NOT_FINITE(call, word, value) expect(#call, call, FOURIER_NOT_FINITE, word, value)
#define ACCEPTED(call) expect(#call, call, FOURIER_OK, "", "")

static int never(double fraction, void *user)
{
    (void)fraction, (void)user;
    return 0;
}

static void call_options(void)
{
    fourier_options *options = fourier_options_new();
    judge("fourier_options_new", "a handle", options != NULL, "NULL");
    REFUSED(fourier_options_set_tolerance(NULL, 1e-6), "options:", "NULL");
    REFUSED(fourier_options_set_threads(NULL, 1), "options:", "NULL");
    REFUSED(fourier_options_set_method(NULL, FOURIER_METHOD_AUTO), "options:", "NULL");
    REFUSED(fourier_options_set_progress(NULL, never, NULL), "options:", "NULL");
    REFUSED(fourier_options_set_tolerance(options, 0), "relative:", "0");
    REFUSED(fourier_options_set_tolerance(options, -1), "relative:", "-1");
    REFUSED(fourier_options_set_tolerance(options, 1.5), "relative:", "1.5");
    NOT_FINITE(fourier_options_set_tolerance(options, NAN), "relative", "NaN");
    NOT_FINITE(fourier_options_set_tolerance(options, INFINITY), "relative", "inf");
    REFUSED(fourier_options_set_threads(options, -1), "threads:", "-1");
    REFUSED(fourier_options_set_threads(options, 1025), "threads:", "1025");
    REFUSED(fourier_options_set_threads(options, INT_MIN), "threads:", "-214");
    REFUSED(fourier_options_set_method(options, (fourier_method)3), "method:", "3");
    REFUSED(fourier_options_set_method(options, (fourier_method)-1), "method:", "-1");
    ACCEPTED(fourier_options_set_tolerance(options, 1e-6));
    ACCEPTED(fourier_options_set_tolerance(options, 1));
    ACCEPTED(fourier_options_set_threads(options, 0));
    ACCEPTED(fourier_options_set_threads(options, 1024));
    ACCEPTED(fourier_options_set_method(options, FOURIER_METHOD_DIRECT));
    ACCEPTED(fourier_options_set_progress(options, never, options));
    ACCEPTED(fourier_options_set_progress(options, NULL, NULL));
    fourier_options_free(options);
    fourier_options_free(NULL);

    int automatic = fourier_get_num_threads();
    judge("fourier_get_num_threads", "at the start", automatic >= 1 && automatic <= 1024, "range");
    fourier_set_num_threads(7);
    judge("fourier_set_num_threads", "7", fourier_get_num_threads() == 7, "not 7");
    fourier_set_num_threads(INT_MAX);
    judge("fourier_set_num_threads", "too many", fourier_get_num_threads() == 1024, "not 1024");
    fourier_set_num_threads(INT_MIN);
    judge("fourier_set_num_threads", "negative", fourier_get_num_threads() == automatic,
          "not automatic");
    fourier_set_num_threads(0);
    judge("fourier_set_num_threads", "0", fourier_get_num_threads() == automatic, "not automatic");
}

static int double_it(int64_t index, void *user)
{
    ((int64_t *)user)[index] = 2 * index;
    return 0;
}

static void call_parallel_map(void)
{
    int64_t seen[3] = {-1, -1, -1};
    int results[4] = {7, 7, 7, 7};
    int *odd = (int *)((char *)results + 1);
    const int64_t bytes_overflow = INT64_MAX / 4 + 1;
    REFUSED(fourier_parallel_map(-1, double_it, seen, results, NULL), "count:", "-1");
    REFUSED(fourier_parallel_map(INT64_MAX, double_it, seen, results, NULL), "count:",
            "9223372036854775807");
    REFUSED(fourier_parallel_map(bytes_overflow, double_it, seen, NULL, NULL), "count:",
            "2305843009213693952");
    REFUSED(fourier_parallel_map(3, NULL, seen, results, NULL), "task:", "NULL");
    REFUSED(fourier_parallel_map(3, double_it, seen, odd, NULL), "results:", "not aligned");
    judge("fourier_parallel_map", "after bad input", seen[0] == -1 && results[0] == 7, "it ran");
    ACCEPTED(fourier_parallel_map(0, double_it, seen, results, NULL));
    ACCEPTED(fourier_parallel_map(0, NULL, NULL, NULL, NULL));
    judge("fourier_parallel_map", "no tasks", seen[0] == -1 && results[0] == 7, "it ran");
    ACCEPTED(fourier_parallel_map(3, double_it, seen, results, NULL));
    judge("fourier_parallel_map", "three tasks",
          seen[0] == 0 && seen[1] == 2 && seen[2] == 4 && results[2] == 0 && results[3] == 7,
          "wrong results");
    ACCEPTED(fourier_parallel_map(3, double_it, seen, NULL, NULL));
}

static int unknown(int status)
{
    return strcmp(fourier_strerror(status), "unknown status") == 0;
}

static void call_texts(void)
{
    int codes = 0;
    for (; !unknown(codes); codes++)
        for (int other = 0; other < codes; other++)
            judge("fourier_strerror", fourier_strerror(codes),
                  strcmp(fourier_strerror(codes), fourier_strerror(other)) != 0, "twice");
    judge("fourier_strerror", "codes", codes > FOURIER_INTERNAL, "a code without a text");
    judge("fourier_strerror", "beyond the codes", unknown(codes + 100) && unknown(INT_MAX),
          "a text for no code");
    judge("fourier_strerror", "INT_MIN", unknown(INT_MIN) && unknown(-100000), "a text");
    static const int errors[] = {EPERM, ENOENT, ENOMEM, EPIPE, ETIMEDOUT};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        judge("fourier_strerror", strerror(errors[i]),
              strstr(fourier_strerror(-errors[i]), strerror(errors[i])) != NULL, "another text");
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", FOURIER_VERSION_MAJOR, FOURIER_VERSION_MINOR,
             FOURIER_VERSION_PATCH);
    judge("fourier_version", version, strcmp(fourier_version(), version) == 0, "differs");
}

static void *other_thread(void *unused)
{
    (void)unused;
    judge("fourier_last_error", "on a new thread", strcmp(fourier_last_error(), "") == 0, "a text");
    fourier_options_set_threads(NULL, 1);
    return NULL;
}

static void call_from_another_thread(void)
{
    pthread_t thread;
    fourier_power(-77, NULL, NULL, 0, 0, 0, NULL, NULL, NULL);
    if (pthread_create(&thread, NULL, other_thread, NULL) != 0 || pthread_join(thread, NULL) != 0)
        exit(3);
    judge("fourier_last_error", "after a failure on another thread",
          strstr(fourier_last_error(), "-77") != NULL, "this thread's text is lost");
}

int main(void)
{
    judge("fourier_last_error", "before any call", strcmp(fourier_last_error(), "") == 0, "a text");
    call_options();
    call_parallel_map();
    call_texts();
    call_from_another_thread();
    return conclude();
}
