/* What a process asks the kernel to do to the files of one folder, written down in order.
 *
 * Loaded before libc (LD_PRELOAD). CUT_FOLDER names the folder, CUT_LOG the file that is written. Every call is
 * passed on unchanged; once it returned it is appended to the log, so that a log says what a disk was told, and
 * when it promised to keep it. This is below every database, driver and cipher, and sees a folder synced too.
 *
 * One record: kind, fd, offset (or size), second fd or flag, length of what follows; see `struct record`.
 * What is not modelled (writing through shared memory, say) is recorded as '!', and the reader refuses the log.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    uint32_t kind;
    int32_t fd;
    int64_t offset;
    uint32_t flag;
    uint32_t length;
};

enum { FDS = 4096, FILE_FD = 1, FOLDER_FD = 2 };

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[FDS];
static char folder[4096];
static size_t folder_length;
static int log_fd = -1;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("CUT_FOLDER"), *log = getenv("CUT_LOG");
    if (!where || !log || !realpath(where, folder)) return;
    folder_length = strlen(folder);
    log_fd = REAL(open64)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) abort();
}

static void note(char kind, int fd, int64_t offset, int flag, const void *what, size_t length) {
    struct record head = {(uint32_t)kind, fd, offset, (uint32_t)flag, (uint32_t)length};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)what, length}};
    if (REAL(writev)(log_fd, parts, 2) != (ssize_t)(sizeof head + length)) abort();
}

static const char *inside(const char *path) {
    if (log_fd < 0 || !path || strncmp(path, folder, folder_length)) return NULL;
    if (path[folder_length] == '\0') return "";
    return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

static int is(int fd, int what) { return fd >= 0 && fd < FDS && watched[fd] == what; }

static int64_t size_of(int fd) {
    struct stat seen;
    return fstat(fd, &seen) ? -1 : (int64_t)seen.st_size;
}

/* ---- opening and closing ------------------------------------------------------------------------------- */

static int opened(int fd, const char *path, int flags, int was_there) {
    const char *name = inside(path);
    if (fd < 0 || !name) return fd;
    int kept = errno;
    if (fd >= FDS) abort();
    watched[fd] = *name ? FILE_FD : FOLDER_FD;
    if (*name) note(was_there ? 'o' : 'c', fd, 0, (flags & O_TRUNC) != 0, name, strlen(name));
    errno = kept;
    return fd;
}

#define OPEN(name, ...)                                              \
    mode_t mode = 0;                                                 \
    if (flags & (O_CREAT | O_TMPFILE)) {                             \
        va_list more;                                                \
        va_start(more, flags);                                       \
        mode = va_arg(more, mode_t);                                 \
        va_end(more);                                                \
    }                                                                \
    if (!inside(path)) return REAL(name)(__VA_ARGS__);               \
    pthread_mutex_lock(&one_at_a_time);                              \
    int was_there = !access(path, F_OK);                             \
    int fd = opened(REAL(name)(__VA_ARGS__), path, flags, was_there); \
    pthread_mutex_unlock(&one_at_a_time);                            \
    return fd

