/* capacity.c - what this process may use of the machine. */
#include "proc/capacity.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>

#include <lean_worker/limits.h>

#include "base/file.h"
#include "base/text.h"

#define SMALL_FILE (64u * 1024u) /* larger than any of the files below */

/* ---- reading ---- */

/* The text of root + path; NULL where it cannot be had. Borrowed from buf. */
static const char *
read_text(struct lwi_buf *buf, const char *root, const char *path)
{
    char name[PATH_MAX];
    int n = snprintf(name, sizeof(name), "%s%s", root, path);

    buf->size = 0;
    if (n < 0 || (size_t)n >= sizeof(name) ||
        lwi_file_read(buf, name, SMALL_FILE) != LW_OK)
        return NULL;
    return lwi_buf_peek_text(buf);
}

/* A number at the start of a text; "max" and nonsense are no limit. */
static uint64_t
leading_number(const char *text)
{
    uint64_t value = 0;

    if (text == NULL || *text < '0' || *text > '9')
        return LW_NO_LIMIT;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
            return LW_NO_LIMIT;
    }
    return value;
}

static uint64_t
number_in(struct lwi_buf *buf, const char *root, const char *folder,
          const char *file)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", folder, file);
    return leading_number(read_text(buf, root, path));
}

/* ---- the machine ---- */

static uint32_t
allowed_cores(void)
{
    cpu_set_t set;
    int count = 0;
    long online;

    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        count = CPU_COUNT(&set);
    if (count > 0)
        return (uint32_t)count;
    online = sysconf(_SC_NPROCESSORS_ONLN); /* more cores than the set holds */
    return online > 0 && online < INT_MAX ? (uint32_t)online : 1;
}

static uint64_t
available_memory(struct lwi_buf *buf, const char *root)
{
    static const char label[] = "MemAvailable:";
    const char *text = read_text(buf, root, "/proc/meminfo");
    const char *at = text == NULL ? NULL : strstr(text, label);

    if (at == NULL)
        return LW_NO_LIMIT;
    at += sizeof(label) - 1;
    return leading_number(at + strspn(at, " "));
}

/* ---- control groups ---- */

static void
lower(uint64_t *value, uint64_t other)
{
    if (other < *value)
        *value = other;
}

static void
lower_cores(struct lwi_capacity *capacity, uint64_t quota, uint64_t period)
{
    uint64_t cores;

    if (quota == LW_NO_LIMIT || period == LW_NO_LIMIT || period == 0)
        return;
    cores = quota / period + (quota % period != 0);
    if (cores < 1)
        cores = 1;
    if (cores < capacity->cores)
        capacity->cores = (uint32_t)cores;
}

/* What is used includes cached files, of which the inactive ones go first. */
static uint64_t
inactive_files(struct lwi_buf *buf, const char *root, const char *folder,
               const char *label)
{
    char path[PATH_MAX];
    const char *text, *at;
    uint64_t value;

    snprintf(path, sizeof(path), "%s/memory.stat", folder);
    text = read_text(buf, root, path);
    at = text == NULL ? NULL : strstr(text, label);
    value = at == NULL ? LW_NO_LIMIT : leading_number(at + strlen(label));
    return value == LW_NO_LIMIT ? 0 : value;
}

static void
lower_memory(struct lwi_capacity *capacity, uint64_t limit, uint64_t used,
             uint64_t inactive)
{
    if (limit == LW_NO_LIMIT || used == LW_NO_LIMIT)
        return;
    used = used > inactive ? used - inactive : 0;
    lower(&capacity->memory_kib, limit > used ? (limit - used) / 1024 : 0);
}

/* cpu.max holds "QUOTA PERIOD", in microseconds, or "max PERIOD". */
static void
read_group_v2(struct lwi_capacity *capacity, struct lwi_buf *buf,
              const char *root, const char *folder)
{
    char path[PATH_MAX];
    const char *text, *period;
    uint64_t limit, used;

    snprintf(path, sizeof(path), "%s/cpu.max", folder);
    text = read_text(buf, root, path);
    period = text == NULL ? NULL : strchr(text, ' ');
    if (period != NULL)
        lower_cores(capacity, leading_number(text), leading_number(period + 1));
    limit = number_in(buf, root, folder, "memory.max");
    used = number_in(buf, root, folder, "memory.current");
    lower_memory(capacity, limit, used,
                 inactive_files(buf, root, folder, "\ninactive_file "));
}

