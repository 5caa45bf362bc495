/* Files that are being written, for smooth_fits: DIRECTORY/.NAME.part-PID@HOST becomes
 * DIRECTORY/NAME when it is whole. */
#ifndef PART_FILE_H
#define PART_FILE_H

#include <stdint.h>

enum { PART_PATH_LENGTH = 1025 }; /* FLEN_FILENAME of cfitsio */

/* Where process `pid` writes what will be `output`. Returns 0, or 1 when the name is too long. */
int part_path(char path[PART_PATH_LENGTH], const char *output, int64_t pid);

/* Removes what killed processes of this computer left in a directory. */
void clear_abandoned_parts(const char *directory);

#endif
