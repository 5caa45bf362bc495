/* Bad input to every function of process control: the status, the text of the failure, and that
 * nothing is left behind. Silent and 0 when all is as the header says; run under valgrind too. */
#include <dirent.h>
#include <errno.h>
#include <fourier.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures = 0;

static void expect_status(int line, const char *call, int status, int expected, const char *text)
{
    if (status != expected) {
        fprintf(stderr, "line %d: %s returned %d (%s), not %d (%s); last error: %s\n", line, call, status,
                fourier_strerror(status), expected, fourier_strerror(expected), fourier_last_error());
        failures++;
    } else if (text != NULL && strstr(fourier_last_error(), text) == NULL) {
        fprintf(stderr, "line %d: %s: last error \"%s\" does not hold \"%s\"\n", line, call,
                fourier_last_error(), text);
        failures++;
    }
}

#define TRUE_IS(condition)                                                                       \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            fprintf(stderr, "line %d: not true: %s\n", __LINE__, #condition);                    \
            failures++;                                                                          \
        }                                                                                        \
    } while (0)

/* The call returns this status and leaves a text that holds this. */
#define GIVES(call, expected, text) expect_status(__LINE__, #call, (call), (expected), (text))
#define REFUSED(call, text) GIVES(call, FOURIER_INVALID_ARGUMENT, text)
#define WORKS(call) GIVES(call, FOURIER_OK, NULL)

static int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void null_handles(void)
{
    char line[16];
    int number = 7, events = FOURIER_EVENT_EXIT;
    size_t size = 7;
    fourier_run_state state;
    const char *patterns[] = {"x", NULL};
    fourier_process *none = NULL;
    REFUSED(fourier_process_read_line(NULL, FOURIER_STDOUT, line, 16, &size, 0.0), "process: NULL");
    REFUSED(fourier_process_line_length(NULL, FOURIER_STDOUT, &size, 0.0), "process: NULL");
    REFUSED(fourier_process_read(NULL, FOURIER_STDOUT, line, 16, &size, 0.0), "process: NULL");
    REFUSED(fourier_process_peek(NULL, FOURIER_STDOUT, line, 16, &size, 0.0), "process: NULL");
    REFUSED(fourier_process_write(NULL, "x", 1, NULL, 0.0), "process: NULL");
    REFUSED(fourier_process_close_stdin(NULL), "process: NULL");
    REFUSED(fourier_process_signal(NULL, SIGTERM), "process: NULL");
    REFUSED(fourier_process_pause(NULL, 0.0), "process: NULL");
    REFUSED(fourier_process_resume(NULL), "process: NULL");
    REFUSED(fourier_process_kill(NULL), "process: NULL");
    REFUSED(fourier_process_stop(NULL, 0.0, &number), "process: NULL");
    REFUSED(fourier_process_wait(NULL, 0.0, &number), "process: NULL");
    REFUSED(fourier_process_state(NULL, &state), "process: NULL");
    REFUSED(fourier_process_usage(NULL, NULL, NULL, NULL, NULL), "process: NULL");
    REFUSED(fourier_process_expect(NULL, FOURIER_STDOUT, patterns, FOURIER_MATCH_TEXT, NULL, line, 16, NULL, 0.0),
            "process: NULL");
    REFUSED(fourier_process_poll(1, &none, &events, &number, 0.0), "processes: [0] is NULL");
    REFUSED(fourier_process_poll(1, NULL, &events, &number, 0.0), "processes: NULL");
    fourier_process_free(NULL);
    fourier_process_output_free(NULL);
    fourier_process_options_free(NULL);
    TRUE_IS(fourier_process_pid(NULL) == INT32_MIN && kill((pid_t)fourier_process_pid(NULL), 0) == -1);
    TRUE_IS(fourier_signal_number(NULL) == 0 && fourier_signal_number("NONSENSE") == 0);
}

