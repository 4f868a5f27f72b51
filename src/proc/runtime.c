/*
 * runtime.c - making and ending what all workers of a program share.
 *
 * Creating and destroying happen on the caller's thread; all between belongs
 * to housekeeping.c.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/options.h"
#include "base/process.h"
#include "proc/fd.h"
#include "proc/runtime_impl.h"

static const char operation[] = "create a runtime";

static lw_runtime *
allocate(const lw_runtime_options *options,
         const struct lwi_runtime_hooks *hooks)
{
    const lw_allocator *allocator =
        options->allocator != NULL ? options->allocator : &lwi_system_allocator;
    lw_runtime *runtime = lwi_alloc(allocator, sizeof(*runtime));

    if (runtime == NULL)
        return NULL;
    runtime->magic = LWI_RUNTIME_MAGIC;
    runtime->host = lwi_process_id();
    atomic_init(&runtime->references, 1);
    runtime->allocator = *allocator;
    runtime->sys =
        hooks != NULL && hooks->sys != NULL ? hooks->sys : &lwi_real_sys;
    runtime->clock = hooks != NULL && hooks->clock != NULL ? hooks->clock
                                                           : &lwi_system_clock;
    runtime->log = options->log;
    runtime->log_user = options->log_user;
    runtime->wake = -1;
    pthread_mutex_init(&runtime->lock, NULL);
    pthread_cond_init(&runtime->watches.ran, NULL);
    pthread_cond_init(&runtime->let_go, NULL);
    return runtime;
}

lw_runtime *
lwi_runtime_retain(lw_runtime *runtime)
{
    atomic_fetch_add(&runtime->references, 1);
    return runtime;
}

void
lwi_runtime_release(lw_runtime *runtime)
{
    lw_allocator allocator = runtime->allocator;

    if (atomic_fetch_sub(&runtime->references, 1) > 1)
        return;
    lwi_fd_close(&runtime->wake);
    pthread_cond_destroy(&runtime->let_go);
    pthread_cond_destroy(&runtime->watches.ran);
    pthread_mutex_destroy(&runtime->lock);
    lwi_free(&allocator, runtime->polls);
    lwi_free(&allocator, runtime->launcher);
    runtime->magic = 0;
    lwi_free(&allocator, runtime);
}

/* With every signal blocked: the program's handlers run on its own threads. */
static int
start_thread(lw_runtime *runtime)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = runtime->sys->thread_create(&runtime->thread, lwi_housekeeping_run,
                                     runtime);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = rc;
    return rc == 0 ? 0 : -1;
}

static int
start(lw_runtime *runtime, const lw_runtime_options *options, lw_error *err)
{
    int rc =
        lwi_locate_launcher(&runtime->launcher, &runtime->allocator,
                            options->launcher_path, &runtime->launcher_error);

    if (rc == LW_ENOMEM || !lwi_housekeeping_reserve(runtime, 1))
        return lwi_fail(err, LW_ENOMEM, operation, "out of memory");
    runtime->wake = lwi_fd_raise(runtime->sys, runtime->sys->event_fd());
    if (runtime->wake < 0)
        return lwi_fail_system(err, LW_ESYSTEM, operation,
                               "an eventfd could not be made");
    lwi_warden_init(&runtime->warden, runtime->sys, runtime->clock,
                    runtime->launcher);
    if (start_thread(runtime) < 0) {
        lwi_warden_fini(&runtime->warden);
        return lwi_fail_system(err, LW_ESYSTEM, operation,
                               "the housekeeping thread could not be started");
    }
    return LW_OK;
}

int
lwi_runtime_create(lw_runtime **out, const lw_runtime_options *options,
                   const struct lwi_runtime_hooks *hooks, lw_error *err)
{
    lw_runtime_options known = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, operation, "out is NULL");
    *out = NULL;
    if (options != NULL && !lwi_options_read(&known, sizeof(known), options))
        return lwi_fail(err, LW_EINVAL, operation,
                        "the options are not from LW_RUNTIME_OPTIONS_INIT, "
                        "or set what this version does not know");
    runtime = allocate(&known, hooks);
    if (runtime == NULL)
        return lwi_fail(err, LW_ENOMEM, operation, "out of memory");
    rc = start(runtime, &known, err);
    if (rc != LW_OK) {
        lwi_runtime_release(runtime);
        return rc;
    }
    *out = runtime;
    return LW_OK;
}

