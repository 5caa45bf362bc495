/* Median filter of one FITS file, for smooth_fits. */
#ifndef SMOOTH_FILE_H
#define SMOOTH_FILE_H

#include <stddef.h>

#include "fourier.h"

/* How files are to be filtered. */
struct settings {
    int size;               /* side of the window, pixels */
    int threads;            /* of the library */
    int all_images;         /* filter every image, not only the first with pixels */
    fourier_progress cease; /* returns non-zero when the work is to be given up */
};

enum { MESSAGE_LENGTH = 1024 };

/* Writes a message as printf does; returns 1. */
int fail(char message[MESSAGE_LENGTH], const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* The same with the text of a cfitsio status; `step` is what could not be done. */
int fits_fail(char message[MESSAGE_LENGTH], const char *step, int status);

/* Filters the images of `input` and writes every HDU to `output`, which appears whole or not at
 * all. Returns 0, or 1 with a message: then cfitsio may hold files that are better not closed, as
 * it fills what was begun up to the size that its header declares, and the process should end. */
int smooth_file(const char *input, const char *output, const struct settings *settings,
                char message[MESSAGE_LENGTH]);

#endif
