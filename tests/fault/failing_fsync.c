/* Loaded before libc (LD_PRELOAD): lets chosen fsync and fdatasync calls fail with EIO.
 *
 * HUB_FAULT_PLAN names a file of two 32-bit counters that all processes share: how many calls are let through
 * first, and how many fail after them. Only files whose path contains HUB_FAULT_MATCH count. A failing call does
 * not reach the disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct plan {
    _Atomic int passing;
    _Atomic int failing;
};

static struct plan *plan;

__attribute__((constructor)) static void read_plan(void) {
    const char *path = getenv("HUB_FAULT_PLAN");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) plan = mapped;
    close(file);
}

static int counts(int file) {
    char link[64], path[PATH_MAX];
    const char *match = getenv("HUB_FAULT_MATCH");
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !match || strstr(path, match) != NULL;
}

static int fails(int file) {
    if (!plan || !counts(file)) return 0;
    if (atomic_fetch_sub(&plan->passing, 1) > 0) return 0;
    atomic_store(&plan->passing, 0);
    if (atomic_fetch_sub(&plan->failing, 1) > 0) return 1;
    atomic_store(&plan->failing, 0);
    return 0;
}

int fsync(int file) {
    if (fails(file)) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file) {
    if (fails(file)) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
