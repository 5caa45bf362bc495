/* The spectrum functions with good and bad arguments: the status, the text of fourier_last_error()
 * and the state of the outputs are those that the header promises. One line is one call. */

#include "judge.h"
#include "oracle.h"

#include <limits.h>
#include <stdlib.h>

enum function { FOURIER = 1, FOURIER_ = 2, POWER = 4, TRANSFORM = 8 };
#define LEGACY (FOURIER | FOURIER_)
#define MODERN (POWER | TRANSFORM)
#define ALL (LEGACY | MODERN)

static const struct {
    enum function function;
    const char *name, *result;
} functions[] = {
    {FOURIER, "fourier", "fr:"},
    {FOURIER_, "fourier_", "s1:"},
    {POWER, "fourier_power", "power:"},
    {TRANSFORM, "fourier_transform", "spectrum:"},
};

/* What happens to a pointer before the call. */
enum place { HERE, NOWHERE /* NULL */, ODD /* not aligned */ };

/* An element of the inputs that is replaced. */
struct poison {
    char array; /* 't', 'x', or 0 for none */
    int index;
    double value;
};

struct row {
    const char *what;
    int functions;
    int64_t n, nf;
    double f0, df;
    enum place t, x, freq, result;
    struct poison poison;
    int nf2; /* of `fourier`; 0 = 2 * nf */
    int status;
    const char *words[3]; /* in fourier_last_error() */
};

#define BIG (INT64_MAX / 8)
#define SOUND .n = 5, .nf = 4, .f0 = 0.25, .df = 0.375
/* Stands for the name of the output that holds the power or the transform. */
#define RESULT "the result"
#define INVALID(...) .status = FOURIER_INVALID_ARGUMENT, .words = {__VA_ARGS__}
#define NOT_FINITE(...) .status = FOURIER_NOT_FINITE, .words = {__VA_ARGS__}

