/* The program starts itself as its workers. A worker is told one file after the other on its
 * standard input, as three texts ended by NUL (number of threads, input, output), and answers each
 * in a line: + when the file is written, - and the reason when it is not. */
#define _POSIX_C_SOURCE 200809L

#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "part_file.h"

const char worker_option[] = "--worker";

/* --- a worker -------------------------------------------------------------------------------- */

static pid_t parent;

/* Nobody waits for the result when the program that started the worker was killed. */
static int is_orphan(double fraction, void *user)
{
    (void)fraction;
    (void)user;
    return getppid() != parent;
}

static char *read_text(void)
{
    char *text = NULL;
    size_t room = 0;
    if (getdelim(&text, &room, '\0', stdin) < 1) {
        free(text);
        return NULL;
    }
    return text;
}

/* What the library prints is kept away from the answers. */
static FILE *take_stdout(void)
{
    int answers = dup(STDOUT_FILENO);
    int nowhere = open("/dev/null", O_WRONLY);
    if (answers == -1 || nowhere == -1 || dup2(nowhere, STDOUT_FILENO) == -1)
        return NULL;
    close(nowhere);
    return fdopen(answers, "w");
}

int worker_main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    struct settings settings = {.cease = is_orphan};
    parent = (pid_t)atol(arguments[0]);
    settings.size = atoi(arguments[1]);
    settings.all_images = atoi(arguments[2]);
    /* A Ctrl-C or the end of the terminal is for the program that started it. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    /* A file beyond the limit is an error of the write, not the end of the program. */
    signal(SIGXFSZ, SIG_IGN);
    FILE *answers = take_stdout();
    char *threads, *input, *output;
    while (answers && (threads = read_text()) && (input = read_text()) && (output = read_text())) {
        char message[MESSAGE_LENGTH] = "";
        settings.threads = atoi(threads);
        int failed = smooth_file(input, output, &settings, message);
        for (char *newline; (newline = strchr(message, '\n')) != NULL;)
            *newline = ' ';
        fprintf(answers, "%c%s\n", failed ? '-' : '+', message);
        fflush(answers);
        if (failed)
            _exit(0); /* what cfitsio holds is not closed: see smooth_file */
        free(threads);
        free(input);
        free(output);
    }
    return answers ? 0 : 1;
}

/* --- the program that starts them ------------------------------------------------------------ */

enum { MOST_WORKERS = 1024 }; /* as many as there may be threads */

struct worker {
    fourier_process *process; /* or NULL */
    struct job *job;          /* the one it is at, or NULL */
};

/* This program, as a worker. */
static int start(struct worker *worker, const struct batch *batch)
{
    char program[4096], numbers[3][24];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    const char *argv[] = {access(program, X_OK) == 0 ? program : batch->program,
                          worker_option, numbers[0], numbers[1], numbers[2], NULL};
    snprintf(numbers[0], sizeof *numbers, "%ld", (long)getpid());
    snprintf(numbers[1], sizeof *numbers, "%d", batch->settings.size);
    snprintf(numbers[2], sizeof *numbers, "%d", batch->settings.all_images);
    fourier_process_options *options = fourier_process_options_new();
    fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
    /* What a crash prints is no message of ours. */
    fourier_process_options_set_stream(options, FOURIER_STDERR, FOURIER_REDIRECT_NULL);
    fourier_process_options_set_group(options, 0); /* a Ctrl-Z stops them all */
    int status = fourier_process_start(argv, options, &worker->process);
    fourier_process_options_free(options);
    return status;
}

/* Hands a file to a worker. One that cannot be told has ended, which its answer will show. */
static void hand_over(struct worker *worker, struct job *job, int threads)
{
    char number[24];
    snprintf(number, sizeof number, "%d", threads);
    const char *texts[] = {number, job->input, job->output};
    for (int i = 0; i < 3; i++)
        fourier_process_write(worker->process, texts[i], strlen(texts[i]) + 1, NULL, -1.0);
    worker->job = job;
}

/* Ends a worker, and removes what it was writing. */
static void end(struct worker *worker)
{
    char path[PART_PATH_LENGTH];
    int64_t pid = fourier_process_pid(worker->process);
    fourier_process_free(worker->process); /* kills it where it still runs */
    if (worker->job && part_path(path, worker->job->output, pid) == 0)
        unlink(path);
    *worker = (struct worker){0};
}

