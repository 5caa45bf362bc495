/* Median filter of one image, plane by plane, as it is stored. BITPIX, BSCALE and BZERO stay as
 * they are, since scaling keeps the order of the pixels (a negative BSCALE reverses it, which only
 * matters to the median of an even number of pixels). */
#include "image.h"

#include <math.h>
#include <stdlib.h>

int image_shape(fitsfile *file, struct image *image, char message[MESSAGE_LENGTH])
{
    int type = 0, status = 0;
    *image = (struct image){0};
    fits_get_hdu_type(file, &type, &status);
    if (!status && type == IMAGE_HDU) {
        image->compressed = fits_is_compressed_image(file, &status);
        fits_get_img_paramll(file, sizeof image->length / sizeof *image->length, &image->bitpix,
                             &image->axes, image->length, &status);
        image->columns = image->axes > 0 ? image->length[0] : 0;
        image->rows = image->axes > 1 ? image->length[1] : 1;
        image->planes = 1;
        for (int axis = 2; axis < image->axes; axis++) {
            if (image->length[axis] > 0 && image->planes > INT64_MAX / image->length[axis])
                return fail(message, "its header declares an impossible size");
            image->planes *= image->length[axis];
        }
    }
    return status ? fits_fail(message, "cannot be read", status) : 0;
}

int image_has_pixels(const struct image *image)
{
    return image->columns > 0 && image->rows > 0 && image->planes > 0;
}

static int64_t pixels_of_plane(const struct image *image)
{
    return image->rows * image->columns;
}

static size_t bytes_of_plane(const struct image *image)
{
    return (size_t)pixels_of_plane(image) * (size_t)abs(image->bitpix) / 8;
}

int image_allocate(struct image *image, char message[MESSAGE_LENGTH])
{
    /* 16: bytes of a pixel in both of image->real. */
    if (image->columns <= INT64_MAX / 16 / image->rows) {
        image->in = malloc(bytes_of_plane(image));
        image->out = malloc(bytes_of_plane(image));
    }
    if (image->in && image->out)
        return 0;
    return fail(message, "no memory for an image of %lld x %lld pixels", (long long)image->columns,
                (long long)image->rows);
}

void image_free(struct image *image)
{
    free(image->in);
    free(image->out);
    free(image->real);
}

/* Pixels as FITS stores them: the types of cfitsio and of libfourier for each BITPIX. */
static int fits_type(const struct image *image)
{
    switch (image->bitpix) {
    case BYTE_IMG: return TBYTE;
    case SHORT_IMG: return TSHORT;
    case LONG_IMG: return TINT;
    case LONGLONG_IMG: return TLONGLONG;
    case FLOAT_IMG: return TFLOAT;
    default: return TDOUBLE;
    }
}

static int filter_as(int bitpix, const struct image *image, const void *in, void *out, int64_t size,
                     const fourier_options *options)
{
#define FILTER(NAME)                                                                        \
    fourier_median_filter_##NAME(image->rows, image->columns, in, out, size, size,          \
                                 FOURIER_BORDER_REFLECT, 0.0, options)
    switch (bitpix) {
    case BYTE_IMG: return FILTER(u8);
    case SHORT_IMG: return FILTER(i16);
    case LONG_IMG: return FILTER(i32);
    case LONGLONG_IMG: return FILTER(i64);
    case FLOAT_IMG: return FILTER(f32);
    default: return FILTER(f64);
    }
#undef FILTER
}

static int64_t stored(const struct image *image, const void *pixels, int64_t place)
{
    switch (image->bitpix) {
    case BYTE_IMG: return ((const uint8_t *)pixels)[place];
    case SHORT_IMG: return ((const int16_t *)pixels)[place];
    case LONG_IMG: return ((const int32_t *)pixels)[place];
    default: return ((const int64_t *)pixels)[place];
    }
}

static void store(const struct image *image, void *pixels, int64_t place, int64_t value)
{
    switch (image->bitpix) {
    case BYTE_IMG: ((uint8_t *)pixels)[place] = (uint8_t)value; break;
    case SHORT_IMG: ((int16_t *)pixels)[place] = (int16_t)value; break;
    case LONG_IMG: ((int32_t *)pixels)[place] = (int32_t)value; break;
    default: ((int64_t *)pixels)[place] = value; break;
    }
}

static double real(const struct image *image, const void *pixels, int64_t place)
{
    return image->bitpix == FLOAT_IMG ? (double)((const float *)pixels)[place]
                                      : ((const double *)pixels)[place];
}

/* Copies a pixel, bit for bit. */
static void copy_pixel(const struct image *image, const void *from, void *to, int64_t place)
{
    if (image->bitpix == FLOAT_IMG)
        ((float *)to)[place] = ((const float *)from)[place];
    else
        ((double *)to)[place] = ((const double *)from)[place];
}

