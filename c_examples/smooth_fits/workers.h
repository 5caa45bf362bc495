/* Files filtered by worker processes, for smooth_fits: a file that makes cfitsio crash costs that
 * file only. */
#ifndef WORKERS_H
#define WORKERS_H

#include <signal.h>

#include "smooth_file.h"

/* One file. */
struct job {
    const char *input;
    char *output;
    enum { WAITING, WRITTEN, FAILED } state;
    char message[MESSAGE_LENGTH]; /* when it failed */
};

/* All files. */
struct batch {
    struct settings settings;
    struct job *jobs;
    int count;
    const char *program;                      /* argv[0] */
    const volatile sig_atomic_t *interrupted; /* becomes non-zero when the program is to stop */
    void (*progress)(int done, int count);    /* is told how many files are done; or NULL */
};

/* Filters all files that are WAITING, as many at once as settings.threads. Returns when all are done
 * or the program is to stop; no process and no partial file is left. */
void smooth_batch(struct batch *batch);

/* What a worker does instead of main: `arguments` are those after the program's name. */
extern const char worker_option[];
int worker_main(int count, char **arguments);

#endif
