/* Median-filters FITS images, many files in parallel.
 *
 *     smooth_fits [-a] [-s SIZE] [-j THREADS] [-o DIRECTORY] FILE...
 *
 * Every file is written, with all its HDUs and header cards, under the same name to DIRECTORY; a
 * compressed one (.gz) uncompressed. Missing pixels (NaN, BLANK) are left out of the windows and
 * stay missing. Exit code: 0; 1 when a file failed (the others are written all the same); 2 when
 * the command line is wrong. Needs cfitsio. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fitsio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fourier.h"
#include "smooth_fits/smooth_file.h"

/* One file. */
struct job {
    const char *input;
    char *output;
    enum { WAITING, WRITTEN, FAILED } state;
    char message[MESSAGE_LENGTH]; /* when it failed */
};

struct run {
    struct settings settings;
    struct job *jobs;
    int count;
    int on_terminal;
};

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

static int smooth(int64_t index, void *user)
{
    struct run *run = user;
    struct job *job = &run->jobs[index];
    if (job->state == FAILED || interrupted)
        return 0;
    if (smooth_file(job->input, job->output, &run->settings, job->message) == 0)
        job->state = WRITTEN;
    else if (!interrupted)
        job->state = FAILED;
    return 0;
}

static int report(double fraction, void *user)
{
    struct run *run = user;
    if (run->on_terminal) {
        fprintf(stderr, "\rsmooth_fits: %d of %d files", (int)(fraction * run->count + 0.5),
                run->count);
        fflush(stderr);
    }
    return interrupted != 0;
}

/* Filters all files and tells what failed; returns how many were not written. */
static int smooth_all(struct run *run)
{
    fourier_options *options = fourier_options_new();
    fourier_options_set_threads(options, run->settings.threads);
    fourier_options_set_progress(options, report, run);
    int status = fourier_parallel_map(run->count, smooth, run, NULL, options);
    fourier_options_free(options);
    if (run->on_terminal)
        fprintf(stderr, "\r%*s\r", 60, "");
    if (status && status != FOURIER_CANCELLED)
        fprintf(stderr, "smooth_fits: %s\n", fourier_last_error());

    int counts[3] = {0};
    for (int i = 0; i < run->count; i++) {
        const struct job *job = &run->jobs[i];
        counts[job->state]++;
        if (job->state == FAILED)
            fprintf(stderr, "smooth_fits: %s: %s\n", job->input, job->message);
    }
    if (interrupted)
        fprintf(stderr, "smooth_fits: interrupted: %d of %d files were not written\n",
                counts[WAITING], run->count);
    return counts[WAITING] + counts[FAILED];
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    /* A file beyond the limit is an error of the write, not the end of the program. */
    signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv)
{
    const char *directory = "smoothed";
    struct run run = {.settings = {.size = 15, .interrupted = &interrupted}};
    int option;
    while ((option = getopt(argc, argv, "as:j:o:h")) != -1) {
        switch (option) {
        case 'a': run.settings.all_images = 1; break;
        case 's': run.settings.size = number("s", optarg, 1, 1000000); break;
        case 'j': run.settings.threads = number("j", optarg, 0, 1024); break;
        case 'o': directory = optarg; break;
        case 'h': usage(stdout); return 0;
        default: usage(stderr); return 2;
        }
    }
    run.count = argc - optind;
    if (run.count < 1) {
        usage(stderr);
        return 2;
    }
    struct stat about;
    if (mkdir(directory, 0777) && errno != EEXIST) {
        fprintf(stderr, "smooth_fits: %s: cannot be made: %s\n", directory, strerror(errno));
        return 1;
    }
    if (stat(directory, &about) || !S_ISDIR(about.st_mode)) {
        fprintf(stderr, "smooth_fits: %s: is no directory\n", directory);
        return 1;
    }
    run.jobs = calloc((size_t)run.count, sizeof *run.jobs);
    for (int i = 0; run.jobs && i < run.count; i++) {
        run.jobs[i].input = argv[optind + i];
        run.jobs[i].output = output_path(directory, argv[optind + i]);
        if (!run.jobs[i].output)
            run.jobs = NULL;
    }
    if (!run.jobs || refuse_same_names(run.jobs, run.count)) {
        fputs("smooth_fits: no memory\n", stderr);
        return 1;
    }
    run.on_terminal = isatty(STDERR_FILENO);
    /* cfitsio sets itself up in one thread, and stays in one unless it was built for more. */
    fits_init_cfitsio();
    if (!fits_is_reentrant())
        run.settings.threads = 1;
    catch_signals();

    int failed = smooth_all(&run);
    for (int i = 0; i < run.count; i++)
        free(run.jobs[i].output);
    free(run.jobs);
    if (interrupted) {
        signal(interrupted, SIG_DFL);
        raise(interrupted);
    }
    return failed ? 1 : 0;
}
