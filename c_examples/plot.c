/* Has gnuplot draw a picture: gives it a script, shows what it says, tells how it ended.
 *
 *     plot [-t SECONDS] SCRIPT [NAME=VALUE...]
 *
 * Each NAME=VALUE becomes a variable of the script: a number when VALUE is one, else a string.
 * Whatever gnuplot says comes on stderr. It may run for SECONDS (60). Ends with gnuplot's own exit
 * code, or 128 + s when signal s ended it, 124 when its time was up, 127 when it could not be
 * started, 2 when the command line is not as above, 1 when anything else failed. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <errno.h>
#include <fourier.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAD_USAGE = 2, TIME_IS_UP = 124, NOT_STARTED = 127, SIGNALLED = 128 };

static void check(int status, const char *what)
{
    if (status != FOURIER_OK) {
        fprintf(stderr, "plot: %s: %s\n", what, fourier_last_error());
        exit(EXIT_FAILURE);
    }
}

/* Is this NAME=VALUE, with a name that gnuplot takes? */
static int is_setting(const char *word)
{
    const char *end = strchr(word, '=');
    if (end == NULL || !(isalpha((unsigned char)word[0]) || word[0] == '_'))
        return 0;
    for (const char *c = word; c < end; c++)
        if (!(isalnum((unsigned char)*c) || *c == '_'))
            return 0;
    return strchr(end, '\n') == NULL;
}

static int is_number(const char *text)
{
    char *end;
    strtod(text, &end);
    return end != text && *end == '\0' && strspn(text, "+-.0123456789eE") == strlen(text);
}

/* Gives gnuplot a piece of text; returns 0 when it has stopped reading. What it says meanwhile is
 * kept by the library, so that neither waits for the other. */
static int give(fourier_process *gnuplot, const char *text, size_t size)
{
    int status = fourier_process_write(gnuplot, text, size, NULL, -1.0);
    if (status == -EPIPE)
        return 0; /* what it says and how it ends will tell why */
    check(status, "gnuplot");
    return 1;
}

/* NAME=VALUE as gnuplot writes it, in a line that has no end yet: the script's first line follows
 * on it, so that gnuplot counts lines as the script's author does. */
static int give_setting(fourier_process *gnuplot, const char *setting)
{
    const char *value = strchr(setting, '=') + 1;
    if (is_number(value))
        return give(gnuplot, setting, strlen(setting)) && give(gnuplot, "; ", 2);
    int ok = give(gnuplot, setting, (size_t)(value - setting)) && give(gnuplot, "'", 1);
    while (ok) {
        size_t plain = strcspn(value, "'");
        ok = give(gnuplot, value, plain);
        value += plain;
        if (*value++ == '\0')
            break;
        ok = ok && give(gnuplot, "''", 2);
    }
    return ok && give(gnuplot, "'; ", 3);
}

/* The settings, then the script. */
static void give_all(fourier_process *gnuplot, char **settings, FILE *script, const char *name)
{
    char piece[4096];
    size_t size;
    int ok = 1;
    for (; ok && *settings != NULL; settings++)
        ok = give_setting(gnuplot, *settings);
    while (ok && (size = fread(piece, 1, sizeof piece, script)) > 0)
        ok = give(gnuplot, piece, size);
    if (ferror(script)) {
        perror(name);
        exit(EXIT_FAILURE);
    }
    check(fourier_process_close_stdin(gnuplot), "gnuplot");
}

/* Shows each line as it comes, until there are no more. */
static void show_words(fourier_process *gnuplot)
{
    char line[256];
    size_t length;
    for (;;) {
        int status = fourier_process_read_line(gnuplot, FOURIER_STDOUT, line, sizeof line, &length, -1.0);
        if (status == FOURIER_END_OF_STREAM)
            return;
        if (status != FOURIER_LINE_CONTINUES)
            check(status, "gnuplot");
        fwrite(line, 1, length, stderr);
        if (status == FOURIER_OK)
            fputc('\n', stderr);
    }
}

/* Waits for the end and tells of any but a good one; returns what this program ends with. */
static int how_it_ended(fourier_process *gnuplot, const char *script, double seconds)
{
    int returncode;
    double wall;
    check(fourier_process_wait(gnuplot, -1.0, &returncode), "gnuplot");
    check(fourier_process_usage(gnuplot, &wall, NULL, NULL, NULL), "gnuplot");
    if (returncode == 0)
        return EXIT_SUCCESS;
    if (returncode == -SIGKILL && wall >= seconds) {
        fprintf(stderr, "plot: %s: gnuplot was killed after %g s\n", script, seconds);
        return TIME_IS_UP;
    }
    if (returncode < 0) {
        fprintf(stderr, "plot: %s: signal %d ended gnuplot\n", script, -returncode);
        return SIGNALLED - returncode;
    }
    fprintf(stderr, "plot: %s: gnuplot failed with exit code %d\n", script, returncode);
    return returncode;
}

int main(int argc, char **argv)
{
    double seconds = 60;
    char **words = argv + 1;
    if (argc > 2 && strcmp(argv[1], "-t") == 0 && is_number(argv[2])) {
        seconds = strtod(argv[2], NULL);
        words += 2;
    }
    int good = words[0] != NULL && seconds > 0;
    for (char **word = words + 1; good && *word != NULL; word++)
        good = is_setting(*word);
    if (!good) {
        fprintf(stderr, "usage: plot [-t SECONDS] SCRIPT [NAME=VALUE...]\n");
        return BAD_USAGE;
    }
    FILE *script = fopen(words[0], "r");
    if (script == NULL) {
        perror(words[0]);
        return EXIT_FAILURE;
    }

    fourier_process_options *options = fourier_process_options_new();
    check(fourier_process_options_set_stream(options, FOURIER_STDIN, FOURIER_REDIRECT_PIPE), "stdin");
    check(fourier_process_options_set_stream(options, FOURIER_STDERR, FOURIER_REDIRECT_MERGE), "stderr");
    check(fourier_process_options_set_time_limit(options, seconds), "time");

    /* As a file's name, so that gnuplot says in which line an error is. */
    const char *command[] = {"gnuplot", "/dev/stdin", NULL};
    fourier_process *gnuplot;
    if (fourier_process_start(command, options, &gnuplot) != FOURIER_OK) {
        fprintf(stderr, "plot: gnuplot cannot be started; is it installed? %s\n", fourier_last_error());
        return NOT_STARTED;
    }
    give_all(gnuplot, words + 1, script, words[0]);
    show_words(gnuplot);
    int result = how_it_ended(gnuplot, words[0], seconds);

    fclose(script);
    fourier_process_free(gnuplot);
    fourier_process_options_free(options);
    return result;
}
