/* Median filter of one FITS file: its images are filtered, everything else is copied. */
#define _POSIX_C_SOURCE 200809L

#include "smooth_file.h"

#include <errno.h>
#include <fcntl.h>
#include <fitsio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "part_file.h"

/* One file being filtered. */
struct work {
    const struct settings *settings;
    fitsfile *source, *file; /* the new one */
    fourier_options *options;
    int compress;    /* images that are stored in tiles without loss stay so */
    uint64_t *wrote; /* for each HDU: of the pixels of an image that stayed compressed, or 0 */
    char *message;
};

int fail(char message[MESSAGE_LENGTH], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, MESSAGE_LENGTH, format, arguments);
    va_end(arguments);
    return 1;
}

int fits_fail(char message[MESSAGE_LENGTH], const char *step, int status)
{
    int error = errno;
    char text[FLEN_STATUS];
    fits_get_errstatus(status, text);
    if (status == WRITE_ERROR || status == FILE_NOT_CREATED || status == FILE_NOT_OPENED)
        return fail(message, "%s: %s: %s", step, text, strerror(error));
    return fail(message, "%s: %s (cfitsio status %d)", step, text, status);
}

/* The bytes of data that the header of the current HDU declares; -1 for impossible ones. */
static int64_t declared_size(fitsfile *file, int *status)
{
    LONGLONG axes = 0, bits = 0, groups = 1, parameters = 0, length = 0;
    int64_t elements = 1;
    int none = 0;
    fits_read_key(file, TLONGLONG, "BITPIX", &bits, NULL, status);
    fits_read_key(file, TLONGLONG, "NAXIS", &axes, NULL, status);
    fits_read_key(file, TLONGLONG, "GCOUNT", &groups, NULL, &none);
    none = 0;
    fits_read_key(file, TLONGLONG, "PCOUNT", &parameters, NULL, &none);
    for (int axis = 1; axis <= axes && !*status; axis++) {
        char name[FLEN_KEYWORD];
        snprintf(name, sizeof name, "NAXIS%d", axis);
        fits_read_key(file, TLONGLONG, name, &length, NULL, status);
        /* NAXIS1 = 0: random groups, whose size the other axes tell. */
        if (axis == 1 && length == 0 && axes > 1 && groups > 0 && parameters > 0)
            continue;
        if (length < 0 || (length > 0 && elements > INT64_MAX / length))
            return -1;
        elements *= length;
    }
    if (*status || axes == 0)
        return 0;
    const int64_t bytes = bits < 0 ? -bits / 8 : bits / 8;
    if (bytes < 1 || bytes > 8 || groups < 0 || parameters < 0 ||
        parameters > INT64_MAX / 8 - elements)
        return -1;
    elements += parameters;
    if (groups > 0 && elements > INT64_MAX / 8 / groups)
        return -1;
    return elements * groups * bytes;
}

/* Refuses a file that is too short for what its headers declare. */
static int check_size(struct work *work)
{
    const int64_t size = work->source->Fptr->filesize;
    int hdus = 0, status = 0;
    fits_get_num_hdus(work->source, &hdus, &status);
    for (int hdu = 1; hdu <= hdus && !status; hdu++) {
        LONGLONG start = 0;
        fits_movabs_hdu(work->source, hdu, NULL, &status);
        int64_t declared = declared_size(work->source, &status);
        fits_get_hduaddrll(work->source, NULL, &start, NULL, &status);
        if (!status && (declared < 0 || declared > size - start))
            return fail(work->message,
                        "cannot be read to its end: HDU %d declares %s%lld bytes of data, of which "
                        "the file holds %lld",
                        hdu, declared < 0 ? "more than " : "",
                        declared < 0 ? (long long)INT64_MAX / 8 : (long long)declared,
                        (long long)(size > start ? size - start : 0));
    }
    return status ? fits_fail(work->message, "cannot be read to its end", status) : 0;
}

/* Whether the compressed image of the current HDU can be compressed again without loss, as what
 * its header says it is. */
