/* The workers of the library: one pool serves every number of threads, nobody waits for a worker
 * that is busy elsewhere, calls inside tasks share the threads of the call around them, and idle
 * workers use no processor. */

#include "judge.h"
#include "series.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

enum { LARGEST = 256 };

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int threads_of_this_process(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    if (tasks == NULL)
        _exit(70);
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

/* Threads that are ending get a moment for it. */
static int settled_threads(int most)
{
    int count = threads_of_this_process();
    for (int i = 0; i < 500 && count > most; i++) {
        usleep(10000);
        count = threads_of_this_process();
    }
    return count;
}

static int nothing(int64_t index, void *user)
{
    (void)user;
    return index < 0;
}

static void one_pool_serves_every_number_of_threads(void)
{
    char problem[80];
    for (int descending = 0; descending < 2; descending++) {
        for (int i = 2; i <= LARGEST; i++) {
            int threads = descending ? LARGEST + 2 - i : i;
            fourier_options *options = with_threads(threads);
            int status = fourier_parallel_map(threads, nothing, NULL, NULL, options);
            judge("workers", "calls on 2 to 256 threads", status == FOURIER_OK, "a call failed");
            fourier_options_free(options);
        }
        int count = settled_threads(LARGEST);
        snprintf(problem, sizeof problem, "%d threads are left", count);
        judge("workers", "calls on 2 to 256 threads", count <= LARGEST, problem);
    }
    fourier_options *three = with_threads(3);
    judge("workers", "a call on three threads with many workers", same_bits(three), "other bits");
    fourier_options_free(three);
}

static void *host_with_its_number(void *argument)
{
    fourier_options *options = with_threads(*(int *)argument);
    *(int *)argument = 1;
    for (int round = 0; round < 4; round++)
        *(int *)argument &= same_bits(options);
    fourier_options_free(options);
    return NULL;
}

/* --- how many tasks run at the same time --- */

struct crowd {
    atomic_int inside, most;
    int (*inner)(int64_t, void *);
};

static void enter(struct crowd *crowd)
{
    int inside = atomic_fetch_add(&crowd->inside, 1) + 1, most = atomic_load(&crowd->most);
    while (inside > most && !atomic_compare_exchange_weak(&crowd->most, &most, inside))
        ;
    usleep(2000);
    atomic_fetch_sub(&crowd->inside, 1);
}

static int entering_task(int64_t index, void *user)
{
    (void)index;
    enter(user);
    return 0;
}

/* A task with a map of its own, which asks for more threads than the map around it has. */
static int mapping_task(int64_t index, void *user)
{
    (void)index;
    fourier_options *sixteen = with_threads(16);
    int status = fourier_parallel_map(8, entering_task, user, NULL, sixteen);
    fourier_options_free(sixteen);
    return status;
}

static void a_call_uses_as_many_threads_as_it_was_given(void)
{
    char problem[80];
    for (int threads = 1; threads <= 4; threads++) {
        struct crowd crowd = {0};
        fourier_options *options = with_threads(threads);
        fourier_parallel_map(40, entering_task, &crowd, NULL, options);
        int most = atomic_load(&crowd.most);
        snprintf(problem, sizeof problem, "%d at once on %d threads", most, threads);
        judge("workers", "tasks at the same time", most <= threads, problem);
        fourier_options_free(options);
    }
}

static void calls_inside_tasks_share_the_threads_around_them(void)
{
    static const int64_t tasks[] = {1, 2, 9};
    char problem[80];
    for (int threads = 1; threads <= 4; threads++)
        for (int i = 0; i < 3; i++) {
            struct crowd crowd = {0};
            fourier_options *options = with_threads(threads);
            int status = fourier_parallel_map(tasks[i], mapping_task, &crowd, NULL, options);
            int most = atomic_load(&crowd.most);
            snprintf(problem, sizeof problem, "%d at once, %d tasks on %d threads", most,
                     (int)tasks[i], threads);
            judge("workers", "calls inside tasks", status == FOURIER_OK, "a task failed");
            judge("workers", "calls inside tasks", most <= threads, problem);
            judge("workers", "calls inside tasks", threads == 1 || tasks[i] > 1 || most > 1,
                  "free threads were not used");
            fourier_options_free(options);
        }
}

/* --- workers that are busy elsewhere --- */

static atomic_int stop, waiting;

static int waiting_task(int64_t index, void *user)
{
    (void)index;
    (void)user;
    atomic_fetch_add(&waiting, 1);
    for (int i = 0; i < 60000 && !atomic_load(&stop); i++)
        usleep(1000);
    return 0;
}

static void *host_that_keeps_workers_busy(void *user)
{
    fourier_options *options = with_threads(LARGEST);
    fourier_parallel_map(LARGEST, waiting_task, user, NULL, options);
    fourier_options_free(options);
    return NULL;
}

static void no_call_waits_for_workers_busy_elsewhere(void)
{
    pthread_t host;
    char problem[80];
    fourier_options *three = with_threads(3);
    if (pthread_create(&host, NULL, host_that_keeps_workers_busy, NULL) != 0)
        _exit(72);
    while (atomic_load(&waiting) < LARGEST)
        usleep(1000);
    double begin = now(CLOCK_MONOTONIC);
    for (int round = 0; round < 20; round++)
        judge("workers", "all busy elsewhere", same_bits(three), "other bits");
    double seconds = now(CLOCK_MONOTONIC) - begin;
    snprintf(problem, sizeof problem, "40 calls took %.1f s", seconds);
    judge("workers", "all busy elsewhere", seconds < 10, problem);
    atomic_store(&stop, 1);
    pthread_join(host, NULL);
    fourier_options_free(three);
}

static void idle_workers_use_no_processor(void)
{
    char problem[80];
    fourier_options *many = with_threads(LARGEST);
    same_bits(many);
    usleep(200000);
    double begin = now(CLOCK_PROCESS_CPUTIME_ID);
    usleep(500000);
    double used = now(CLOCK_PROCESS_CPUTIME_ID) - begin;
    snprintf(problem, sizeof problem, "%.1f ms of processor time in 500 ms", 1e3 * used);
    judge("workers", "idle", used < 0.005, problem);
    fourier_options_free(many);
}

static void hosts_at_once(void)
{
    enum { HOSTS = 8 };
    pthread_t hosts[HOSTS];
    int arguments[HOSTS];
    char problem[80];
    for (int i = 0; i < HOSTS; i++) {
        arguments[i] = 2 + 5 * i;
        if (pthread_create(&hosts[i], NULL, host_with_its_number, &arguments[i]) != 0)
            _exit(72);
    }
    for (int i = 0; i < HOSTS; i++) {
        pthread_join(hosts[i], NULL);
        judge("workers", "many numbers at once", arguments[i], "other bits");
    }
    int count = settled_threads(2 + 5 * (HOSTS - 1));
    snprintf(problem, sizeof problem, "%d threads are left", count);
    judge("workers", "many numbers at once", count <= 2 + 5 * (HOSTS - 1), problem);
}

/* --- threads that the system refuses --- */

/* The rest of this process may not start threads, or only a few more. root is not limited, so it
 * becomes somebody else for good. */
static void threads_are_refused(int few_more)
{
    if (getuid() == 0 && (setgid(54321) != 0 || setuid(54321) != 0))
        _exit(73);
    struct rlimit limit = {(rlim_t)(1 + few_more), (rlim_t)(1 + few_more)};
    if (setrlimit(RLIMIT_NPROC, &limit) != 0)
        _exit(74);
    make_expected();
    fourier_options *eight = with_threads(8);
    for (int round = 0; round < 20; round++)
        judge("workers", "refused threads", same_bits(eight), "other bits");
    struct crowd crowd = {0};
    judge("workers", "refused threads",
          fourier_parallel_map(20, entering_task, &crowd, NULL, eight) == FOURIER_OK, "a map failed");
    char problem[80];
    snprintf(problem, sizeof problem, "%d tasks at once with %d workers allowed",
             atomic_load(&crowd.most), few_more);
    judge("workers", "refused threads", atomic_load(&crowd.most) <= 1 + few_more, problem);
    judge("workers", "refused threads", few_more == 0 || atomic_load(&crowd.most) > 1, problem);
    fourier_options_free(eight);
}

int main(int argc, char **argv)
{
    alarm(300);
    if (argc > 1) {
        threads_are_refused(atoi(argv[1]));
        return conclude();
    }
    make_expected();
    hosts_at_once();
    one_pool_serves_every_number_of_threads();
    a_call_uses_as_many_threads_as_it_was_given();
    calls_inside_tasks_share_the_threads_around_them();
    no_call_waits_for_workers_busy_elsewhere();
    idle_workers_use_no_processor();
    return conclude();
}
