/* Process control beside what the C library offers, in one run:
 *   start and wait of /bin/true      against posix_spawn and waitpid, also in a host that holds
 *                                    much touched memory
 *   lines of 10 and 100 bytes        against getline on the same kind of pipe
 *
 *     process [MEMORY_GB [STARTS [LINES]]]      (4, 1000, 20000000) */
#define _GNU_SOURCE
#include <fourier.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void check(int status, const char *what)
{
    if (status != 0) {
        fprintf(stderr, "%s: status %d: %s\n", what, status, fourier_last_error());
        exit(EXIT_FAILURE);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    return values[count / 2];
}

static double start_ours(void)
{
    const char *argv[] = {"/bin/true", NULL};
    fourier_process *process;
    int returncode = -1;
    double begin = now();
    check(fourier_process_start(argv, NULL, &process), "start");
    check(fourier_process_wait(process, -1.0, &returncode), "wait");
    double time = now() - begin;
    check(returncode, "return code");
    fourier_process_free(process);
    return time;
}

static double start_posix(void)
{
    char *argv[] = {"/bin/true", NULL};
    pid_t pid;
    int status = -1;
    double begin = now();
    check(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ), "posix_spawn");
    if (waitpid(pid, &status, 0) != pid)
        exit(EXIT_FAILURE);
    double time = now() - begin;
    check(status, "status");
    return time;
}

/* Turn about, so that both meet the same machine. */
static void compare_starts(const char *host, int count)
{
    double *ours = malloc((size_t)count * sizeof *ours), *posix = malloc((size_t)count * sizeof *posix);
    if (ours == NULL || posix == NULL)
        exit(EXIT_FAILURE);
    for (int i = 0; i < count; i++) {
        ours[i] = start_ours();
        posix[i] = start_posix();
    }
    double our = median(ours, count), their = median(posix, count);
    printf("start + wait of /bin/true, %s: libfourier %.3f ms, posix_spawn + waitpid %.3f ms, ratio %.2f\n",
           host, 1e3 * our, 1e3 * their, our / their);
    fflush(stdout);
    free(ours);
    free(posix);
}

/* A program that writes so many lines of so many bytes, newline included. */
static void fill_command(char *command, size_t size, int length, long lines)
{
    char text[128];
    memset(text, 'x', sizeof text);
    text[length - 1] = '\0';
    snprintf(command, size, "yes %s | head -n %ld", text, lines);
}

static double lines_ours(int length, long lines)
{
    char command[256], line[256];
    fill_command(command, sizeof command, length, lines);
    const char *argv[] = {"sh", "-c", command, NULL};
    fourier_process *process;
    long count = 0;
    size_t bytes = 0, size;
    int status;
    check(fourier_process_start(argv, NULL, &process), "start");
    double begin = now();
    while ((status = fourier_process_read_line(process, FOURIER_STDOUT, line, sizeof line, &size, -1.0)) == 0) {
        count++;
        bytes += size;
    }
    double time = now() - begin;
    if (status != FOURIER_END_OF_STREAM || count != lines || bytes != (size_t)(lines * (length - 1)))
        check(status, "read_line");
    fourier_process_free(process);
    return (double)count / time;
}

static double lines_getline(int length, long lines)
{
    char command[256], *line = NULL;
    size_t capacity = 0;
    fill_command(command, sizeof command, length, lines);
    FILE *pipe = popen(command, "r");
    long count = 0;
    size_t bytes = 0;
    ssize_t size;
    if (pipe == NULL)
        exit(EXIT_FAILURE);
    double begin = now();
    while ((size = getline(&line, &capacity, pipe)) > 0) {
        count++;
        bytes += (size_t)size;
    }
    double time = now() - begin;
    if (count != lines || bytes != (size_t)(lines * length))
        exit(EXIT_FAILURE);
    pclose(pipe);
    free(line);
    return (double)count / time;
}

static void compare_lines(int length, long lines)
{
    double ours[3], theirs[3];
    for (int i = 0; i < 3; i++) {
        ours[i] = lines_ours(length, lines);
        theirs[i] = lines_getline(length, lines);
    }
    double our = median(ours, 3), their = median(theirs, 3);
    printf("lines of %d bytes: libfourier %.1f million a second, getline %.1f, ratio %.2f\n", length,
           1e-6 * our, 1e-6 * their, our / their);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    double gigabytes = argc > 1 ? atof(argv[1]) : 4.0;
    int starts = argc > 2 ? atoi(argv[2]) : 1000;
    long lines = argc > 3 ? atol(argv[3]) : 20000000;
    compare_lines(10, lines);
    compare_lines(100, lines / 5);
    compare_starts("small host", starts);
    size_t size = (size_t)(gigabytes * 1e9);
    char *memory = malloc(size);
    if (memory == NULL) {
        fprintf(stderr, "no memory for a large host\n");
        return EXIT_FAILURE;
    }
    memset(memory, 1, size);
    char host[64];
    snprintf(host, sizeof host, "host with %.3g GB touched", gigabytes);
    compare_starts(host, starts);
    return memory[size / 2] == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
