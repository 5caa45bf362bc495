/* Prints how many threads a call would use: before a parallel region of OpenMP, inside one (the least
 * and the most that any of its threads is told), after it, inside one when two threads were asked
 * for. Then how many threads the process has at most while every thread of a region computes. */
#include <dirent.h>
#include <fourier.h>
#include <omp.h>
#include <stdio.h>

enum { SAMPLES = 500, FREQUENCIES = 20000 };

static int threads_of_process(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = -2; /* . and .. */
    while (tasks && readdir(tasks))
        count++;
    closedir(tasks);
    return count;
}

static void inside(int *least, int *most)
{
    int low = 1 << 20, high = 0;
#pragma omp parallel num_threads(3) reduction(min : low) reduction(max : high)
    {
        low = high = fourier_get_num_threads();
    }
    *least = low;
    *most = high;
}

int main(void)
{
    int least, most;
    printf("before %d\n", fourier_get_num_threads());
    inside(&least, &most);
    printf("inside %d to %d\n", least, most);
    printf("after %d\n", fourier_get_num_threads());
    fourier_set_num_threads(2);
    inside(&least, &most);
    printf("asked %d to %d\n", least, most);
    fourier_set_num_threads(0);

    static double t[SAMPLES], x[SAMPLES], power[3][FREQUENCIES];
    for (int i = 0; i < SAMPLES; i++) {
        t[i] = i + 0.3 * (i % 7);
        x[i] = i % 11 - 5;
    }
    int failed = 0;
#pragma omp parallel num_threads(3) reduction(+ : failed)
    for (int i = 0; i < 5; i++)
        failed += fourier_power(SAMPLES, t, x, 0, 1e-5, FREQUENCIES, NULL,
                                power[omp_get_thread_num()], NULL) != FOURIER_OK;
    printf("failed %d, threads %d\n", failed, threads_of_process());
    return 0;
}
