/* Median filter of one image of a FITS file, for smooth_fits. */
#ifndef IMAGE_H
#define IMAGE_H

#include <fitsio.h>
#include <stdint.h>

#include "smooth_file.h"

/* An image, and room for one of its planes. */
struct image {
    int bitpix;
    int axes;
    LONGLONG length[99]; /* of each axis: 99 is the most that FITS allows */
    int64_t rows, columns, planes;
    int compressed; /* in tiles */
    int has_blank;
    int64_t blank;
    void *in, *out; /* rows * columns pixels as stored */
    double *real;   /* the same as numbers with NaN, where pixels are BLANK */
};

/* Tells the shape of the current HDU of `file`: without pixels where it is not an image. */
int image_shape(fitsfile *file, struct image *image, char message[MESSAGE_LENGTH]);

/* Whether the image has pixels. */
int image_has_pixels(const struct image *image);

/* Makes room for a plane, and frees it. */
int image_allocate(struct image *image, char message[MESSAGE_LENGTH]);
void image_free(struct image *image);

/* Reads a plane of the current HDU of `file` to image->in, as it is stored; NaN where a pixel of a
 * tile-compressed image of floating-point numbers is missing. */
int image_read(fitsfile *file, struct image *image, int64_t plane, char message[MESSAGE_LENGTH]);

/* Filters image->in to image->out. */
int image_filter(struct image *image, int size, const fourier_options *options,
                 char message[MESSAGE_LENGTH]);

/* Writes image->out to a plane of the current HDU of `file`. */
int image_write(fitsfile *file, const struct image *image, int64_t plane,
                char message[MESSAGE_LENGTH]);

/* A number that tells planes from others: `hash` is that of the planes before, 0 for none. */
uint64_t image_hash(const struct image *image, const void *pixels, uint64_t hash);

#endif
