/* The same bits for any number of threads, from any number of host threads; how the number of
 * threads is found.
 *
 * usage: threads            the checks
 *        threads number     prints the default number of threads
 *        threads affinity   the same, on one processor */

#include "judge.h"
#include "series.h"

#include <pthread.h>
#include <sched.h>

static void same_bits_for_any_number(void)
{
    static const int numbers[] = {1, 2, 3, 8, 0};
    static const fourier_method methods[] = {FOURIER_METHOD_AUTO, FOURIER_METHOD_DIRECT};
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            char what[80];
            fourier_options *options = with_threads(numbers[i]);
            fourier_options_set_method(options, methods[m]);
            if (i == 0) {
                /* One thread with this method is what the others must give. */
                fourier_power(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, expected_freq,
                              expected_power, options);
                fourier_transform(SAMPLES, series_t, series_x, FIRST, STEP, FREQUENCIES, NULL,
                                  expected_transform, options);
            }
            snprintf(what, sizeof what, "%d threads, method %d", numbers[i], (int)methods[m]);
            judge("bits", what, same_bits(options), "differ from those of one thread");
            fourier_options_free(options);
        }
    make_expected();
    for (int threads = 0; threads <= 5; threads++) {
        fourier_set_num_threads(threads);
        judge("bits", "fourier_set_num_threads", same_bits(NULL), "differ from those of one thread");
    }
    fourier_set_num_threads(0);
}

static void *host_thread(void *argument)
{
    int number = *(int *)argument;
    fourier_options *options = with_threads(number);
    int good = 1;
    for (int round = 0; round < 8; round++)
        good &= same_bits(round % 2 == 0 ? options : NULL);
    fourier_options_free(options);
    *(int *)argument = good;
    return NULL;
}

static void many_host_threads(void)
{
    enum { HOSTS = 12 };
    pthread_t threads[HOSTS];
    int arguments[HOSTS];
    for (int i = 0; i < HOSTS; i++) {
        arguments[i] = i % 5; /* 0 = the default */
        if (pthread_create(&threads[i], NULL, host_thread, &arguments[i]) != 0)
            _exit(72);
    }
    for (int i = 0; i < HOSTS; i++) {
        pthread_join(threads[i], NULL);
        judge("host threads", "calls at once", arguments[i], "wrong result");
    }
}

/* One options handle in many calls at once. */
static fourier_options *shared_options;

static void *host_with_shared_options(void *argument)
{
    *(int *)argument = same_bits(shared_options);
    return NULL;
}

static void shared_handle(void)
{
    pthread_t threads[4];
    int good[4];
    shared_options = with_threads(3);
    for (int i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, host_with_shared_options, &good[i]) != 0)
            _exit(72);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        judge("host threads", "one handle for all", good[i], "wrong result");
    }
    fourier_options_free(shared_options);
}

/* Leaves this process only one of its processors. */
static void use_one_processor(void)
{
    cpu_set_t all, one;
    int processor = 0;
    if (sched_getaffinity(0, sizeof all, &all) != 0)
        _exit(73);
    while (!CPU_ISSET(processor, &all))
        processor++;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        _exit(73);
}

int main(int argc, char **argv)
{
    alarm(300);
    if (argc > 1) {
        if (strcmp(argv[1], "affinity") == 0)
            use_one_processor();
        printf("%d\n", fourier_get_num_threads());
        return 0;
    }
    make_expected();
    same_bits_for_any_number();
    many_host_threads();
    shared_handle();
    return conclude();
}
