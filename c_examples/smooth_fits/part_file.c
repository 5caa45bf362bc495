#define _POSIX_C_SOURCE 200809L

#include "part_file.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char mark[] = ".part-";

/* The name of this computer: in a directory that several share, process numbers say little. */
static void host_name(char name[65])
{
    if (gethostname(name, 65))
        *name = '\0';
    name[64] = '\0';
}

int part_path(char path[PART_PATH_LENGTH], const char *output, int64_t pid)
{
    const char *name = strrchr(output, '/');
    name = name ? name + 1 : output;
    char host[65];
    host_name(host);
    /* cfitsio looks up what begins with ~ as a user's home. */
    int length = snprintf(path, PART_PATH_LENGTH, "%s%.*s.%s%s%lld@%s", *output == '/' ? "" : "./",
                          (int)(name - output), output, name, mark, (long long)pid, host);
    return length < 0 || length >= PART_PATH_LENGTH;
}

/* Whether a process has ended, also when nobody has taken its exit status yet. */
static int has_ended(long pid)
{
    char link[64], target[1];
    if (kill((pid_t)pid, 0) == -1)
        return errno == ESRCH;
    snprintf(link, sizeof link, "/proc/%ld/exe", pid);
    return access("/proc/self/exe", F_OK) == 0 && readlink(link, target, 1) == -1 &&
           errno == ENOENT;
}

/* Whether a file of this name was left by a process that is no more. */
static int is_abandoned(const char *name)
{
    const char *found = NULL;
    for (const char *next = name; *name == '.' && (next = strstr(next, mark)) != NULL; next++)
        found = next;
    if (!found)
        return 0;
    char *end, host[65];
    long pid = strtol(found + strlen(mark), &end, 10);
    host_name(host);
    return pid > 0 && (*end == '\0' || (*end == '@' && strcmp(end + 1, host) == 0)) &&
           has_ended(pid);
}

void clear_abandoned_parts(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries)) != NULL)
        if (is_abandoned(entry->d_name))
            unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries)
        closedir(entries);
}
