/* doctor_machine.c - limits, cores and memory, as a pool would find them. */
#include <inttypes.h>
#include <sys/resource.h>

#include <lean_worker/limits.h>

#include "base/base.h"
#include "check/limits.h"
#include "doctor_look.h"
#include "proc/capacity.h"
#include "proc/launcher_wire.h"
#include "proc/sys.h"

/* A worker takes a handful of them here, and the program has its own. */
#define DESCRIPTORS_FEW 256u

#define KIB_PER_MIB UINT64_C(1024)

/* ---- descriptors ---- */

/* The launcher raises its soft limit itself, so that the hard one decides. */
static void
look_at_descriptors(struct doctor_put *put)
{
    struct rlimit limit;
    char soft[32] = "no limit";

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
        doctor_put_own(put, LW_DOCTOR_WARNING, "descriptors_unknown", "",
                       "the limit of file descriptors cannot be read: %s",
                       strerror(errno));
        return;
    }
    if (limit.rlim_cur != RLIM_INFINITY)
        snprintf(soft, sizeof(soft), "%" PRIu64, (uint64_t)limit.rlim_cur);
    if (limit.rlim_max < LWI_LAUNCH_DESCRIPTORS)
        doctor_put_own(put, LW_DOCTOR_ERROR, "descriptors_too_few",
                       "raise the hard limit: ulimit -Hn, or LimitNOFILE of a "
                       "service",
                       "a process may open %" PRIu64 " file descriptors; a "
                       "worker needs %u of its own (RLIMIT_NOFILE, ulimit -n)",
                       (uint64_t)limit.rlim_max, LWI_LAUNCH_DESCRIPTORS);
    else if (limit.rlim_cur < DESCRIPTORS_FEW)
        doctor_put_own(put, LW_DOCTOR_WARNING, "descriptors_few",
                       "raise the limit: ulimit -n 1024",
                       "a process may open %s file descriptors, which is few "
                       "for many workers (RLIMIT_NOFILE, ulimit -n)",
                       soft);
    else
        doctor_put_own(put, LW_DOCTOR_INFO, "descriptors", "",
                       "a process may open %s", soft);
}

/* ---- cores and memory ---- */

static void
look_at_cores(struct doctor_put *put, const struct lwi_capacity *capacity)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    if (online > 0 && (unsigned long)online > capacity->cores)
        doctor_put_own(put, LW_DOCTOR_INFO, "cores", "",
                       "%u of %ld may be used, by the CPU mask or the "
                       "control group",
                       capacity->cores, online);
    else
        doctor_put_own(put, LW_DOCTOR_INFO, "cores", "", "all %u may be used",
                       capacity->cores);
}

/* What is free counts: by the machine, and by each control group above us. */
static void
look_at_memory(struct doctor_put *put, const struct lwi_capacity *capacity,
               lw_toolchain_kind kind)
{
    uint64_t cost = kind == LW_TOOLCHAIN_EMBEDDED ? LWI_COST_EMBEDDED_KIB
                                                  : LWI_COST_NATIVE_KIB;
    uint64_t have = capacity->memory_kib / KIB_PER_MIB;
    const char *name = lw_toolchain_kind_name(kind);
    uint32_t workers = lwi_capacity_workers(capacity, cost);

    if (capacity->memory_kib == LW_NO_LIMIT)
        doctor_put_own(put, LW_DOCTOR_WARNING, "memory_unknown",
                       "give --jobs and --memory-limit where they matter",
                       "how much memory is free is not known");
    else if (capacity->memory_kib < cost)
        doctor_put_own(put, LW_DOCTOR_WARNING, "memory_low",
                       "end other programs, or raise the limit of the control "
                       "group",
                       "%" PRIu64 " MiB are free; a worker on the "
                       "%s Lean may need %" PRIu64 " MiB",
                       have, name, cost / KIB_PER_MIB);
    else
        doctor_put_own(put, LW_DOCTOR_INFO, "memory", "",
                       "%" PRIu64 " MiB are free; with the cores "
                       "that is enough for %u worker%s on the %s Lean",
                       have, workers, workers == 1 ? "" : "s", name);
}

/* ---- the kernel ---- */

static void
look_at_pidfd(struct doctor_put *put)
{
    int fd = lwi_real_sys.pidfd_open(getpid());

    if (fd < 0) {
        doctor_put_own(put, LW_DOCTOR_WARNING, "no_pidfd",
                       "Linux 5.4 has it; a container may forbid it",
                       "no pidfd: %s. Workers are looked at by a timer, and "
                       "there is no fork server",
                       strerror(errno));
        return;
    }
    close(fd);
    doctor_put_own(put, LW_DOCTOR_INFO, "pidfd", "",
                   "it works: the death of a worker is seen at once");
}

void
doctor_look_at_machine(struct doctor_put *put, lw_toolchain_kind kind)
{
    struct lwi_capacity capacity = lwi_capacity_read("");

    look_at_descriptors(put);
    look_at_cores(put, &capacity);
    look_at_memory(put, &capacity, kind);
    look_at_pidfd(put);
}
