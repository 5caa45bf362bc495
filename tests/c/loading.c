/* Nothing starts when the library is loaded; workers take no signals; unloading is safe.
 *
 * usage: loading LIBRARY
 *
 * Prints what is wrong, and nothing else. Not linked with the library. */

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int problems;

static void check(int good, const char *promise)
{
    if (!good) {
        printf("not kept: %s\n", promise);
        problems++;
    }
}

/* Number of threads of this process; those called fourier-* in `workers`, and how many of them
 * block SIGINT, SIGTERM, SIGUSR1 and SIGALRM. */
static int count_threads(int *workers, int *blocking)
{
    int all = 0;
    struct dirent *entry;
    DIR *folder = opendir("/proc/self/task");
    if (folder == NULL)
        exit(70);
    *workers = *blocking = 0;
    while ((entry = readdir(folder)) != NULL) {
        char path[300], line[256];
        unsigned long long blocked = 0, wanted = 0;
        const int signals[] = {SIGINT, SIGTERM, SIGUSR1, SIGALRM};
        int ours = 0;
        if (entry->d_name[0] == '.')
            continue;
        all++;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        FILE *file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            ours |= strncmp(line, "Name:\tfourier-", 14) == 0;
            sscanf(line, "SigBlk: %llx", &blocked);
        }
        if (file != NULL)
            fclose(file);
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
            wanted |= 1ULL << (signals[i] - 1);
        *workers += ours;
        *blocking += ours && (blocked & wanted) == wanted;
    }
    closedir(folder);
    return all;
}

typedef struct fourier_options fourier_options;
typedef int power_function(int64_t, const double *, const double *, double, double, int64_t,
                           double *, double *, const fourier_options *);

enum { N = 4000, NF = 4000 };
static double t[N], x[N], power[NF];

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (found == NULL) {
        printf("%s\n", dlerror());
        exit(71);
    }
    return found;
}

static void compute(void *library, int threads)
{
    fourier_options *(*new)(void);
    int (*set_threads)(fourier_options *, int);
    void (*free_options)(fourier_options *);
    power_function *compute_power;
    *(void **)&new = symbol(library, "fourier_options_new");
    *(void **)&set_threads = symbol(library, "fourier_options_set_threads");
    *(void **)&free_options = symbol(library, "fourier_options_free");
    *(void **)&compute_power = symbol(library, "fourier_power");
    fourier_options *options = new();
    set_threads(options, threads);
    check(compute_power(N, t, x, 0.1, 0.001, NF, NULL, power, options) == 0, "a call succeeds");
    free_options(options);
}

static void *load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        printf("%s\n", dlerror());
        exit(71);
    }
    return library;
}

static void *on_a_thread(void *path)
{
    void *library = load(path);
    compute(library, 3);
    dlclose(library);
    return NULL;
}

int main(int argc, char **argv)
{
    int workers, blocking;
    if (argc != 2)
        return 2;
    alarm(120);
    for (int i = 0; i < N; i++) {
        t[i] = 0.01 * i * i;
        x[i] = i % 7;
    }
    void *library = load(argv[1]);
    check(count_threads(&workers, &blocking) == 1, "loading starts no thread");
    int (*number)(void);
    *(void **)&number = symbol(library, "fourier_get_num_threads");
    number();
    compute(library, 1);
    check(count_threads(&workers, &blocking) == 1, "one thread means the calling thread");

    compute(library, 4);
    /* A worker names itself when it first runs, which may be after the call. */
    for (int i = 0; i < 200 && (count_threads(&workers, &blocking), workers < 3); i++)
        usleep(10000);
    check(count_threads(&workers, &blocking) == 4 && workers == 3, "four threads are three workers");
    check(blocking == 3, "workers block signals");
    compute(library, 4);
    check(count_threads(&workers, &blocking) == 4, "workers are kept for the next call");

    /* A signal that the only host thread blocks stays pending: no worker takes it. */
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR1);
    compute(library, 4);
    sigpending(&pending);
    check(sigismember(&pending, SIGUSR1), "signals are left to the host");
    signal(SIGUSR1, SIG_IGN);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);

    /* Unloaded with its workers alive, loaded again, used by a thread that ends. */
    dlclose(library);
    usleep(20000);
    for (int round = 0; round < 3; round++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, on_a_thread, argv[1]) != 0)
            return 72;
        pthread_join(thread, NULL);
    }
    library = load(argv[1]);
    compute(library, 2);
    dlclose(library);
    return problems != 0;
}
