/* Copies of a process made by fork() compute the same bits and never hang: a watchdog ends those
 * that do. */

#include "judge.h"
#include "series.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { PATIENCE = 60 }; /* seconds */

static int task(int64_t index, void *user)
{
    (void)user;
    return index == 2 && !same_bits(NULL) ? 1 : 0;
}

/* Two tasks that wait for each other: they end well only when both run at the same time, so the
 * child has workers of its own. */
static int meeting_task(int64_t index, void *user)
{
    atomic_int *met = user;
    (void)index;
    atomic_fetch_add(met, 1);
    for (int i = 0; i < 20000 && atomic_load(met) < 2; i++)
        usleep(1000);
    return atomic_load(met) < 2;
}

/* A child that hangs is ended, also one forked on a worker, where signals are blocked. */
static void set_watchdog(void)
{
    sigset_t alarm_signal;
    sigemptyset(&alarm_signal);
    sigaddset(&alarm_signal, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarm_signal, NULL);
    alarm(PATIENCE);
}

/* All that a child tries: the power, a map with a call in it, workers, a child of its own. */
static int child_works(int generations)
{
    fourier_options *four = with_threads(4);
    atomic_int met = 0;
    int good = same_bits(four) && same_bits(NULL) &&
               fourier_parallel_map(5, task, NULL, NULL, four) == FOURIER_OK &&
               fourier_parallel_map(2, meeting_task, &met, NULL, four) == FOURIER_OK;
    fourier_options_free(four);
    /* Errors work there too. */
    good = good && fourier_options_set_threads(NULL, 1) == FOURIER_INVALID_ARGUMENT &&
           strstr(fourier_last_error(), "options") != NULL;
    if (good && generations > 1) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            set_watchdog();
            _exit(child_works(generations - 1) ? 0 : 1);
        }
        good = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    }
    return good;
}

/* Forks and returns the child's wait status: 0 = it worked. */
static int forked(int generations)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        set_watchdog();
        _exit(child_works(generations) ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return status;
}

static void tell(const char *what, int status)
{
    char problem[80];
    snprintf(problem, sizeof problem, "the child ended with wait status %d", status);
    judge("fork", what, status == 0, problem);
}

static void before_and_after_use(void)
{
    /* Nothing of the library has run but one thread's computation. */
    tell("before any pool", forked(1));
    fourier_options *three = with_threads(3);
    judge("fork", "in the parent", same_bits(three), "wrong result");
    tell("after use", forked(3));
    judge("fork", "in the parent afterwards", same_bits(three), "wrong result");
    fourier_options_free(three);
}

static atomic_int stop, calls;

static void *caller(void *threads)
{
    fourier_options *options = with_threads(*(int *)threads);
    int good = 1;
    while (!atomic_load(&stop)) {
        good &= same_bits(options);
        atomic_fetch_add(&calls, 1);
    }
    fourier_options_free(options);
    return good ? threads : NULL;
}

static void in_the_middle_of_calls(void)
{
    pthread_t threads[3];
    int numbers[3] = {2, 3, 1};
    void *good;
    atomic_store(&stop, 0);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, caller, &numbers[i]) != 0)
            _exit(72);
    while (atomic_load(&calls) < 3)
        usleep(1000);
    for (int round = 0; round < 25; round++) {
        usleep(500 * (useconds_t)round);
        tell("in the middle of calls on other threads", forked(1));
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &good);
        judge("fork", "calls going on meanwhile", good != NULL, "wrong result");
    }
}

static int forking_task(int64_t index, void *user)
{
    (void)user;
    return index % 3 == 0 ? forked(1) : same_bits(NULL) ? 0 : 1;
}

static void inside_a_task(void)
{
    int results[10];
    fourier_options *options = with_threads(3);
    int status = fourier_parallel_map(10, forking_task, NULL, results, options);
    judge("fork", "inside tasks", status == FOURIER_OK, "a task failed");
    for (int i = 0; i < 10; i++)
        tell("inside a task", results[i]);
    fourier_options_free(options);
}

static int forking_progress(double fraction, void *user)
{
    int *status = user;
    if (*status == 0)
        *status = forked(1);
    (void)fraction;
    return 0;
}

static void inside_progress(void)
{
    int status = 0;
    fourier_options *options = with_threads(2);
    fourier_options_set_progress(options, forking_progress, &status);
    judge("fork", "call with a forking progress function", same_bits(options), "wrong result");
    tell("inside a progress function", status);
    fourier_options_free(options);
}

int main(void)
{
    alarm(4 * PATIENCE);
    make_expected();
    before_and_after_use();
    in_the_middle_of_calls();
    inside_a_task();
    inside_progress();
    return conclude();
}
