/* Counting and telling what is not as promised. */
#ifndef JUDGE_H
#define JUDGE_H

#include <fourier.h>
#include <stdio.h>
#include <string.h>

static int checks, failed;

static inline void judge(const char *function, const char *what, int good, const char *problem)
{
    checks++;
    if (good)
        return;
    failed++;
    printf("FAILED %s, %s: %s\n    last error: %s\n", function, what, problem,
           fourier_last_error());
}

/* Does the last error say all these words (up to NULL)? The first must begin it. */
static inline int says(const char *const words[3])
{
    const char *error = fourier_last_error();
    for (int i = 0; i < 3 && words[i] != NULL; i++) {
        const char *found = strstr(error, words[i]);
        if (found == NULL || (i == 0 && found != error))
            return 0;
    }
    return 1;
}

/* The program's last line and its exit status. */
static inline int conclude(void)
{
    printf("%d checks, %d failed\n", checks, failed);
    return failed != 0;
}

#endif