int
lw_runtime_create(lw_runtime **out, const lw_runtime_options *options,
                  lw_error *err)
{
    return lwi_runtime_create(out, options, NULL, err);
}

void
lw_runtime_destroy(lw_runtime *runtime)
{
    /* Not in a forked copy: the thread and the children are not there. */
    if (!LWI_VALID(runtime, LWI_RUNTIME_MAGIC) ||
        lwi_runtime_is_copy(runtime) || atomic_exchange(&runtime->ended, true))
        return;
    pthread_mutex_lock(&runtime->lock);
    while (runtime->holds > 0)
        pthread_cond_wait(&runtime->let_go, &runtime->lock);
    runtime->closing = true;
    pthread_mutex_unlock(&runtime->lock);
    lwi_runtime_wake(runtime);
    /* It cannot be woken where the program closed `wake`: see the thread. */
    if (atomic_load(&runtime->wake_lost))
        pthread_cancel(runtime->thread);
    pthread_join(runtime->thread, NULL);
    lwi_housekeeping_wind_down(runtime);
    lwi_warden_stop(&runtime->warden);
    lwi_warden_fini(&runtime->warden);
    lwi_runtime_release(runtime);
}

void
lwi_runtime_hold(lw_runtime *runtime)
{
    lwi_runtime_retain(runtime);
    pthread_mutex_lock(&runtime->lock);
    runtime->holds++;
    pthread_mutex_unlock(&runtime->lock);
}

void
lwi_runtime_let_go(lw_runtime *runtime)
{
    pthread_mutex_lock(&runtime->lock);
    runtime->holds--;
    pthread_cond_broadcast(&runtime->let_go);
    pthread_mutex_unlock(&runtime->lock);
    lwi_runtime_release(runtime);
}

bool
lwi_runtime_is_copy(const lw_runtime *runtime)
{
    return runtime->host != lwi_process_id();
}

int
lwi_runtime_check(const lw_runtime *runtime, const char *what, lw_error *err)
{
    if (!LWI_VALID(runtime, LWI_RUNTIME_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, what, "not a live runtime");
    if (atomic_load(&runtime->ended))
        return lwi_fail(err, LW_EBADHANDLE, what,
                        "the runtime has been destroyed");
    if (lwi_runtime_is_copy(runtime))
        return lwi_fail(err, LW_EBADHANDLE, what,
                        "this runtime belongs to process %ld, and this is a "
                        "copy of it made by fork: create one here",
                        (long)runtime->host);
    return LW_OK;
}

const lw_allocator *
lwi_runtime_allocator(const lw_runtime *runtime)
{
    return &runtime->allocator;
}

const char *
lwi_runtime_launcher(const lw_runtime *runtime, lw_error *err)
{
    if (runtime->launcher == NULL && err != NULL)
        *err = runtime->launcher_error;
    return runtime->launcher;
}

const struct lwi_clock *
lwi_runtime_clock(const lw_runtime *runtime)
{
    return runtime->clock;
}

const struct lwi_sys *
lwi_runtime_sys(const lw_runtime *runtime)
{
    return runtime->sys;
}

void
lwi_runtime_log(const lw_runtime *runtime, lw_log_level level,
                const char *format, ...)
{
    char line[512];
    va_list args;

    if (runtime->log == NULL)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    runtime->log(level, line, runtime->log_user);
}

size_t
lwi_runtime_live_children(lw_runtime *runtime)
{
    return atomic_load(&runtime->live);
}

pid_t
lwi_runtime_warden_pid(lw_runtime *runtime)
{
    return lwi_warden_pid(&runtime->warden);
}

uint64_t
lwi_runtime_turns(lw_runtime *runtime)
{
    return atomic_load(&runtime->turns);
}