/* Why a worker ended without an answer. */
static void explain_end(struct worker *worker)
{
    int code = 0;
    char *message = worker->job->message;
    if (fourier_process_wait(worker->process, -1.0, &code))
        fail(message, "the process that filtered it is lost: %s", fourier_last_error());
    else if (code < 0)
        fail(message, "the process that filtered it was ended by signal %d (%s): is it corrupt?",
             -code, strsignal(-code));
    else
        fail(message, "the process that filtered it ended with exit code %d", code);
}

/* Takes the answer of a worker. */
static void take_answer(struct worker *worker)
{
    char line[MESSAGE_LENGTH + 2];
    struct job *job = worker->job;
    int status = fourier_process_read_line(worker->process, FOURIER_STDOUT, line, sizeof line, NULL,
                                           -1.0);
    if (status == FOURIER_OK && *line == '+') {
        job->state = WRITTEN;
        worker->job = NULL;
        return;
    }
    job->state = FAILED;
    if (status == FOURIER_OK && *line == '-')
        fail(job->message, "%s", line + 1);
    else
        explain_end(worker);
    end(worker);
}

/* Takes the answers that come within a moment; returns how many files are done by that. */
static int take_answers(struct worker *workers, int count)
{
    fourier_process *processes[MOST_WORKERS];
    struct worker *busy[MOST_WORKERS];
    int wanted[MOST_WORKERS], ready[MOST_WORKERS], places = 0, taken = 0;
    for (int i = 0; i < count; i++) {
        if (!workers[i].job)
            continue;
        busy[places] = &workers[i];
        processes[places] = workers[i].process;
        wanted[places++] = FOURIER_EVENT_STDOUT_LINE;
    }
    if (places == 0)
        return 0;
    /* 0.05 s: to see an interrupt soon. */
    int status = fourier_process_poll(places, processes, wanted, ready, 0.05);
    for (int place = 0; place < places && status != FOURIER_TIMED_OUT; place++) {
        if (status) {
            busy[place]->job->state = FAILED;
            fail(busy[place]->job->message, "%s", fourier_last_error());
            end(busy[place]);
        } else if (ready[place]) {
            take_answer(busy[place]);
        }
        taken += status || ready[place];
    }
    return taken;
}

/* Ends all workers: those that are at nothing by the end of their input. */
static void end_all(struct worker *workers, int count)
{
    for (int i = 0; i < count; i++)
        if (workers[i].process && !workers[i].job)
            fourier_process_close_stdin(workers[i].process);
    for (int i = 0; i < count; i++) {
        if (workers[i].process && !workers[i].job)
            fourier_process_wait(workers[i].process, 5.0, NULL);
        if (workers[i].process)
            end(&workers[i]);
    }
}

void smooth_batch(struct batch *batch)
{
    const int threads = batch->settings.threads ? batch->settings.threads : fourier_get_num_threads();
    struct worker workers[MOST_WORKERS] = {{0}};
    int count = threads < batch->count ? threads : batch->count; /* of workers */
    int next = 0, at_work = 0, done = 0;
    for (int i = 0; i < batch->count; i++)
        done += batch->jobs[i].state != WAITING;

    while (done < batch->count && !*batch->interrupted) {
        for (int i = 0; i < count && !*batch->interrupted; i++) {
            while (next < batch->count && batch->jobs[next].state != WAITING)
                next++;
            if (workers[i].job || next == batch->count)
                continue;
            struct job *job = &batch->jobs[next];
            if (!workers[i].process && start(&workers[i], batch)) {
                if (at_work > 0) {
                    count = i; /* those that run must do */
                    break;
                }
                job->state = FAILED;
                fail(job->message, "no process could be started for it: %s", fourier_last_error());
                done++;
                continue;
            }
            /* The last files share the threads of workers that have nothing to do. */
            int sharing = batch->count - done < count ? batch->count - done : count;
            hand_over(&workers[i], job, (threads + sharing - 1) / sharing);
            next++;
            at_work++;
        }
        if (batch->progress)
            batch->progress(done, batch->count);
        int taken = take_answers(workers, count);
        at_work -= taken;
        done += taken;
    }
    end_all(workers, count);
}
