/* The power spectrum of a light curve.
 *
 * usage: spectrum FILE F0 DF NF [OUTPUT]
 *
 * FILE has a line "time value [error]" for each sample; lines that start with # are comments. The
 * mean is subtracted, the power is computed on the NF frequencies F0, F0 + DF, ... (cycles per unit
 * of time), the strongest peak is printed, and every frequency with its power goes to OUTPUT. */

#include <errno.h>
#include <fourier.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t n;
    double *t, *x;
} series;

static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("spectrum: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

static void *allocate(void *old, size_t count)
{
    void *memory = count <= SIZE_MAX / sizeof(double) ? realloc(old, count * sizeof(double)) : NULL;
    if (memory == NULL)
        fail("out of memory for %zu numbers", count);
    return memory;
}

static series read_series(const char *name)
{
    series samples = {0, NULL, NULL};
    size_t room = 0, number = 0;
    char line[1024];
    FILE *file = fopen(name, "r");
    if (file == NULL)
        fail("%s: %s", name, strerror(errno));
    while (fgets(line, sizeof line, file) != NULL) {
        double t, x;
        number++;
        if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (sscanf(line, "%lf %lf", &t, &x) != 2)
            fail("%s, line %zu: expected a time and a value, found: %s", name, number, line);
        if (samples.n == room) {
            room = room == 0 ? 1024 : 2 * room;
            samples.t = allocate(samples.t, room);
            samples.x = allocate(samples.x, room);
        }
        samples.t[samples.n] = t;
        samples.x[samples.n] = x;
        samples.n++;
    }
    if (ferror(file))
        fail("%s: %s", name, strerror(errno));
    fclose(file);
    if (samples.n == 0)
        fail("%s: no samples", name);
    return samples;
}

static void subtract_mean(series samples)
{
    double mean = 0;
    for (size_t i = 0; i < samples.n; i++)
        mean += samples.x[i];
    mean /= (double)samples.n;
    for (size_t i = 0; i < samples.n; i++)
        samples.x[i] -= mean;
}

static double number(const char *name, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value))
        fail("%s: %s is not a number", name, text);
    return value;
}

static int64_t count(const char *name, const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 1)
        fail("%s: %s is not a number of frequencies", name, text);
    return value;
}

static void write_spectrum(const char *name, int64_t nf, const double *freq, const double *power)
{
    FILE *file = fopen(name, "w");
    if (file == NULL)
        fail("%s: %s", name, strerror(errno));
    for (int64_t k = 0; k < nf; k++)
        fprintf(file, "%.17g %.17g\n", freq[k], power[k]);
    if (ferror(file) | (fclose(file) != 0))
        fail("%s could not be written: %s", name, strerror(errno));
}

int main(int argc, char **argv)
{
    if (argc < 5 || argc > 6) {
        fputs("usage: spectrum FILE F0 DF NF [OUTPUT]\n", stderr);
        return EXIT_FAILURE;
    }
    series samples = read_series(argv[1]);
    double f0 = number("F0", argv[2]), df = number("DF", argv[3]);
    int64_t nf = count("NF", argv[4]);
    double *freq = allocate(NULL, (size_t)nf), *power = allocate(NULL, (size_t)nf);

    subtract_mean(samples);
    int status = fourier_power((int64_t)samples.n, samples.t, samples.x, f0, df, nf, freq, power,
                               NULL);
    if (status != FOURIER_OK)
        fail("%s (%s)", fourier_last_error(), fourier_strerror(status));

    int64_t peak = 0;
    for (int64_t k = 1; k < nf; k++)
        if (power[k] > power[peak])
            peak = k;
    printf("strongest peak: f = %.4f, period = %.4f, power = %.6g\n", freq[peak], 1 / freq[peak],
           power[peak]);
    if (argc == 6)
        write_spectrum(argv[5], nf, freq, power);

    free(samples.t);
    free(samples.x);
    free(freq);
    free(power);
    return EXIT_SUCCESS;
}
