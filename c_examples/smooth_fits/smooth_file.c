/* Median filter of one FITS file: its images are filtered as they are stored, everything else is
 * copied. BITPIX, BSCALE and BZERO stay as they are, since scaling keeps the order of the pixels
 * (a negative BSCALE reverses it, which only matters to the median of an even number of pixels). */
#define _POSIX_C_SOURCE 200809L

#include "smooth_file.h"

#include <errno.h>
#include <fitsio.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fourier.h"

/* Opening and closing a compressed file is not safe in several threads of cfitsio. */
static pthread_mutex_t compressed_file = PTHREAD_MUTEX_INITIALIZER;

/* One file being filtered. */
struct work {
    const struct settings *settings;
    fitsfile *file; /* the new one */
    fourier_options *options;
    char *message;
};

/* An image of the new file, and room for one of its planes. */
struct image {
    int bitpix;
    int64_t rows, columns, planes;
    int has_blank;
    int64_t blank;
    void *in, *out;   /* rows * columns pixels as stored */
    void *real[2];    /* the same as numbers with NaN, where pixels are BLANK */
};

static int fail(char *message, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, MESSAGE_LENGTH, format, arguments);
    va_end(arguments);
    return 1;
}

/* The text of a cfitsio status. (Its error stack is shared by all threads: of no use here.) */
static int fits_fail(char *message, const char *step, int status)
{
    int error = errno;
    char text[FLEN_STATUS];
    fits_get_errstatus(status, text);
    if (status == WRITE_ERROR || status == FILE_NOT_CREATED || status == FILE_NOT_OPENED)
        return fail(message, "%s: %s: %s", step, text, strerror(error));
    return fail(message, "%s: %s (cfitsio status %d)", step, text, status);
}

static int stop_when_interrupted(double fraction, void *settings)
{
    (void)fraction;
    return *((const struct settings *)settings)->interrupted != 0;
}

/* Pixels as FITS stores them: the types of cfitsio and of libfourier for each BITPIX. */
static int fits_type(int bitpix)
{
    switch (bitpix) {
    case BYTE_IMG: return TBYTE;
    case SHORT_IMG: return TSHORT;
    case LONG_IMG: return TINT;
    case LONGLONG_IMG: return TLONGLONG;
    case FLOAT_IMG: return TFLOAT;
    default: return TDOUBLE;
    }
}