int open(const char *path, int flags, ...) { OPEN(open, path, flags, mode); }
int open64(const char *path, int flags, ...) { OPEN(open64, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { OPEN(openat, at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { OPEN(openat64, at, path, flags, mode); }
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }

int close(int fd) {
    if (fd == log_fd && fd >= 0) return 0;
    if (fd >= 0 && fd < FDS && watched[fd]) {
        pthread_mutex_lock(&one_at_a_time);
        if (watched[fd] == FILE_FD) note('x', fd, 0, 0, NULL, 0);
        watched[fd] = 0;
        pthread_mutex_unlock(&one_at_a_time);
    }
    return REAL(close)(fd);
}

/* ---- writing ------------------------------------------------------------------------------------------- */

#define PASS(condition, call)                       \
    if (!(condition)) return call;                  \
    pthread_mutex_lock(&one_at_a_time);             \
    __typeof__(call) done = call;                   \
    int kept = errno

#define DONE                               \
    pthread_mutex_unlock(&one_at_a_time);  \
    errno = kept;                          \
    return done

ssize_t pwrite(int fd, const void *what, size_t length, off_t offset) {
    PASS(is(fd, FILE_FD), REAL(pwrite)(fd, what, length, offset));
    if (done > 0) note('w', fd, offset, 0, what, (size_t)done);
    DONE;
}

ssize_t pwrite64(int fd, const void *what, size_t length, off64_t offset) {
    PASS(is(fd, FILE_FD), REAL(pwrite64)(fd, what, length, offset));
    if (done > 0) note('w', fd, offset, 0, what, (size_t)done);
    DONE;
}

ssize_t write(int fd, const void *what, size_t length) {
    PASS(is(fd, FILE_FD), REAL(write)(fd, what, length));
    /* Where it went is known afterwards: the place moved on by what was written (also with O_APPEND). */
    if (done > 0) note('w', fd, lseek(fd, 0, SEEK_CUR) - done, 0, what, (size_t)done);
    DONE;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    PASS(is(fd, FILE_FD), REAL(writev)(fd, parts, count));
    note('!', fd, 0, 0, "writev", 6);
    DONE;
}

void *mmap(void *where, size_t length, int protection, int flags, int fd, off_t offset) {
    if (is(fd, FILE_FD) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) note('!', fd, 0, 0, "mmap", 4);
    return REAL(mmap)(where, length, protection, flags, fd, offset);
}

void *mmap64(void *where, size_t length, int protection, int flags, int fd, off64_t offset) {
    if (is(fd, FILE_FD) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) note('!', fd, 0, 0, "mmap", 4);
    return REAL(mmap64)(where, length, protection, flags, fd, offset);
}

/* ---- sizes --------------------------------------------------------------------------------------------- */

#define RESIZED if (!done) note('t', fd, size_of(fd), 0, NULL, 0)

int ftruncate(int fd, off_t size) {
    PASS(is(fd, FILE_FD), REAL(ftruncate)(fd, size));
    RESIZED;
    DONE;
}

int ftruncate64(int fd, off64_t size) {
    PASS(is(fd, FILE_FD), REAL(ftruncate64)(fd, size));
    RESIZED;
    DONE;
}

int posix_fallocate(int fd, off_t offset, off_t length) {
    PASS(is(fd, FILE_FD), REAL(posix_fallocate)(fd, offset, length));
    RESIZED;
    DONE;
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    PASS(is(fd, FILE_FD), REAL(posix_fallocate64)(fd, offset, length));
    RESIZED;
    DONE;
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
    PASS(is(fd, FILE_FD), REAL(fallocate)(fd, mode, offset, length));
    if (mode) note('!', fd, 0, 0, "fallocate", 9);
    RESIZED;
    DONE;
}

/* ---- promises ------------------------------------------------------------------------------------------ */

#define PROMISED if (!done) note(watched[fd] == FOLDER_FD ? 'd' : 's', fd, 0, 0, NULL, 0)

int fsync(int fd) {
    PASS(is(fd, FILE_FD) || is(fd, FOLDER_FD), REAL(fsync)(fd));
    PROMISED;
    DONE;
}

int fdatasync(int fd) {
    PASS(is(fd, FILE_FD) || is(fd, FOLDER_FD), REAL(fdatasync)(fd));
    PROMISED;
    DONE;
}

/* ---- names --------------------------------------------------------------------------------------------- */

int unlink(const char *path) {
    const char *name = inside(path);
    PASS(name, REAL(unlink)(path));
    if (!done) note('u', -1, 0, 0, name, strlen(name));
    DONE;
}

int rename(const char *old, const char *fresh) {
    const char *from = inside(old), *to = inside(fresh);
    PASS(from || to, REAL(rename)(old, fresh));
    if (!done && from && to) {
        char both[8192];
        size_t first = strlen(from) + 1, second = strlen(to);
        if (first + second > sizeof both) abort();
        memcpy(both, from, first);
        memcpy(both + first, to, second);
        note('r', -1, 0, 0, both, first + second);
    } else if (!done) {
        note('!', -1, 0, 0, "rename", 6);
    }
    DONE;
}