static void bad_options(void)
{
    fourier_process_options *options = fourier_process_options_new();
    REFUSED(fourier_process_options_set_directory(NULL, "/"), "options: NULL");
    REFUSED(fourier_process_options_set_env(NULL, "A", "b"), "options: NULL");
    REFUSED(fourier_process_options_clear_env(NULL), "options: NULL");
    REFUSED(fourier_process_options_set_stream(NULL, FOURIER_STDOUT, FOURIER_REDIRECT_PIPE), "options: NULL");
    REFUSED(fourier_process_options_set_file(NULL, FOURIER_STDOUT, "/dev/null"), "options: NULL");
    REFUSED(fourier_process_options_set_group(NULL, 1), "options: NULL");
    REFUSED(fourier_process_options_set_kill_on_free(NULL, 1), "options: NULL");
    REFUSED(fourier_process_options_set_time_limit(NULL, 1.0), "options: NULL");
    REFUSED(fourier_process_options_set_output_limit(NULL, 1), "options: NULL");
    REFUSED(fourier_process_options_set_env(options, NULL, "b"), "name: NULL");
    REFUSED(fourier_process_options_set_env(options, "", "b"), "name: empty");
    REFUSED(fourier_process_options_set_env(options, "A=B", "c"), "A=B");
    REFUSED(fourier_process_options_set_env(options, "=", NULL), "=");
    REFUSED(fourier_process_options_set_stream(options, (fourier_stream)3, FOURIER_REDIRECT_PIPE), "stream: 3");
    REFUSED(fourier_process_options_set_stream(options, (fourier_stream)-1, FOURIER_REDIRECT_PIPE), "stream: -1");
    REFUSED(fourier_process_options_set_stream(options, FOURIER_STDOUT, (fourier_redirect)5), "redirect: 5");
    REFUSED(fourier_process_options_set_stream(options, FOURIER_STDOUT, (fourier_redirect)-7), "redirect: -7");
    REFUSED(fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_MERGE), "stdin");
    REFUSED(fourier_process_options_set_stream(options, FOURIER_STDOUT, FOURIER_REDIRECT_MERGE), "stdout");
    REFUSED(fourier_process_options_set_file(options, FOURIER_STDOUT, NULL), "path: NULL");
    REFUSED(fourier_process_options_set_file(options, (fourier_stream)9, "/dev/null"), "stream: 9");
    GIVES(fourier_process_options_set_time_limit(options, NAN), FOURIER_NOT_FINITE, "seconds is NaN");
    REFUSED(fourier_process_options_set_output_limit(options, 0), "bytes: 0");
    REFUSED(fourier_process_options_set_output_limit(options, INT64_MIN), "bytes: -9223372036854775808");
    WORKS(fourier_process_options_set_directory(options, NULL));

    /* None of that changed anything; a terminal without that of stdout is found at the start. */
    const char *argv[] = {"true", NULL};
    fourier_process *process;
    WORKS(fourier_process_start(argv, options, &process));
    fourier_process_free(process);
    WORKS(fourier_process_options_set_stream(options, FOURIER_STDERR, FOURIER_REDIRECT_TERMINAL));
    REFUSED(fourier_process_start(argv, options, &process), "stderr as a terminal");
    fourier_process_options_free(options);
}

static void bad_starts(void)
{
    static const struct {
        const char *program, *directory;
        int status;
        const char *text;
    } cases[] = {
        {"/nonexistent/program", NULL, -ENOENT, "/nonexistent/program"},
        {"no-such-program-anywhere", NULL, -ENOENT, "PATH"},
        {"", NULL, -ENOENT, "start"},
        {"/", NULL, -EACCES, "execute"},
        {"/etc/passwd", NULL, -EACCES, "execute"},
        {"/etc/passwd/x", NULL, -ENOTDIR, "execute"},
        {"true", "/nonexistent", -ENOENT, "change to the directory \"/nonexistent\""},
        {"true", "/etc/passwd", -ENOTDIR, "change to the directory"},
    };
    fourier_process *process = (fourier_process *)&failures;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *argv[] = {cases[i].program, NULL};
        fourier_process_options *options = fourier_process_options_new();
        fourier_process_options_set_directory(options, cases[i].directory);
        fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
        GIVES(fourier_process_start(argv, options, &process), cases[i].status, cases[i].text);
        TRUE_IS(process == NULL);
        fourier_process_options_free(options);
    }
    const char *empty[] = {NULL}, *argv[] = {"true", NULL};
    char *text = (char *)&failures;
    REFUSED(fourier_process_start(NULL, NULL, &process), "argv: NULL");
    REFUSED(fourier_process_start(empty, NULL, &process), "argv: empty");
    REFUSED(fourier_process_start(argv, NULL, NULL), "process: NULL");
    REFUSED(fourier_process_run(NULL, NULL, NULL, 0, 1.0, NULL, NULL, NULL, NULL, NULL), "argv: NULL");
    REFUSED(fourier_process_run(argv, NULL, NULL, 3, 1.0, NULL, &text, NULL, NULL, NULL), "data: NULL");
    REFUSED(fourier_process_run(argv, NULL, "x", SIZE_MAX, 1.0, NULL, NULL, NULL, NULL, NULL), "size");
    GIVES(fourier_process_run(argv, NULL, NULL, 0, NAN, NULL, NULL, NULL, NULL, NULL), FOURIER_NOT_FINITE, "timeout");
    TRUE_IS(text == NULL);
}

