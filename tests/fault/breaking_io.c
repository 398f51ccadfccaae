/* Loaded before libc (LD_PRELOAD): breaks one chosen write or flush of a process, in one of five ways.
 *
 * HUB_BREAK_PLAN names a file of two 32-bit integers that processes share: how many calls pass first (counted down),
 * and what then happens to one call: nothing (0), it fails and is lost (1: EIO, 2: ENOSPC), it fails though it was
 * done (3: EIO), the process is killed before it (4) or after it (5). Only files whose path contains HUB_BREAK_MATCH
 * count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NOTHING, LOST_EIO, LOST_ENOSPC, DONE_EIO, KILLED_BEFORE, KILLED_AFTER };

struct plan {
    _Atomic int passing;
    _Atomic int breaking;
};

static struct plan *plan;

__attribute__((constructor)) static void read_plan(void) {
    const char *path = getenv("HUB_BREAK_PLAN");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) plan = mapped;
    close(file);
}

static int counts(int file) {
    char link[64], path[PATH_MAX];
    const char *match = getenv("HUB_BREAK_MATCH");
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !match || strstr(path, match) != NULL;
}

/* What is to happen to this call; it happens once. */
static int fate(int file) {
    if (!plan || !atomic_load(&plan->breaking) || !counts(file)) return NOTHING;
    if (atomic_fetch_sub(&plan->passing, 1) > 0) return NOTHING;
    return atomic_exchange(&plan->breaking, NOTHING);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

#define BREAK(result_type, file, call)                              \
    int fate_ = fate(file);                                         \
    if (fate_ == KILLED_BEFORE) die();                              \
    if (fate_ == LOST_EIO || fate_ == LOST_ENOSPC) {                \
        errno = fate_ == LOST_EIO ? EIO : ENOSPC;                   \
        return -1;                                                  \
    }                                                               \
    result_type done_ = (call);                                     \
    if (fate_ == KILLED_AFTER) die();                               \
    if (fate_ == DONE_EIO) {                                        \
        errno = EIO;                                                \
        return -1;                                                  \
    }                                                               \
    return done_

int fsync(int file) { BREAK(int, file, REAL(int (*)(int), "fsync")(file)); }

int fdatasync(int file) { BREAK(int, file, REAL(int (*)(int), "fdatasync")(file)); }

ssize_t write(int file, const void *data, size_t size) {
    BREAK(ssize_t, file, REAL(ssize_t (*)(int, const void *, size_t), "write")(file, data, size));
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at) {
    BREAK(ssize_t, file, REAL(ssize_t (*)(int, const void *, size_t, off_t), "pwrite")(file, data, size, at));
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at) {
    BREAK(ssize_t, file, REAL(ssize_t (*)(int, const void *, size_t, off64_t), "pwrite64")(file, data, size, at));
}

int ftruncate(int file, off_t size) { BREAK(int, file, REAL(int (*)(int, off_t), "ftruncate")(file, size)); }

int ftruncate64(int file, off64_t size) { BREAK(int, file, REAL(int (*)(int, off64_t), "ftruncate64")(file, size)); }
