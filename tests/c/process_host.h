/* What the programs that keep one promise of process control each have in common: see
 * process_hosts.c and process_signals.c. */
#ifndef PROCESS_HOST_H
#define PROCESS_HOST_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fourier.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* stderr may be closed: messages go to a copy of it. */
static int messages = 2;

#define MUST(condition)                                                                          \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            dprintf(messages, "%s:%d: not true: %s; last error: %s\n", __FILE__, __LINE__,       \
                    #condition, fourier_last_error());                                           \
            _exit(1);                                                                            \
        }                                                                                        \
    } while (0)

static inline double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static inline fourier_process *start_with(const char *script, const fourier_process_options *options)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    fourier_process *process = NULL;
    MUST(fourier_process_start(argv, options, &process) == FOURIER_OK);
    MUST(process != NULL);
    return process;
}

static inline fourier_process *start(const char *script)
{
    return start_with(script, NULL);
}

static inline const char *line_of(fourier_process *process)
{
    static char line[4096];
    MUST(fourier_process_read_line(process, FOURIER_STDOUT, line, sizeof line, NULL, 20.0) == 0);
    return line;
}

static inline int code_of(fourier_process *process)
{
    int code = 12345;
    MUST(fourier_process_wait(process, 20.0, &code) == FOURIER_OK);
    return code;
}

static inline int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    MUST(folder != NULL);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static inline int no_children(void)
{
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
}

/* So many short programs; a third of them are freed without a wait. */
static inline void start_many(int count)
{
    for (int i = 0; i < count; i++) {
        const char *argv[] = {"/bin/true", NULL}, *missing[] = {"/nonexistent", NULL};
        fourier_process *process;
        MUST(fourier_process_start(argv, NULL, &process) == FOURIER_OK);
        if (i % 3 != 0)
            MUST(code_of(process) == 0);
        fourier_process_free(process);
        if (i % 10 == 0)
            MUST(fourier_process_start(missing, NULL, &process) == -ENOENT);
    }
}

/* Runs the mode that the command line names. */
struct mode {
    const char *name;
    void (*run)(void);
};

static inline int run_mode(int argc, char **argv, const struct mode *modes, size_t count)
{
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(argv[1], modes[i].name) == 0) {
            modes[i].run();
            return 0;
        }
    return 2;
}

#endif
