/* Kills the process with -9 at the nth call that changes a file below a folder: before it, or within a write. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/types.h>

static long counted, fatal;
static char folder[PATH_MAX];

void killpoint_arm(const char *below, long nth) {
    strncpy(folder, below, sizeof folder - 1);
    counted = 0;
    fatal = nth;
}

long killpoint_count(void) { return counted; }

static int ours(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return !strncmp(path, folder, strlen(folder));
}

static int named(const char *path) { return folder[0] && !strncmp(path, folder, strlen(folder)); }

static int due(void) { return ++counted == fatal; }

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

#define REAL(name, type) static __typeof__(type) real; if (!real) real = (__typeof__(type))dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL("write", ssize_t (*)(int, const void *, size_t));
    if (ours(fd) && due()) { real(fd, data, size / 2); die(); }
    return real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL("pwrite64", ssize_t (*)(int, const void *, size_t, off64_t));
    if (ours(fd) && due()) { real(fd, data, size / 2, at); die(); }
    return real(fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

int fsync(int fd) {
    REAL("fsync", int (*)(int));
    if (ours(fd) && due()) die();
    return real(fd);
}

int fdatasync(int fd) {
    REAL("fdatasync", int (*)(int));
    if (ours(fd) && due()) die();
    return real(fd);
}

int ftruncate64(int fd, off64_t size) {
    REAL("ftruncate64", int (*)(int, off64_t));
    if (ours(fd) && due()) die();
    return real(fd, size);
}

int rename(const char *from, const char *to) {
    REAL("rename", int (*)(const char *, const char *));
    if (named(to) && due()) die();
    return real(from, to);
}

int link(const char *from, const char *to) {
    REAL("link", int (*)(const char *, const char *));
    if (named(to) && due()) die();
    return real(from, to);
}

int unlink(const char *path) {
    REAL("unlink", int (*)(const char *));
    if (named(path) && due()) die();
    return real(path);
}
