/* Progress and cancellation of calls, and the parallel map: each task once, whatever the others
 * return, with library calls inside. */

#include "judge.h"
#include "series.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* --- progress --- */

struct watch {
    pthread_t caller;
    double last, cancel_at, cancelled_at;
    int reports, wrong;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int watch_progress(double fraction, void *user)
{
    struct watch *watch = user;
    watch->wrong += !pthread_equal(watch->caller, pthread_self());
    watch->wrong += !(fraction >= watch->last && fraction <= 1);
    watch->wrong += watch->reports == 0 && fraction != 0;
    watch->last = fraction;
    watch->reports++;
    if (fraction < watch->cancel_at)
        return 0;
    watch->wrong += watch->cancelled_at != 0; /* called again after it cancelled */
    watch->cancelled_at = now();
    return 1;
}

static struct watch new_watch(double cancel_at)
{
    struct watch watch = {pthread_self(), 0, cancel_at, 0, 0, 0};
    return watch;
}

static void progress_is_told_and_changes_nothing(void)
{
    for (int threads = 1; threads <= 3; threads++) {
        fourier_options *options = with_threads(threads);
        struct watch watch = new_watch(2);
        fourier_options_set_progress(options, watch_progress, &watch);
        double power[FREQUENCIES];
        int status = fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL,
                                   power, options);
        judge("progress", "a whole call", status == FOURIER_OK, "it failed");
        judge("progress", "a whole call", watch.wrong == 0 && watch.reports >= 2, "wrong reports");
        judge("progress", "a whole call", watch.last == 1, "the end was not told");
        judge("progress", "a whole call", memcmp(power, expected_power, sizeof power) == 0,
              "other bits");
        fourier_options_free(options);
    }
}

static void cancelled_at_the_start_touches_nothing(void)
{
    struct watch watch = new_watch(0);
    fourier_options *options = with_threads(2);
    double freq[FREQUENCIES] = {-5}, power[FREQUENCIES] = {-7}, fr[2] = {0, 0};
    fourier_options_set_progress(options, watch_progress, &watch);
    int status = fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, freq, power,
                               options);
    judge("cancel", "at the start", status == FOURIER_CANCELLED, "another status");
    judge("cancel", "at the start", strstr(fourier_last_error(), "cancelled") != NULL, "the text");
    judge("cancel", "at the start", watch.reports == 1 && watch.wrong == 0, "wrong reports");
    judge("cancel", "at the start", freq[0] == -5 && power[0] == -7, "outputs were touched");
    /* The legacy routines take no options and are never cancelled. */
    judge("cancel", "legacy", fourier(1, series_t, series_x, 0, 1, 1, 2, fr) == fr, "it failed");
    fourier_options_free(options);
}

/* A call long enough to be cancelled on its way. */
static void cancelled_in_the_middle(void)
{
    for (int threads = 1; threads <= 3; threads++) {
        int status = FOURIER_OK;
        struct watch watch = new_watch(0.01);
        fourier_options *options = with_threads(threads);
        fourier_options_set_progress(options, watch_progress, &watch);
        fourier_options_set_method(options, FOURIER_METHOD_DIRECT);
        for (int64_t nf = 100000; nf <= 100000000 && status == FOURIER_OK; nf *= 10) {
            double *power = malloc((size_t)nf * sizeof *power);
            if (power == NULL)
                _exit(70);
            watch = new_watch(0.01);
            status = fourier_power(SAMPLES, series_t, series_x, FIRST, STEP * 1e-3, nf, NULL, power,
                                   options);
            if (watch.last == 1) /* too short a call: only its end was told */
                status = FOURIER_OK;
            double delay = now() - watch.cancelled_at;
            judge("cancel", "in the middle", status == FOURIER_OK || delay < 5, "it took seconds");
            free(power);
        }
        judge("cancel", "in the middle", status == FOURIER_CANCELLED, "another status");
        judge("cancel", "in the middle", watch.wrong == 0, "wrong reports");
        fourier_options_set_progress(options, NULL, NULL);
        fourier_options_set_method(options, FOURIER_METHOD_AUTO);
        judge("cancel", "the call after it", same_bits(options), "wrong result");
        fourier_options_free(options);
    }
}

/* --- the parallel map --- */

enum { TASKS = 500 };

struct tasks {
    atomic_int runs[TASKS];
    atomic_int together, met;
};

static int plain_task(int64_t index, void *user)
{
    struct tasks *tasks = user;
    atomic_fetch_add(&tasks->runs[index], 1);
    return (int)(index % 7 == 3 ? -index : 0);
}