static int filter(int bitpix, const struct image *image, const void *in, void *out, int64_t size,
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

static int64_t stored(int bitpix, const void *pixels, int64_t place)
{
    switch (bitpix) {
    case BYTE_IMG: return ((const uint8_t *)pixels)[place];
    case SHORT_IMG: return ((const int16_t *)pixels)[place];
    case LONG_IMG: return ((const int32_t *)pixels)[place];
    default: return ((const int64_t *)pixels)[place];
    }
}

static void store(int bitpix, void *pixels, int64_t place, double value)
{
    switch (bitpix) {
    case BYTE_IMG: ((uint8_t *)pixels)[place] = (uint8_t)value; break;
    case SHORT_IMG: ((int16_t *)pixels)[place] = (int16_t)value; break;
    case LONG_IMG: ((int32_t *)pixels)[place] = (int32_t)value; break;
    default: ((int64_t *)pixels)[place] = (int64_t)value; break;
    }
}

/* Filters a plane of integers some of which are BLANK: as doubles, where BLANK is NaN. */
static int filter_with_blanks(struct work *work, struct image *image)
{
    const int64_t pixels = image->rows * image->columns;
    for (int side = 0; side < 2; side++)
        if (!image->real[side] && !(image->real[side] = malloc((size_t)pixels * sizeof(double))))
            return fail(work->message, "no memory for an image with BLANK pixels");
    double *in = image->real[0], *out = image->real[1];
    for (int64_t i = 0; i < pixels; i++) {
        int64_t value = stored(image->bitpix, image->in, i);
        in[i] = value == image->blank ? NAN : (double)value;
        if (value != image->blank && (value > INT64_C(1) << 53 || value < -(INT64_C(1) << 53)))
            return fail(work->message,
                        "an image with BLANK pixels holds %lld, beyond 53 bits: not supported",
                        (long long)value);
    }
    if (filter(DOUBLE_IMG, image, in, out, work->settings->size, work->options))
        return fail(work->message, "%s", fourier_last_error());
    for (int64_t i = 0; i < pixels; i++)
        store(image->bitpix, image->out, i, isnan(in[i]) ? (double)image->blank : out[i]);
    /* A BLANK beyond 53 bits is not a double. */
    for (int64_t i = 0; image->bitpix == LONGLONG_IMG && i < pixels; i++)
        if (isnan(in[i]))
            ((int64_t *)image->out)[i] = image->blank;
    return 0;
}

/* Filters the plane in image->in to image->out. */
static int filter_plane(struct work *work, struct image *image)
{
    const int64_t pixels = image->rows * image->columns;
    for (int64_t i = 0; image->has_blank && i < pixels; i++)
        if (stored(image->bitpix, image->in, i) == image->blank)
            return filter_with_blanks(work, image);
    if (filter(image->bitpix, image, image->in, image->out, work->settings->size, work->options))
        return fail(work->message, "%s", fourier_last_error());
    /* Missing pixels were left out of the windows: they are put back. */
    for (int64_t i = 0; i < pixels; i++) {
        if (image->bitpix == FLOAT_IMG && isnan(((float *)image->in)[i]))
            ((float *)image->out)[i] = ((float *)image->in)[i];
        else if (image->bitpix == DOUBLE_IMG && isnan(((double *)image->in)[i]))
            ((double *)image->out)[i] = ((double *)image->in)[i];
    }
    return 0;
}

static int filter_planes(struct work *work, struct image *image)
{
    const int64_t pixels = image->rows * image->columns;
    const int type = fits_type(image->bitpix);
    int status = 0, any_missing = 0;
    /* What the missing pixels of a tile-compressed image are to be read as. */
    float nan_float = NAN;
    double nan_double = NAN;
    void *missing = type == TFLOAT ? (void *)&nan_float : type == TDOUBLE ? &nan_double : NULL;

    /* Stored numbers, not scaled ones, and BLANK as any other. */
    fits_set_bscale(work->file, 1.0, 0.0, &status);
    for (int64_t plane = 0; plane < image->planes && !status; plane++) {
        const int64_t first = plane * pixels + 1;
        fits_read_img(work->file, type, first, pixels, missing, image->in, &any_missing, &status);
        if (status)
            return fits_fail(work->message, "cannot read the image", status);
        if (filter_plane(work, image))
            return 1;
        fits_write_img(work->file, type, first, pixels, image->out, &status);
    }
    return status ? fits_fail(work->message, "cannot write the image", status) : 0;
}

/* Adds what tells that the HDU was filtered: HISTORY, and checksums where it had them. */
static int finish_header(struct work *work)
{
    char text[FLEN_CARD], value[FLEN_VALUE];
    int status = 0, missing = 0;
    snprintf(text, sizeof text, "smooth_fits: median filter %d x %d, libfourier %s",
             work->settings->size, work->settings->size, fourier_version());
    fits_write_history(work->file, text, &status);
    fits_read_keyword(work->file, "DATASUM", value, NULL, &missing);
    if (!missing)
        fits_write_chksum(work->file, &status);
    return status ? fits_fail(work->message, "cannot write the header", status) : 0;
}

/* The shape of the current HDU of `file`; without pixels where it is no image. */
static int read_shape(fitsfile *file, struct image *image, int *status)
{
    enum { MOST_AXES = 99 };
    LONGLONG axes[MOST_AXES] = {0};
    int axis_count = 0, type = 0;
    fits_get_hdu_type(file, &type, status);
    if (*status || type != IMAGE_HDU)
        return *status;
    fits_get_img_paramll(file, MOST_AXES, &image->bitpix, &axis_count, axes, status);
    image->columns = axis_count > 0 ? axes[0] : 0;
    image->rows = axis_count > 1 ? axes[1] : 1;
    image->planes = 1;
    for (int axis = 2; axis < axis_count; axis++)
        image->planes *= axes[axis];
    return *status;
}

/* Filters the image of the current HDU of the new file. */
static int filter_image(struct work *work, struct image *image)
{
    int missing = 0, failed = 0;
    LONGLONG blank = 0;
    fits_read_key(work->file, TLONGLONG, "BLANK", &blank, NULL, &missing);
    image->has_blank = image->bitpix > 0 && !missing;
    image->blank = blank;

    const size_t bytes = (size_t)(image->rows * image->columns) * (size_t)abs(image->bitpix) / 8;
    image->in = malloc(bytes);
    image->out = malloc(bytes);
    if (!image->in || !image->out)
        failed = fail(work->message, "no memory for an image of %lld x %lld pixels",
                      (long long)image->columns, (long long)image->rows);
    else
        failed = filter_planes(work, image) || finish_header(work);
    free(image->in);
    free(image->out);
    free(image->real[0]);
    free(image->real[1]);
    return failed;
}

/* Copies every HDU to the new file, and filters the first image with pixels, or all of them. */
static int copy_and_filter(struct work *work, fitsfile *source)
{
    int hdus = 0, status = 0, images = 0;
    fits_get_num_hdus(source, &hdus, &status);
    for (int hdu = 1; hdu <= hdus && !status; hdu++) {
        struct image image = {0};
        fits_movabs_hdu(source, hdu, NULL, &status);
        if (read_shape(source, &image, &status))
            break;
        int chosen = image.columns * image.rows * image.planes > 0 &&
                     (images == 0 || work->settings->all_images);
        /* Tiles of floating-point numbers are rounded when they are compressed, so what is
         * filtered is written without compression. */
        if (chosen && image.bitpix < 0 && fits_is_compressed_image(source, &status))
            fits_img_decompress(source, work->file, &status);
        else
            fits_copy_hdu(source, work->file, 0, &status);
        if (status)
            break;
        if (chosen && filter_image(work, &image))
            return 1;
        images += chosen;
    }
    if (status == WRITE_ERROR)
        return fits_fail(work->message, "cannot write", status);
    if (status)
        return fits_fail(work->message, "cannot be read to its end", status);
    return images ? 0 : fail(work->message, "no image with pixels in it");
}

/* Opens `input` for reading; *compressed tells whether it is a compressed file. */
static fitsfile *open_input(const char *input, int *compressed, char *message)
{
    unsigned char start[6] = {0};
    struct stat about;
    FILE *bytes = fopen(input, "rb");
    if (!bytes || fstat(fileno(bytes), &about)) {
        fail(message, "cannot be opened: %s", strerror(errno));
        if (bytes)
            fclose(bytes);
        return NULL;
    }
    size_t length = fread(start, 1, sizeof start, bytes);
    fclose(bytes);
    if (!S_ISREG(about.st_mode)) {
        fail(message, "not a file");
        return NULL;
    }
    /* gzip, and what cfitsio unpacks besides: zip, pack, compress, lzh, bzip2 */
    const char magic[][3] = {"\x1f\x8b", "PK", "\x1f\x1e", "\x1f\x9d", "\x1f\xa0", "BZ"};
    *compressed = 0;
    for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
        *compressed = *compressed || (length > 1 && memcmp(start, magic[i], 2) == 0);
    if (!*compressed && memcmp(start, "SIMPLE", 6) != 0) {
        fail(message, "not a FITS file: it does not begin with SIMPLE");
        return NULL;
    }
    fitsfile *file = NULL;
    int status = 0;
    if (*compressed)
        pthread_mutex_lock(&compressed_file);
    /* As a plain name: brackets and the like in it mean nothing. */
    if (fits_open_diskfile(&file, input, READONLY, &status))
        fits_fail(message, "cannot be opened", status);
    if (*compressed)
        pthread_mutex_unlock(&compressed_file);
    return status ? NULL : file;
}

/* Writes the filtered file to `path`. */
static int write_filtered(struct work *work, const char *input, const char *path)
{
    int compressed = 0, status = 0, closing = 0, failed;
    fitsfile *source = open_input(input, &compressed, work->message);
    if (!source)
        return 1;
    errno = 0;
    if (fits_create_diskfile(&work->file, path, &status))
        failed = fits_fail(work->message, "cannot create the new file", status);
    else
        failed = copy_and_filter(work, source);
    if (compressed)
        pthread_mutex_lock(&compressed_file);
    fits_close_file(source, &closing);
    if (compressed)
        pthread_mutex_unlock(&compressed_file);
    /* What is still in cfitsio's buffers is written now. */
    if (work->file && fits_close_file(work->file, &status) && !failed)
        failed = fits_fail(work->message, "cannot write", status);
    return failed;
}

int smooth_file(const char *input, const char *output, const struct settings *settings,
                char message[MESSAGE_LENGTH])
{
    struct work work = {.settings = settings, .message = message};
    char path[FLEN_FILENAME];
    struct stat from, to;
    const char *name = strrchr(output, '/');
    name = name ? name + 1 : output;

    if (stat(input, &from) == 0 && stat(output, &to) == 0 && from.st_dev == to.st_dev &&
        from.st_ino == to.st_ino)
        return fail(message, "would be overwritten by its own output");
    int length = snprintf(path, sizeof path, "%.*s.%s.part-%ld", (int)(name - output), output, name,
                          (long)getpid());
    if (length < 0 || (size_t)length >= sizeof path)
        return fail(message, "%s: the name is too long", output);
    work.options = fourier_options_new();
    if (!work.options)
        return fail(message, "no memory");
    fourier_options_set_threads(work.options, settings->threads);
    fourier_options_set_nan_policy(work.options, FOURIER_NAN_OMIT);
    fourier_options_set_progress(work.options, stop_when_interrupted, (void *)settings);

    unlink(path); /* left by a process of the same number that was killed */
    int failed = write_filtered(&work, input, path);
    if (!failed && *settings->interrupted)
        failed = fail(message, "interrupted");
    if (!failed && rename(path, output))
        failed = fail(message, "cannot rename the new file to %s: %s", output, strerror(errno));
    if (failed)
        unlink(path);
    fourier_options_free(work.options);
    return failed;
}
