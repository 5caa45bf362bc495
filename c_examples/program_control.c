/* Runs the program `counting`, which writes the numbers 0 to 20 and their squares, one a second;
 * prints each line as it comes, holds the program for five seconds at 5, kills it at the number
 * given, and tells from the return code which end it came to.
 *
 *     program_control NUMBER [RATE [PROGRAM]]
 *
 * RATE is numbers per second (1). PROGRAM is what to run: counting, from the folder of the Fortran
 * examples beside the folder of this program, or on PATH when this program was found there. */
#define _POSIX_C_SOURCE 200809L
#include <fourier.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check(int status, const char *what)
{
    if (status != FOURIER_OK) {
        fprintf(stderr, "%s: %s\n", what, fourier_last_error());
        exit(EXIT_FAILURE);
    }
}

static void sleep_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)(fmod(seconds, 1.0) * 1e9)};
    nanosleep(&time, NULL);
}

/* A line as Fortran writes it, without the blanks at its ends. */
static char *trimmed(char *line)
{
    size_t length = strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        line[--length] = '\0';
    return line + strspn(line, " ");
}

/* The program `counting` where the examples are built, seen from this program. */
static const char *counting(const char *this_program)
{
    static char path[4096];
    const char *slash = strrchr(this_program, '/');
    if (slash == NULL)
        return "counting";
    snprintf(path, sizeof path, "%.*s/../fortran/counting", (int)(slash - this_program), this_program);
    return path;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s NUMBER [RATE [PROGRAM]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    double match = strtod(argv[1], NULL);
    const char *rate = argc > 2 ? argv[2] : "1";
    const char *command[] = {argc > 3 ? argv[3] : counting(argv[0]), rate, NULL};

    fourier_process *process;
    check(fourier_process_start(command, NULL, &process), "start");

    for (;;) {
        char line[256];
        int status = fourier_process_read_line(process, FOURIER_STDOUT, line, sizeof line, NULL, -1.0);
        if (status == FOURIER_END_OF_STREAM)
            break;
        check(status, "read_line");
        double number = strtod(line, NULL);
        printf("I got: \"%s\"; ", trimmed(line));
        if (number == match) {
            printf("and it is a match! Killing program now...\n");
            check(fourier_process_kill(process), "kill");
        } else if (number == 5.0) {
            printf("that is a nice number, I will just wait here for a moment...\n");
            fflush(stdout);
            check(fourier_process_pause(process, -1.0), "pause");
            sleep_for(5.0 / strtod(rate, NULL));
            printf("... waited long enough, continuing...\n");
            check(fourier_process_resume(process), "resume");
        } else {
            printf("but we are not yet at %.1f\n", match);
        }
        fflush(stdout);
    }

    int returncode;
    check(fourier_process_wait(process, -1.0, &returncode), "wait");
    if (returncode == 0)
        printf("The program exited normally (return code: %d)\n", returncode);
    else
        printf("The program terminated prematurely (return code: %d)\n", returncode);
    fourier_process_free(process);
    return EXIT_SUCCESS;
}
