/* Median-filters FITS images, many files in parallel, each in a process of its own: a corrupt file
 * that makes cfitsio crash costs that file only.
 *
 *     smooth_fits [-a] [-s SIZE] [-j THREADS] [-o DIRECTORY] FILE...
 *
 * Every file is written, with all its HDUs and header cards, under the same name to DIRECTORY; a
 * compressed one (.gz) uncompressed. Missing pixels (NaN, BLANK) are left out of the windows and
 * stay missing. An image that is compressed in tiles stays so where that loses nothing. Exit code:
 * 0; 1 when a file failed (the others are written all the same); 2 when the command line is wrong.
 * Needs cfitsio. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "smooth_fits/part_file.h"
#include "smooth_fits/workers.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    interrupted = signal_number;
}

static void usage(FILE *stream)
{
    fputs("usage: smooth_fits [-a] [-s SIZE] [-j THREADS] [-o DIRECTORY] FILE...\n"
          "  -s SIZE       side of the window in pixels; 15\n"
          "  -j THREADS    0 = all processors; 0\n"
          "  -o DIRECTORY  where the filtered files go, made where it is missing; smoothed\n"
          "  -a            filter every image of a file, not only the first that has pixels\n",
          stream);
}

/* A whole number of the command line. */
static int number(const char *option, const char *text, int lowest, int highest)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < lowest || value > highest) {
        fprintf(stderr, "smooth_fits: -%s %s: not a number from %d to %d\n", option, text, lowest,
                highest);
        exit(2);
    }
    return (int)value;
}

/* DIRECTORY/NAME, without the ending of a compressed file. */
static char *output_path(const char *directory, const char *input)
{
    const char *name = strrchr(input, '/');
    name = name ? name + 1 : input;
    size_t length = strlen(name);
    const char *endings[] = {".gz", ".Z", ".bz2"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(name + length - ending, endings[i]) == 0) {
            length -= ending;
            break;
        }
    }
    size_t room = strlen(directory) + length + 2;
    char *path = malloc(room);
    if (path)
        snprintf(path, room, "%s/%.*s", directory, (int)length, name);
    return path;
}

static int by_output(const void *a, const void *b)
{
    return strcmp((*(struct job *const *)a)->output, (*(struct job *const *)b)->output);
}

/* Refuses files that would be written to the same place. */
static int refuse_same_names(struct job *jobs, int count)
{
    struct job **sorted = malloc((size_t)count * sizeof *sorted);
    if (!sorted)
        return 1;
    for (int i = 0; i < count; i++)
        sorted[i] = &jobs[i];
    qsort(sorted, (size_t)count, sizeof *sorted, by_output);
    for (int i = 0; i + 1 < count; i++) {
        if (by_output(&sorted[i], &sorted[i + 1]))
            continue;
        for (int both = 0; both < 2; both++) {
            struct job *job = sorted[i + both];
            job->state = FAILED;
            snprintf(job->message, sizeof job->message, "%s would be written to %s as well",
                     sorted[i + 1 - both]->input, job->output);
        }
    }
    free(sorted);
    return 0;
}

static void show_progress(int done, int count)
{
    fprintf(stderr, "\rsmooth_fits: %d of %d files", done, count);
    fflush(stderr);
}

/* Filters all files and tells what failed; returns how many were not written. */
static int smooth_all(struct batch *batch)
{
    if (isatty(STDERR_FILENO))
        batch->progress = show_progress;
    smooth_batch(batch);
    if (batch->progress)
        fprintf(stderr, "\r%*s\r", 60, "");

    int counts[3] = {0};
    for (int i = 0; i < batch->count; i++) {
        const struct job *job = &batch->jobs[i];
        counts[job->state]++;
        if (job->state == FAILED)
            fprintf(stderr, "smooth_fits: %s: %s\n", job->input, job->message);
    }
    if (interrupted)
        fprintf(stderr, "smooth_fits: interrupted: %d of %d files were not written\n",
                counts[WAITING], batch->count);
    return counts[WAITING] + counts[FAILED];
}

/* Those that are ignored stay so: nohup ignores SIGHUP, a shell SIGINT for what runs beside it. */
static void catch_signals(void)
{
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < 3; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

int main(int argc, char **argv)
{
    const char *directory = "smoothed";
    struct batch batch = {.settings = {.size = 15}, .interrupted = &interrupted};
    int option;
    if (argc > 1 && strcmp(argv[1], worker_option) == 0)
        return worker_main(argc - 2, argv + 2);
    batch.program = argv[0];
    while ((option = getopt(argc, argv, "as:j:o:h")) != -1) {
        switch (option) {
        case 'a': batch.settings.all_images = 1; break;
        case 's': batch.settings.size = number("s", optarg, 1, 1000000); break;
        case 'j': batch.settings.threads = number("j", optarg, 0, 1024); break;
        case 'o': directory = optarg; break;
        case 'h': usage(stdout); return 0;
        default: usage(stderr); return 2;
        }
    }
    batch.count = argc - optind;
    if (batch.count < 1) {
        usage(stderr);
        return 2;
    }
    struct stat about;
    if (mkdir(directory, 0777) && errno != EEXIST) {
        fprintf(stderr, "smooth_fits: %s: cannot be made: %s\n", directory, strerror(errno));
        return 1;
    }
    if (stat(directory, &about) || !S_ISDIR(about.st_mode)) {
        fprintf(stderr, "smooth_fits: %s: is not a directory\n", directory);
        return 1;
    }
    batch.jobs = calloc((size_t)batch.count, sizeof *batch.jobs);
    for (int i = 0; batch.jobs && i < batch.count; i++) {
        batch.jobs[i].input = argv[optind + i];
        batch.jobs[i].output = output_path(directory, argv[optind + i]);
        if (!batch.jobs[i].output)
            batch.jobs = NULL;
    }
    if (!batch.jobs || refuse_same_names(batch.jobs, batch.count)) {
        fputs("smooth_fits: no memory\n", stderr);
        return 1;
    }
    clear_abandoned_parts(directory);
    catch_signals();

    int failed = smooth_all(&batch);
    for (int i = 0; i < batch.count; i++)
        free(batch.jobs[i].output);
    free(batch.jobs);
    if (interrupted) {
        signal(interrupted, SIG_DFL);
        raise(interrupted);
    }
    return failed ? 1 : 0;
}