static const struct row table[] = {
    /* Good input, some of it unusual. */
    {"five samples", ALL, SOUND},
    {"one sample", ALL, .n = 1, .nf = 4, .f0 = 0.25, .df = 0.375},
    {"no samples", ALL, .n = 0, .nf = 4, .f0 = 0.25, .df = 0.375},
    {"no samples, t and x NULL", ALL, .nf = 4, .df = 1, .t = NOWHERE, .x = NOWHERE},
    {"no frequencies", ALL, .n = 5, .nf = 0, .df = 1},
    {"no frequencies, outputs NULL", ALL, .n = 5, .df = 1, .freq = NOWHERE, .result = NOWHERE},
    {"nothing at all", ALL, .t = NOWHERE, .x = NOWHERE, .freq = NOWHERE, .result = NOWHERE},
    {"one frequency", ALL, .n = 5, .nf = 1, .f0 = 0.7},
    {"df = 0", ALL, .n = 5, .nf = 4, .f0 = 0.7, .df = 0},
    {"df negative", ALL, .n = 5, .nf = 4, .f0 = 0.7, .df = -0.3},
    {"f0 negative", ALL, .n = 5, .nf = 4, .f0 = -3, .df = 0.3},
    {"duplicate times", ALL, SOUND, .poison = {'t', 3, 1.5}},
    {"a Julian date among the times", ALL, SOUND, .poison = {'t', 0, 2455276.9400879}},
    {"without freq", MODERN, SOUND, .freq = NOWHERE},
    {"more samples than threads like", ALL, .n = 1000, .nf = 300, .f0 = 0.05, .df = 0.001},
    {"nf2 larger than 2 nf", FOURIER, SOUND, .nf2 = 20},

    /* NULL */
    {"t NULL", ALL, SOUND, .t = NOWHERE, INVALID("t:", "NULL", "5 elements")},
    {"x NULL", ALL, SOUND, .x = NOWHERE, INVALID("x:", "NULL", "5 elements")},
    {"result NULL", ALL, SOUND, .result = NOWHERE, INVALID(RESULT, "NULL")},
    {"fr NULL", FOURIER_, SOUND, .freq = NOWHERE, INVALID("fr:", "NULL", "4 elements")},
    {"t not aligned", ALL, SOUND, .t = ODD, INVALID("t:", "not aligned")},
    {"x not aligned", ALL, SOUND, .x = ODD, INVALID("x:", "not aligned")},
    {"freq not aligned", MODERN, SOUND, .freq = ODD, INVALID("freq:", "not aligned")},
    {"result not aligned", MODERN, SOUND, .result = ODD, INVALID(RESULT, "aligned")},

    /* Counts */
    {"n = -1", ALL, .n = -1, .nf = 4, .df = 1, INVALID("n:", "-1", "negative")},
    {"nf = -1", ALL, .n = 5, .nf = -1, .df = 1, INVALID("nf:", "-1", "negative")},
    {"n = INT_MIN", ALL, .n = INT_MIN, .nf = 4, INVALID("n:", "-2147483648")},
    {"nf = INT_MIN", ALL, .n = 5, .nf = INT_MIN, INVALID("nf:", "-2147483648")},
    {"n = INT64_MIN", MODERN, .n = INT64_MIN, .nf = 4, INVALID("n:", "-9223372036854775808")},
    {"nf = INT64_MIN", MODERN, .n = 5, .nf = INT64_MIN, INVALID("nf:", "negative")},
    {"n = INT64_MAX", MODERN, .n = INT64_MAX, .nf = 4, INVALID("n:", "9223372036854775807")},
    {"nf = INT64_MAX", MODERN, .n = 5, .nf = INT64_MAX, INVALID("nf:", "address space")},
    {"n bytes overflow", MODERN, .n = BIG + 1, .nf = 4, INVALID("n:", "1152921504606846976")},
    {"nf bytes overflow", MODERN, .n = 5, .nf = BIG + 1, INVALID("nf:", "1152921504606846976")},
    {"nf pairs overflow", TRANSFORM, .n = 5, .nf = BIG / 2 + 1, INVALID("nf:", "16 bytes")},
    {"n negative, t NULL", ALL, .n = -5, .nf = 4, .t = NOWHERE, INVALID("n:", "-5")},
    {"nf2 one too small", FOURIER, SOUND, .nf2 = 7, INVALID("nf2:", "7", "2 * nf = 8")},
    {"nf2 = 1", FOURIER, SOUND, .nf2 = 1, INVALID("nf2:", "1 is less")},
    {"nf2 negative", FOURIER, SOUND, .nf2 = -8, INVALID("nf2:", "-8", "negative")},
    {"nf negative, nf2 sound", FOURIER, .n = 5, .nf = -4, .nf2 = 8, INVALID("nf:", "-4")},

    /* NaN and infinities */
    {"f0 NaN", ALL, .n = 5, .nf = 4, .f0 = NAN, .df = 1, NOT_FINITE("f0", "NaN")},
    {"f0 infinite", ALL, .n = 5, .nf = 4, .f0 = INFINITY, NOT_FINITE("f0", "inf")},
    {"f0 -infinite", ALL, .n = 5, .nf = 4, .f0 = -INFINITY, NOT_FINITE("f0", "-inf")},
    {"df NaN", ALL, .n = 5, .nf = 4, .df = NAN, NOT_FINITE("df", "NaN")},
    {"df infinite", ALL, .n = 5, .nf = 4, .df = INFINITY, NOT_FINITE("df", "inf")},
    {"df -infinite", ALL, .n = 5, .nf = 4, .df = -INFINITY, NOT_FINITE("df", "-inf")},
    {"t[0] NaN", ALL, SOUND, .poison = {'t', 0, NAN}, NOT_FINITE("t[0]", "NaN")},
    {"t[4] infinite", ALL, SOUND, .poison = {'t', 4, INFINITY}, NOT_FINITE("t[4]", "inf")},
    {"t[2] -infinite", ALL, SOUND, .poison = {'t', 2, -INFINITY}, NOT_FINITE("t[2]", "-inf")},
    {"x[0] NaN", ALL, SOUND, .poison = {'x', 0, NAN}, NOT_FINITE("x[0]", "NaN")},
    {"x[4] infinite", ALL, SOUND, .poison = {'x', 4, INFINITY}, NOT_FINITE("x[4]", "inf")},
    {"x[2] -infinite", ALL, SOUND, .poison = {'x', 2, -INFINITY}, NOT_FINITE("x[2]", "-inf")},
    {"frequencies overflow", ALL, .n = 5, .nf = 4, .f0 = 1e308, .df = 1e308,
     INVALID("df:", "1e308", "last frequency")},
    {"f0 NaN, no frequencies", ALL, .n = 5, .f0 = NAN, NOT_FINITE("f0", "NaN")},
};

static const double sentinel = -12345.675;

/* What is really there when an argument claims `count` elements: nothing for absurd claims. */
static int64_t room(int64_t count)
{
    return count > 0 && count <= 4096 ? count : 0;
}

