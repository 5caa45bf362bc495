/* Median filter of one FITS file, for smooth_fits. */
#ifndef SMOOTH_FILE_H
#define SMOOTH_FILE_H

#include <signal.h>

/* What is the same for every file. */
struct settings {
    int size;                           /* side of the window, pixels */
    int threads;                        /* of the library; 0 = all that may be used */
    int all_images;                     /* filter every image, not only the first with data */
    volatile sig_atomic_t *interrupted; /* becomes non-zero when the program is to stop */
};

enum { MESSAGE_LENGTH = 1024 };

/* Filters the images of `input` and writes every HDU to `output`, which appears whole or not at
 * all. Returns 0, or 1 with a message. May run in several threads at once. */
int smooth_file(const char *input, const char *output, const struct settings *settings,
                char message[MESSAGE_LENGTH]);

#endif
