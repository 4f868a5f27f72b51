/*
 * cancel.c - a token that ends what is in progress.
 *
 * An eventfd that is written once and never read: it is a sticky flag that
 * any number of threads can poll beside their other descriptors, and that a
 * signal handler may set.
 */
#include "base/cancel.h"

#include <sys/eventfd.h>

#include "base/alloc.h"
#include "base/error.h"

#define CANCEL_MAGIC 0x63a8e1f2u

struct lw_cancel {
    uint32_t magic;
    int fd;
    _Atomic int set;
};

int
lw_cancel_create(lw_cancel **out, lw_error *err)
{
    lw_cancel *cancel = lwi_alloc(&lwi_system_allocator, sizeof(*cancel));

    *out = NULL;
    if (cancel == NULL)
        return lwi_fail(err, LW_ENOMEM, "create a cancellation token",
                        "out of memory");
    cancel->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cancel->fd < 0) {
        lwi_free(&lwi_system_allocator, cancel);
        return lwi_fail_errno(err, LW_ELIMIT, "create a cancellation token",
                              "cannot make an eventfd");
    }
    cancel->magic = CANCEL_MAGIC;
    *out = cancel;
    return LW_OK;
}

void
lw_cancel_destroy(lw_cancel *cancel)
{
    if (!LWI_VALID(cancel, CANCEL_MAGIC))
        return;
    cancel->magic = 0;
    close(cancel->fd);
    lwi_free(&lwi_system_allocator, cancel);
}

void
lw_cancel_set(lw_cancel *cancel)
{
    static const uint64_t one = 1;
    int saved = errno;

    if (!LWI_VALID(cancel, CANCEL_MAGIC))
        return;
    cancel->set = 1;
    /* It can only fail with EAGAIN at the largest count, set then anyway. */
    if (write(cancel->fd, &one, sizeof(one)) < 0)
        errno = saved;
}

bool
lw_cancel_is_set(const lw_cancel *cancel)
{
    return LWI_VALID(cancel, CANCEL_MAGIC) && cancel->set != 0;
}

int
lwi_cancel_fd(const lw_cancel *cancel)
{
    return LWI_VALID(cancel, CANCEL_MAGIC) ? cancel->fd : -1;
}