/* Files that are not there say nothing, so one folder may be any hierarchy. */
static void
read_group_v1(struct lwi_capacity *capacity, struct lwi_buf *buf,
              const char *root, const char *folder)
{
    uint64_t quota = number_in(buf, root, folder, "cpu.cfs_quota_us");
    uint64_t period = number_in(buf, root, folder, "cpu.cfs_period_us");
    uint64_t limit = number_in(buf, root, folder, "memory.limit_in_bytes");
    uint64_t used = number_in(buf, root, folder, "memory.usage_in_bytes");

    lower_cores(capacity, quota, period);
    lower_memory(capacity, limit, used,
                 inactive_files(buf, root, folder, "total_inactive_file "));
}

typedef void
read_group(struct lwi_capacity *capacity, struct lwi_buf *buf, const char *root,
           const char *folder);

/*
 * The group of this process and those above it. In a container the path may
 * be the host's, which is not there; the top folder is then our own group.
 */
static void
read_groups(struct lwi_capacity *capacity, struct lwi_buf *buf,
            const char *root, const char *top, const char *path,
            read_group *get)
{
    char folder[PATH_MAX];
    size_t fixed = strlen(top);
    char *slash;
    int n = snprintf(folder, sizeof(folder), "%s%s", top, path);

    if (n < 0 || (size_t)n >= sizeof(folder))
        return;
    for (;;) {
        get(capacity, buf, root, folder);
        slash = strrchr(folder + fixed, '/');
        if (slash == NULL)
            return;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup: "NUMBER:CONTROLLER,…:PATH". */
static void
read_line(struct lwi_capacity *capacity, struct lwi_buf *buf, const char *root,
          char *line)
{
    char *names = strchr(line, ':'), *path;
    char top[64];

    path = names == NULL ? NULL : strchr(names + 1, ':');
    if (path == NULL || strstr(path, "/..") != NULL)
        return;
    *path++ = '\0';
    names++;
    if (*names == '\0')
        read_groups(capacity, buf, root, "/sys/fs/cgroup", path, read_group_v2);
    else if (strcmp(names, "memory") == 0 || strstr(names, "cpu") != NULL) {
        snprintf(top, sizeof(top), "/sys/fs/cgroup/%.40s", names);
        read_groups(capacity, buf, root, top, path, read_group_v1);
    }
}

static void
read_all_groups(struct lwi_capacity *capacity, struct lwi_buf *buf,
                const char *root)
{
    struct lwi_buf lines;
    char *line, *next = NULL;

    lwi_buf_init(&lines, buf->allocator);
    if (read_text(&lines, root, "/proc/self/cgroup") != NULL) {
        for (line = strtok_r(lines.data, "\n", &next); line != NULL;
             line = strtok_r(NULL, "\n", &next))
            read_line(capacity, buf, root, line);
    }
    lwi_buf_fini(&lines);
}

/* ---- both ---- */

struct lwi_capacity
lwi_capacity_read(const char *root)
{
    struct lwi_capacity capacity = { allowed_cores(), LW_NO_LIMIT };
    struct lwi_buf buf;

    lwi_buf_init(&buf, &lwi_system_allocator);
    capacity.memory_kib = available_memory(&buf, root);
    read_all_groups(&capacity, &buf, root);
    lwi_buf_fini(&buf);
    return capacity;
}

uint32_t
lwi_capacity_workers(const struct lwi_capacity *capacity, uint64_t cost_kib)
{
    uint64_t fit = capacity->memory_kib / cost_kib;

    if (fit >= capacity->cores)
        return capacity->cores;
    return fit < 1 ? 1 : (uint32_t)fit;
}
