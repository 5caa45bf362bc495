/* Loaded before cfitsio (LD_PRELOAD): makes it do what it does to corrupt files, or with defects of
 * its own, where a test wants it. What it does is told by the name of the file it opens: one that
 * contains
 *     crash   a segmentation fault
 *     abort   what the C library prints when it finds memory corrupt, and SIGABRT
 *     leave   exit code 3
 *     chatter lines on standard output and standard error
 *     alter   a pixel of what is written in tiles becomes another */
#include <dlfcn.h>
#include <fitsio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int altering;

int fits_open_diskfile(fitsfile **file, const char *name, int mode, int *status)
{
    int (*original)(fitsfile **, const char *, int, int *) = dlsym(RTLD_NEXT, "ffdkopn");
    if (strstr(name, "crash"))
        *(volatile int *)16 = 1;
    if (strstr(name, "abort")) {
        static const char text[] = "malloc(): corrupted top size\n";
        (void)!write(STDERR_FILENO, text, sizeof text - 1);
        abort();
    }
    if (strstr(name, "leave"))
        exit(3);
    if (strstr(name, "chatter")) {
        puts("-no answer of the program");
        fflush(stdout);
        fputs("no message of the program\n", stderr);
    }
    altering = strstr(name, "alter") != NULL;
    return original(file, name, mode, status);
}

int fits_write_subset(fitsfile *file, int type, long *first, long *last, void *pixels, int *status)
{
    int (*original)(fitsfile *, int, long *, long *, void *, int *) = dlsym(RTLD_NEXT, "ffpss");
    if (!altering)
        return original(file, type, first, last, pixels, status);
    char before = *(char *)pixels;
    *(char *)pixels ^= 1;
    original(file, type, first, last, pixels, status);
    *(char *)pixels = before;
    return *status;
}