/* The first and the last pixel of a plane, counted from 1, and the step between them. */
static void corners(const struct image *image, int64_t plane, long *first, long *last, long *step)
{
    for (int axis = 0; axis < image->axes; axis++) {
        step[axis] = 1;
        first[axis] = last[axis] = 1;
        if (axis < 2) {
            last[axis] = (long)image->length[axis];
        } else {
            first[axis] = last[axis] = (long)(plane % image->length[axis]) + 1;
            plane /= image->length[axis];
        }
    }
}

int image_read(fitsfile *file, struct image *image, int64_t plane, char message[MESSAGE_LENGTH])
{
    const int type = fits_type(image);
    const int64_t pixels = pixels_of_plane(image);
    long first[99], last[99], step[99];
    int status = 0, any_missing = 0;

    /* Stored numbers, not scaled ones, and BLANK as any other. */
    fits_set_bscale(file, 1.0, 0.0, &status);
    if (!image->compressed) {
        fits_read_img(file, type, plane * pixels + 1, pixels, NULL, image->in, &any_missing,
                      &status);
        return status ? fits_fail(message, "cannot read the image", status) : 0;
    }
    /* Tiles of floating-point numbers have no NaN of their own. */
    float nan_float = NAN;
    double nan_double = NAN;
    void *missing = type == TFLOAT ? (void *)&nan_float : type == TDOUBLE ? &nan_double : NULL;
    corners(image, plane, first, last, step);
    fits_read_subset(file, type, first, last, step, missing, image->in, &any_missing, &status);
    if (missing && any_missing) {
        /* cfitsio takes infinities for missing as well. They are seen when it does not look for
         * missing pixels, which are finite then; it must forget the tiles that it keeps. */
        fits_set_hdustruc(file, &status);
        fits_set_bscale(file, 1.0, 0.0, &status);
        fits_read_subset(file, type, first, last, step, NULL, image->out, &any_missing, &status);
        fits_set_hdustruc(file, &status);
        for (int64_t i = 0; i < pixels && !status; i++)
            if (isnan(real(image, image->in, i)) && isinf(real(image, image->out, i)))
                copy_pixel(image, image->out, image->in, i);
    }
    return status ? fits_fail(message, "cannot read the image", status) : 0;
}

int image_write(fitsfile *file, const struct image *image, int64_t plane,
                char message[MESSAGE_LENGTH])
{
    const LONGLONG pixels = pixels_of_plane(image);
    long first[99], last[99], step[99];
    int status = 0;
    fits_set_bscale(file, 1.0, 0.0, &status);
    if (fits_is_compressed_image(file, &status)) {
        corners(image, plane, first, last, step);
        fits_write_subset(file, fits_type(image), first, last, image->out, &status);
    } else {
        fits_write_img(file, fits_type(image), plane * pixels + 1, pixels, image->out, &status);
    }
    return status ? fits_fail(message, "cannot write the image", status) : 0;
}

/* Filters a plane of integers some of which are BLANK: as doubles, where BLANK is NaN. */
static int filter_with_blanks(struct image *image, int size, const fourier_options *options,
                              char message[MESSAGE_LENGTH])
{
    const int64_t pixels = pixels_of_plane(image);
    if (!image->real && !(image->real = malloc((size_t)pixels * 2 * sizeof *image->real)))
        return fail(message, "no memory for an image with BLANK pixels");
    double *in = image->real, *out = image->real + pixels;
    for (int64_t i = 0; i < pixels; i++) {
        int64_t value = stored(image, image->in, i);
        in[i] = value == image->blank ? NAN : (double)value;
        if (value != image->blank && (value > INT64_C(1) << 53 || value < -(INT64_C(1) << 53)))
            return fail(message,
                        "an image with BLANK pixels holds %lld, beyond 53 bits: not supported",
                        (long long)value);
    }
    if (filter_as(DOUBLE_IMG, image, in, out, size, options))
        return fail(message, "%s", fourier_last_error());
    for (int64_t i = 0; i < pixels; i++)
        store(image, image->out, i, isnan(in[i]) ? image->blank : (int64_t)out[i]);
    return 0;
}

int image_filter(struct image *image, int size, const fourier_options *options,
                 char message[MESSAGE_LENGTH])
{
    const int64_t pixels = pixels_of_plane(image);
    for (int64_t i = 0; image->has_blank && i < pixels; i++)
        if (stored(image, image->in, i) == image->blank)
            return filter_with_blanks(image, size, options, message);
    if (filter_as(image->bitpix, image, image->in, image->out, size, options))
        return fail(message, "%s", fourier_last_error());
    /* Missing pixels were left out of the windows: they are put back. */
    for (int64_t i = 0; image->bitpix < 0 && i < pixels; i++)
        if (isnan(real(image, image->in, i)))
            copy_pixel(image, image->in, image->out, i);
    return 0;
}

uint64_t image_hash(const struct image *image, const void *pixels, uint64_t hash)
{
    /* FNV-1a */
    const unsigned char *bytes = pixels;
    hash = hash ? hash : UINT64_C(14695981039346656037);
    for (size_t i = 0; i < bytes_of_plane(image); i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}