/* Exactly as much memory as the arguments need, so that valgrind sees every step beyond it. */
static double *block(int64_t count, enum place place, double **whole)
{
    size_t elements = (size_t)room(count);
    /* One element of room lets a pointer be odd. */
    double *memory = malloc((elements + (place == ODD)) * sizeof(double) + (elements == 0));
    if (memory == NULL)
        exit(3);
    for (size_t i = 0; i < elements; i++)
        memory[i] = sentinel;
    *whole = memory;
    return place == NOWHERE ? NULL : place == ODD ? (double *)((char *)memory + 4) : memory;
}

static void fill(double *t, double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        /* Times in no order. */
        t[i] = 0.5 + (double)((i * 7919) % 1000) * 0.37;
        x[i] = sin(0.3 * (double)i) + 0.1;
    }
}

static int all(const double *values, int64_t count, int nan)
{
    for (int64_t i = 0; i < room(count); i++)
        if (nan ? !isnan(values[i]) : memcmp(&values[i], &sentinel, sizeof sentinel) != 0)
            return 0;
    return 1;
}

static void call_row(const struct row *row, size_t which)
{
    enum function function = functions[which].function;
    const char *name = functions[which].name;
    int legacy = (function & LEGACY) != 0;
    double *t_memory, *x_memory, *freq_memory, *result_memory;
    double *t = block(row->n, row->t, &t_memory), *x = block(row->n, row->x, &x_memory);
    int nf2 = row->nf2 != 0 ? row->nf2 : (int)(2 * row->nf);
    int64_t freq_size = function == FOURIER ? nf2 : row->nf;
    int64_t result_size = function == TRANSFORM ? 2 * room(row->nf) : room(row->nf);
    enum place freq_place = function == FOURIER ? row->result : row->freq;
    double *freq = block(freq_size, freq_place, &freq_memory);
    double *result = block(function == FOURIER ? 0 : result_size, row->result, &result_memory);
    if (t == t_memory && x == x_memory && room(row->n) > 0) {
        fill(t, x, row->n);
        if (row->poison.array != 0)
            (row->poison.array == 't' ? t : x)[row->poison.index] = row->poison.value;
    }

    char before[512];
    snprintf(before, sizeof before, "%s", fourier_last_error());
    int status = -1;
    double *returned = NULL;
    int n_int = (int)row->n, nf_int = (int)row->nf;
    switch (function) {
    case FOURIER:
        returned = fourier(n_int, t, x, row->f0, row->df, nf_int, nf2, freq);
        break;
    case FOURIER_:
        fourier_(t, x, &row->f0, &row->df, &n_int, &nf_int, freq, result);
        break;
    case POWER:
        status = fourier_power(row->n, t, x, row->f0, row->df, row->nf, freq, result, NULL);
        break;
    case TRANSFORM:
        status = fourier_transform(row->n, t, x, row->f0, row->df, row->nf, freq, result, NULL);
        break;
    }

    if (!legacy)
        judge(name, row->what, status == row->status, "another status");
    if (row->status == FOURIER_OK) {
        judge(name, row->what, strcmp(fourier_last_error(), legacy ? "" : before) == 0,
              "a success changed the last error");
        if (function == FOURIER) {
            judge(name, row->what, returned == freq, "fr is not what was returned");
            result = freq == NULL ? NULL : freq + row->nf;
            judge(name, row->what,
                  row->nf == 0 || all(freq + 2 * row->nf, nf2 - 2 * row->nf, 0),
                  "fr was written beyond 2 nf");
        }
        judge(name, row->what,
              oracle_agrees(row->n, t, x, row->f0, row->df, row->nf, freq, result,
                            function == TRANSFORM),
              "a wrong result");
    } else {
        const char *words[3] = {row->words[0], row->words[1], row->words[2]};
        if (strcmp(words[0], RESULT) == 0)
            words[0] = functions[which].result;
        judge(name, row->what, says(words), "the last error does not say it");
        int64_t known = function == FOURIER ? nf2 : row->nf;
        if (function == FOURIER)
            judge(name, row->what, returned == NULL, "NULL was not returned");
        judge(name, row->what, freq != freq_memory || freq == NULL || all(freq, known, legacy),
              legacy ? "fr is not all NaN" : "freq was touched");
        judge(name, row->what,
              function == FOURIER || result != result_memory || all(result, result_size, legacy),
              legacy ? "s1 is not all NaN" : "the result was touched");
    }
    free(t_memory);
    free(x_memory);
    free(freq_memory);
    free(result_memory);
}

/* --- arguments in each other's memory --- */