static int is_lossless(fitsfile *file, int bitpix)
{
    char method[FLEN_VALUE] = "", name[FLEN_VALUE] = "";
    double first = 0.0, second = 0.0;
    int status = 0;
    if (bitpix < 0)
        return 0; /* numbers are rounded */
    fits_read_key(file, TSTRING, "ZCMPTYPE", method, NULL, &status);
    if (strcmp(method, "GZIP_1") == 0 || strcmp(method, "GZIP_2") == 0 ||
        strcmp(method, "PLIO_1") == 0)
        return 1;
    fits_read_key(file, TDOUBLE, "ZVAL1", &first, NULL, &status);
    if (strcmp(method, "HCOMPRESS_1") == 0)
        return !status && first == 0.0; /* pixels are multiples of its scale */
    /* cfitsio compresses pixels of the width of BITPIX, whatever the header says. */
    fits_read_key(file, TSTRING, "ZNAME2", name, NULL, &status);
    fits_read_key(file, TDOUBLE, "ZVAL2", &second, NULL, &status);
    return strncmp(method, "RICE_", 5) == 0 && !status && strcmp(name, "BYTEPIX") == 0 &&
           second == bitpix / 8;
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

/* Filters the image of the current HDU of the source to that of the new file. */
static int filter_image(struct work *work, struct image *image, uint64_t *hash)
{
    LONGLONG blank = 0;
    int status = 0, failed = image_allocate(image, work->message);
    if (fits_read_key(work->file, TLONGLONG, "BLANK", &blank, NULL, &status) && image->compressed) {
        status = 0;
        fits_read_key(work->file, TLONGLONG, "ZBLANK", &blank, NULL, &status);
    }
    image->has_blank = image->bitpix > 0 && !status;
    image->blank = blank;
    *hash = 0;
    for (int64_t plane = 0; plane < image->planes && !failed; plane++) {
        if (work->settings->cease(0.0, NULL))
            return fail(work->message, "interrupted");
        failed = image_read(work->source, image, plane, work->message) ||
                 image_filter(image, work->settings->size, work->options, work->message) ||
                 image_write(work->file, image, plane, work->message);
        if (!failed)
            *hash = image_hash(image, image->out, *hash);
    }
    image_free(image);
    return failed || finish_header(work);
}

/* Copies the current HDU of the source; *stays tells whether a compressed image stays so. */
static void copy_hdu(struct work *work, const struct image *image, int chosen, int *stays,
                     int *status)
{
    *stays = chosen && image->compressed && work->compress &&
             is_lossless(work->source, image->bitpix);
    if (chosen && image->compressed && !*stays) {
        char card[FLEN_CARD];
        int none = 0;
        /* What was the primary HDU would take the place of one without pixels. */
        if (!fits_read_card(work->source, "ZSIMPLE", card, &none))
            fits_create_hdu(work->file, status);
        fits_img_decompress_header(work->source, work->file, status);
        fits_set_hdustruc(work->file, status);
    } else {
        fits_copy_hdu(work->source, work->file, 0, status);
    }
}

/* Copies every HDU to the new file, and filters the first image with pixels, or all of them. */
static int copy_and_filter(struct work *work)
{
    int hdus = 0, status = 0, images = 0;
    fits_get_num_hdus(work->source, &hdus, &status);
    work->wrote = calloc((size_t)hdus + 1, sizeof *work->wrote);
    if (!work->wrote)
        return fail(work->message, "no memory");
    for (int hdu = 1; hdu <= hdus && !status; hdu++) {
        struct image image;
        uint64_t hash = 0;
        int stays = 0;
        fits_movabs_hdu(work->source, hdu, NULL, &status);
        if (!status && image_shape(work->source, &image, work->message))
            return 1;
        int chosen = !status && image_has_pixels(&image) &&
                     (images == 0 || work->settings->all_images);
        copy_hdu(work, &image, chosen, &stays, &status);
        if (!status && chosen && filter_image(work, &image, &hash))
            return 1;
        if (stays)
            work->wrote[hdu] = hash;
        images += chosen;
    }
    if (status == WRITE_ERROR)
        return fits_fail(work->message, "cannot write", status);
    if (status)
        return fits_fail(work->message, "cannot be read to its end", status);
    return images ? 0 : fail(work->message, "no image with pixels in it");
}

/* Opens `input` for reading. */
static int open_input(struct work *work, const char *input)
{
    unsigned char start[6] = {0};
    struct stat about;
    char path[FLEN_FILENAME];
    /* As a plain name: cfitsio looks up what begins with ~ as a user's home. */
    int length = snprintf(path, sizeof path, "%s%s", *input == '/' ? "" : "./", input);
    if (length < 0 || (size_t)length >= sizeof path)
        return fail(work->message, "the name is too long");
    int bytes = open(path, O_RDONLY | O_NONBLOCK); /* a FIFO must not make it wait */
    if (bytes == -1 || fstat(bytes, &about)) {
        fail(work->message, "cannot be opened: %s", strerror(errno));
        if (bytes != -1)
            close(bytes);
        return 1;
    }
    ssize_t count = S_ISREG(about.st_mode) ? read(bytes, start, sizeof start) : 0;
    close(bytes);
    if (!S_ISREG(about.st_mode))
        return fail(work->message, "not a file");
    /* gzip, and what cfitsio unpacks besides: zip, pack, compress, lzh, bzip2 */
    const char magic[][3] = {"\x1f\x8b", "PK", "\x1f\x1e", "\x1f\x9d", "\x1f\xa0", "BZ"};
    int packed = 0, status = 0;
    for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
        packed = packed || (count > 1 && memcmp(start, magic[i], 2) == 0);
    if (!packed && memcmp(start, "SIMPLE", 6) != 0)
        return fail(work->message, "not a FITS file: it does not begin with SIMPLE");
    /* Brackets and the like in the name mean nothing. */
    if (fits_open_diskfile(&work->source, path, READONLY, &status))
        return fits_fail(work->message, "cannot be opened", status);
    return 0;
}

/* Whether the images that stayed compressed are read as they were meant. */
static int is_read_back(struct work *work, const char *path, int hdus)
{
    int status = 0, same = 1;
    for (int hdu = 1; hdu <= hdus && same; hdu++) {
        struct image image = {0};
        uint64_t hash = 0;
        if (work->wrote[hdu] == 0)
            continue;
        if (!work->file)
            fits_open_diskfile(&work->file, path, READONLY, &status);
        fits_movabs_hdu(work->file, hdu, NULL, &status);
        same = !status && !image_shape(work->file, &image, work->message) &&
               !image_allocate(&image, work->message);
        for (int64_t plane = 0; same && plane < image.planes; plane++) {
            same = !image_read(work->file, &image, plane, work->message);
            hash = same ? image_hash(&image, image.in, hash) : 0;
        }
        same = same && hash == work->wrote[hdu];
        image_free(&image);
    }
    if (work->file)
        fits_close_file(work->file, &status);
    work->file = NULL;
    return same;
}

/* Writes the filtered file to `path`; *read_back tells whether it was written as it was meant. */
static int write_filtered(struct work *work, const char *path, int *read_back)
{
    int hdus = 0, status = 0;
    unlink(path); /* left by a process of the same number that was killed */
    errno = 0;
    if (fits_create_diskfile(&work->file, path, &status))
        return fits_fail(work->message, "cannot create the new file", status);
    int failed = copy_and_filter(work);
    if (!failed) {
        fits_get_num_hdus(work->file, &hdus, &status);
        /* What is still in cfitsio's buffers is written now. */
        if (fits_close_file(work->file, &status))
            failed = fits_fail(work->message, "cannot write", status);
        work->file = NULL;
        *read_back = !failed && is_read_back(work, path, hdus);
    }
    free(work->wrote);
    work->wrote = NULL;
    return failed;
}

int smooth_file(const char *input, const char *output, const struct settings *settings,
                char message[MESSAGE_LENGTH])
{
    struct work work = {.settings = settings, .message = message, .compress = 1};
    char path[PART_PATH_LENGTH];
    struct stat from, to;
    int status = 0, read_back = 0;

    if (stat(input, &from) == 0 && stat(output, &to) == 0 && from.st_dev == to.st_dev &&
        from.st_ino == to.st_ino)
        return fail(message, "would be overwritten by its own output");
    if (part_path(path, output, getpid()))
        return fail(message, "%s: the name is too long", output);
    work.options = fourier_options_new();
    if (!work.options)
        return fail(message, "no memory");
    fourier_options_set_threads(work.options, settings->threads);
    fourier_options_set_nan_policy(work.options, FOURIER_NAN_OMIT);
    fourier_options_set_progress(work.options, settings->cease, NULL);

    int failed = open_input(&work, input) || check_size(&work) ||
                 write_filtered(&work, path, &read_back);
    if (!failed && !read_back) {
        work.compress = 0;
        failed = write_filtered(&work, path, &read_back);
    }
    if (!failed && rename(path, output))
        failed = fail(message, "cannot rename the new file to %s: %s", output, strerror(errno));
    if (failed)
        unlink(path);
    else
        fits_close_file(work.source, &status);
    fourier_options_free(work.options);
    return failed;
}