static void every_task_runs_once(void)
{
    for (int threads = 0; threads <= 4; threads++) {
        static struct tasks tasks;
        int results[TASKS], right = 1, failures = 0;
        char text[120];
        fourier_options *options = with_threads(threads);
        memset(&tasks, 0, sizeof tasks);
        int status = fourier_parallel_map(TASKS, plain_task, &tasks, results, options);
        judge("map", "failing tasks", status == FOURIER_TASK_FAILED, "another status");
        for (int i = 0; i < TASKS; i++) {
            right &= atomic_load(&tasks.runs[i]) == 1 && results[i] == (i % 7 == 3 ? -i : 0);
            failures += i % 7 == 3;
        }
        judge("map", "failing tasks", right, "tasks or results are lost");
        snprintf(text, sizeof text,
                 "%d of %d tasks failed; the first was task 3, which returned -3", failures, TASKS);
        judge("map", "failing tasks", strcmp(fourier_last_error(), text) == 0, text);
        fourier_options_free(options);
    }
}

/* Two tasks that wait for each other: they end only when both run at the same time. */
static int meeting_task(int64_t index, void *user)
{
    struct tasks *tasks = user;
    (void)index;
    atomic_fetch_add(&tasks->met, 1);
    for (int i = 0; i < 30000 && atomic_load(&tasks->met) < 2; i++)
        usleep(1000);
    return atomic_load(&tasks->met) < 2;
}

static void tasks_run_at_the_same_time(void)
{
    static struct tasks tasks;
    fourier_options *two = with_threads(2);
    judge("map", "two tasks that meet",
          fourier_parallel_map(2, meeting_task, &tasks, NULL, two) == FOURIER_OK,
          "they did not run at the same time");
    fourier_options_free(two);
}

static int inner_task(int64_t index, void *user)
{
    (void)user;
    return index == 3 && !same_bits(NULL);
}

static int nesting_task(int64_t index, void *user)
{
    if (index % 2 == 0)
        return !same_bits(user);
    return fourier_parallel_map(6, inner_task, NULL, NULL, user);
}

static void calls_inside_tasks(void)
{
    for (int threads = 1; threads <= 4; threads++) {
        int results[12];
        fourier_options *options = with_threads(threads);
        int status = fourier_parallel_map(12, nesting_task, options, results, options);
        judge("map", "library calls inside tasks", status == FOURIER_OK, "a task failed");
        fourier_options_free(options);
    }
}

static int count_task(int64_t index, void *user)
{
    (void)index;
    atomic_fetch_add((atomic_int *)user, 1);
    usleep(200);
    return 5;
}

static void a_cancelled_map_leaves_the_rest_out(void)
{
    static const double moments[] = {0, 0.05};
    for (int i = 0; i < 2; i++) {
        atomic_int runs = 0;
        static int results[2000];
        int ran = 0;
        struct watch watch = new_watch(moments[i]);
        fourier_options *options = with_threads(2);
        fourier_options_set_progress(options, watch_progress, &watch);
        memset(results, -1, sizeof results);
        int status = fourier_parallel_map(2000, count_task, &runs, results, options);
        for (int k = 0; k < 2000; k++)
            ran += results[k] == 5;
        judge("map", "cancelled", status == FOURIER_CANCELLED, "another status");
        judge("map", "cancelled", watch.wrong == 0, "wrong reports");
        judge("map", "cancelled", i == 0 ? runs == 0 : runs > 0 && runs < 2000, "tasks that ran");
        judge("map", "cancelled", ran == runs, "results of tasks that ran");
        fourier_options_free(options);
    }
}

static void *mapping_host(void *good)
{
    static struct tasks tasks[4];
    static atomic_int next;
    struct tasks *mine = &tasks[atomic_fetch_add(&next, 1)];
    int status = fourier_parallel_map(TASKS, plain_task, mine, NULL, NULL);
    *(int *)good = status == FOURIER_TASK_FAILED;
    for (int i = 0; i < TASKS; i++)
        *(int *)good &= atomic_load(&mine->runs[i]) == 1;
    return NULL;
}

static void maps_at_once(void)
{
    pthread_t threads[4];
    int good[4];
    for (int i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, mapping_host, &good[i]) != 0)
            _exit(72);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        judge("map", "from four host threads", good[i], "tasks are lost");
    }
}

int main(void)
{
    alarm(300);
    make_expected();
    progress_is_told_and_changes_nothing();
    cancelled_at_the_start_touches_nothing();
    cancelled_in_the_middle();
    every_task_runs_once();
    tasks_run_at_the_same_time();
    calls_inside_tasks();
    a_cancelled_map_leaves_the_rest_out();
    maps_at_once();
    return conclude();
}
