/*
 * process.c - which process this is, without a system call.
 *
 * The number is kept in a page that the kernel empties in each copy of this
 * process (MADV_WIPEONFORK, Linux 4.14). So a raw clone is noticed as well,
 * which calls no handler of pthread_atfork. Without such a page it is asked
 * each time.
 */
#include "base/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "base/base.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Atomic pid_t *kept; /* 0: not known in this process; NULL: no page */

static void
make_page(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return;
    if (madvise(page, size, MADV_WIPEONFORK) == 0)
        kept = page;
    else
        munmap(page, size);
}

pid_t
lwi_process_id(void)
{
    pid_t id;

    pthread_once(&once, make_page);
    if (kept == NULL)
        return getpid();
    id = atomic_load_explicit(kept, memory_order_relaxed);
    if (id == 0) {
        id = getpid();
        atomic_store_explicit(kept, id, memory_order_relaxed);
    }
    return id;
}