/* Offsets in one array of 40 numbers; t and x have 5, freq 4, the result 4 (power) or 8 (pairs). */
static const struct overlap {
    const char *what;
    int functions, t, x, freq, result, bad;
} overlaps[] = {
    {"all side by side", ALL, 0, 5, 10, 14, 0},
    {"outputs before inputs", ALL, 30, 35, 0, 4, 0},
    {"t is x", ALL, 0, 0, 10, 14, 0},
    {"t and x overlap", ALL, 0, 2, 10, 14, 0},
    {"freq is t", ALL, 0, 5, 0, 14, 1},
    {"freq is x", ALL, 0, 5, 5, 14, 1},
    {"freq ends in t", ALL, 23, 30, 20, 10, 1},
    {"freq begins in x", ALL, 0, 5, 9, 20, 1},
    {"result is t", MODERN | FOURIER_, 0, 5, 20, 0, 1},
    {"result begins in t", MODERN | FOURIER_, 0, 20, 30, 4, 1},
    {"result ends in x", MODERN | FOURIER_, 30, 23, 0, 20, 1},
    {"freq is the result", MODERN | FOURIER_, 0, 5, 20, 20, 1},
    {"freq ends in the result", MODERN | FOURIER_, 0, 5, 17, 20, 1},
    {"freq begins in the result", MODERN | FOURIER_, 0, 5, 23, 20, 1},
};

static void call_overlap(const struct overlap *row, size_t which)
{
    enum function function = functions[which].function;
    const char *name = functions[which].name;
    double memory[40], before[40], t_copy[5], x_copy[5], f0 = 0.25, df = 0.375;
    const int bad = FOURIER_INVALID_ARGUMENT;
    int n = 5, nf = 4, status = 0;
    for (int i = 0; i < 40; i++)
        memory[i] = 0.25 * i;
    memcpy(before, memory, sizeof memory);
    double *t = memory + row->t, *x = memory + row->x, *freq = memory + row->freq;
    double *result = function == FOURIER ? freq + nf : memory + row->result;
    memcpy(t_copy, t, sizeof t_copy);
    memcpy(x_copy, x, sizeof x_copy);
    switch (function) {
    case FOURIER:
        status = fourier(n, t, x, f0, df, nf, 2 * nf, freq) == NULL ? bad : FOURIER_OK;
        break;
    case FOURIER_:
        fourier_(t, x, &f0, &df, &n, &nf, freq, result);
        status = isnan(result[0]) ? bad : FOURIER_OK;
        break;
    case POWER:
        status = fourier_power(n, t, x, f0, df, nf, freq, result, NULL);
        break;
    case TRANSFORM:
        status = fourier_transform(n, t, x, f0, df, nf, freq, result, NULL);
        break;
    }
    judge(name, row->what, status == (row->bad ? bad : FOURIER_OK), "another status");
    if (!row->bad) {
        judge(name, row->what,
              oracle_agrees(n, t_copy, x_copy, f0, df, nf, freq, result, function == TRANSFORM),
              "a wrong result");
        return;
    }
    judge(name, row->what, strstr(fourier_last_error(), "overlaps") != NULL,
          "the last error does not say it");
    if (function & MODERN)
        judge(name, row->what, memcmp(before, memory, sizeof memory) == 0, "memory was touched");
    else
        judge(name, row->what, all(freq, nf, 1) && all(result, nf, 1), "outputs are not all NaN");
}

/* --- single numbers by reference --- */

static void call_without_references(void)
{
    double t[5], x[5], f0 = 0.25, df = 0.375;
    int n = 5, nf = 4;
    fill(t, x, 5);
    static const char *const names[] = {"f0", "df", "n", "nf"};
    for (int missing = 0; missing < 4; missing++) {
        double fr[4] = {sentinel, sentinel, sentinel, sentinel}, s1[4];
        memcpy(s1, fr, sizeof fr);
        fourier_(t, x, missing == 0 ? NULL : &f0, missing == 1 ? NULL : &df,
                 missing == 2 ? NULL : &n, missing == 3 ? NULL : &nf, fr, s1);
        const char *const words[3] = {names[missing], "NULL", NULL};
        judge("fourier_", names[missing], says(words), "the last error");
        /* Without NF the places of the outputs are not known. */
        judge("fourier_", names[missing], all(fr, 4, missing != 3) && all(s1, 4, missing != 3),
              "the outputs");
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t which = 0; which < 4; which++)
            if (table[i].functions & functions[which].function)
                call_row(&table[i], which);
    for (size_t i = 0; i < sizeof overlaps / sizeof *overlaps; i++)
        for (size_t which = 0; which < 4; which++)
            if (overlaps[i].functions & functions[which].function)
                call_overlap(&overlaps[i], which);
    call_without_references();
    /* After all this the library still works. */
    call_row(&table[0], 2);
    return conclude();
}