static void bad_arguments(void)
{
    const char *argv[] = {"sh", "-c", "echo one; read line; exit 3", NULL};
    const char *patterns[] = {"x", NULL}, *nothing[] = {NULL};
    char line[16] = "untouched";
    int code = 12345, events = FOURIER_EVENT_STDOUT_LINE, zero = 0, wrong = 64, ready = 7;
    size_t length = 7;
    fourier_process *process = NULL;
    fourier_process_options *options = fourier_process_options_new();
    fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE);
    WORKS(fourier_process_start(argv, options, &process));

    static const int signals[] = {0, -1, -9, 65, 1000, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        char value[32];
        snprintf(value, sizeof value, "signal: %d is", signals[i]);
        REFUSED(fourier_process_signal(process, signals[i]), value);
    }
    GIVES(fourier_process_read_line(process, FOURIER_STDOUT, line, 16, &length, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_line_length(process, FOURIER_STDOUT, &length, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_read(process, FOURIER_STDOUT, line, 16, &length, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_peek(process, FOURIER_STDOUT, line, 16, &length, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_write(process, "x", 1, &length, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    length = 7;
    GIVES(fourier_process_pause(process, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_wait(process, NAN, &code), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_stop(process, NAN, &code), FOURIER_NOT_FINITE, "grace is NaN");
    GIVES(fourier_process_poll(1, &process, &events, &ready, NAN), FOURIER_NOT_FINITE, "timeout is NaN");
    GIVES(fourier_process_expect(process, FOURIER_STDOUT, patterns, FOURIER_MATCH_TEXT, NULL, line, 16, NULL, NAN),
          FOURIER_NOT_FINITE, "timeout is NaN");

    static const int streams[] = {-1, 3, 1000};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        fourier_stream stream = (fourier_stream)streams[i];
        REFUSED(fourier_process_read_line(process, stream, line, 16, &length, 0.0), "stream");
        REFUSED(fourier_process_read(process, stream, line, 16, &length, 0.0), "stream");
        REFUSED(fourier_process_line_length(process, stream, &length, 0.0), "stream");
    }
    REFUSED(fourier_process_read_line(process, FOURIER_STDIN, line, 16, &length, 0.0), "stdin");
    REFUSED(fourier_process_peek(process, FOURIER_STDIN, line, 16, &length, 0.0), "stdin");
    length = 7;
    REFUSED(fourier_process_read_line(process, FOURIER_STDOUT, NULL, 16, &length, 0.0), "line: NULL");
    REFUSED(fourier_process_read_line(process, FOURIER_STDOUT, line, 0, &length, 0.0), "capacity: 0");
    REFUSED(fourier_process_read_line(process, FOURIER_STDOUT, line, 1, &length, 0.0), "capacity: 1");
    REFUSED(fourier_process_read_line(process, FOURIER_STDOUT, line, SIZE_MAX, &length, 0.0), "capacity");
    REFUSED(fourier_process_read(process, FOURIER_STDOUT, NULL, 16, &length, 0.0), "buffer: NULL");
    REFUSED(fourier_process_read(process, FOURIER_STDOUT, line, 0, &length, 0.0), "capacity: 0");
    REFUSED(fourier_process_read(process, FOURIER_STDOUT, line, SIZE_MAX, &length, 0.0), "capacity");
    REFUSED(fourier_process_read(process, FOURIER_STDOUT, line, 16, NULL, 0.0), "length: NULL");
    REFUSED(fourier_process_peek(process, FOURIER_STDOUT, NULL, 16, &length, 0.0), "buffer: NULL");
    REFUSED(fourier_process_peek(process, FOURIER_STDOUT, line, 0, &length, 0.0), "capacity: 0");
    REFUSED(fourier_process_peek(process, FOURIER_STDOUT, line, 16, NULL, 0.0), "length: NULL");
    REFUSED(fourier_process_line_length(process, FOURIER_STDOUT, NULL, 0.0), "length: NULL");
    REFUSED(fourier_process_write(process, NULL, 5, NULL, 0.0), "data: NULL");
    REFUSED(fourier_process_write(process, "x", SIZE_MAX, NULL, 0.0), "size");
    WORKS(fourier_process_write(process, NULL, 0, NULL, 0.0));
    REFUSED(fourier_process_state(process, NULL), "state: NULL");
    REFUSED(fourier_process_expect(process, FOURIER_STDOUT, NULL, FOURIER_MATCH_TEXT, NULL, line, 16, NULL, 0.0), "patterns: NULL");
    REFUSED(fourier_process_expect(process, FOURIER_STDOUT, nothing, FOURIER_MATCH_TEXT, NULL, line, 16, NULL, 0.0), "patterns: empty");
    REFUSED(fourier_process_expect(process, FOURIER_STDOUT, patterns, (fourier_match)2, NULL, line, 16, NULL, 0.0), "kind: 2");
    REFUSED(fourier_process_expect(process, FOURIER_STDOUT, patterns, FOURIER_MATCH_TEXT, NULL, line, 1, NULL, 0.0), "capacity: 1");
    REFUSED(fourier_process_poll(-1, &process, &events, &ready, 0.0), "count: -1");
    REFUSED(fourier_process_poll(0, NULL, NULL, NULL, -1.0), "wanted");
    REFUSED(fourier_process_poll(INT64_MAX, &process, &events, &ready, 0.0), "count");
    REFUSED(fourier_process_poll(1, &process, NULL, &ready, 0.0), "wanted: NULL");
    REFUSED(fourier_process_poll(1, &process, &events, NULL, 0.0), "ready: NULL");
    REFUSED(fourier_process_poll(1, &process, &zero, &ready, -1.0), "wanted");
    REFUSED(fourier_process_poll(1, &process, &wrong, &ready, -1.0), "wanted: [0] is 64");
    TRUE_IS(strcmp(line, "untouched") == 0 && length == 7 && code == 12345);
    GIVES(fourier_process_usage(process, NULL, NULL, NULL, NULL), FOURIER_STILL_RUNNING, "has not ended");

    /* A negative timeout is for ever, infinity too; whatever is NULL is not wanted. */
    WORKS(fourier_process_read_line(process, FOURIER_STDOUT, line, 16, NULL, -INFINITY));
    WORKS(fourier_process_write(process, "x\n", 2, NULL, INFINITY));
    WORKS(fourier_process_wait(process, -1e300, NULL));
    WORKS(fourier_process_wait(process, 1e300, &code));
    TRUE_IS(code == 3);

    /* Use after the end. */
    GIVES(fourier_process_read_line(process, FOURIER_STDOUT, line, 16, &length, -1.0), FOURIER_END_OF_STREAM, "stdout");
    GIVES(fourier_process_write(process, "x", 1, &length, -1.0), -EPIPE, "stdin");
    REFUSED(fourier_process_signal(process, 0), "signal: 0");
    WORKS(fourier_process_signal(process, SIGKILL));
    WORKS(fourier_process_pause(process, -1.0));
    WORKS(fourier_process_resume(process));
    WORKS(fourier_process_stop(process, 0.0, &code));
    WORKS(fourier_process_usage(process, NULL, NULL, NULL, NULL));
    WORKS(fourier_process_close_stdin(process));
    WORKS(fourier_process_close_stdin(process));
    GIVES(fourier_process_write(process, "x", 1, &length, -1.0), -EPIPE, "stdin");
    TRUE_IS(code == 3);
    fourier_process_free(process);
    fourier_process_options_free(options);
}

int main(void)
{
    int before = descriptors();
    null_handles();
    bad_options();
    bad_starts();
    bad_arguments();
    if (descriptors() != before) {
        fprintf(stderr, "%d descriptors, %d before\n", descriptors(), before);
        failures++;
    }
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) {
        fprintf(stderr, "a child is left\n");
        failures++;
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
