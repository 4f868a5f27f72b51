/* counters.c - the table of a snapshot's members, and a walk through it. */
#include "base/error.h"

#include <lean_worker/pool_counters.h>

#define DOING "read a pool's counters"

struct row {
    lw_pool_counter counter;
    size_t offset; /* in the snapshot */
    size_t size;
};

static const struct row rows[] = {
#define ROW(type, name, kind, unit, help)                                      \
    { { sizeof(lw_pool_counter), #name, LW_POOL_##kind, unit, help },          \
      offsetof(lw_pool_snapshot, name),                                        \
      sizeof(type) },
    LW_POOL_COUNTER_MAP(ROW)
#undef ROW
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

size_t
lw_pool_counter_count(void)
{
    return ROWS;
}

static int
check(const void *given, size_t size, size_t index, lw_error *err)
{
    size_t struct_size = 0;

    if (given != NULL)
        memcpy(&struct_size, given, sizeof(struct_size));
    if (struct_size != size)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "a struct is NULL, or its struct_size is not set");
    if (index >= ROWS)
        return lwi_fail(err, LW_EINVAL, DOING, "there is no row %zu", index);
    return LW_OK;
}

int
lw_pool_counter_describe(lw_pool_counter *counter, size_t index, lw_error *err)
{
    int rc = check(counter, sizeof(*counter), index, err);

    if (rc == LW_OK)
        *counter = rows[index].counter;
    return rc;
}

int
lw_pool_counter_read(uint64_t *value, const lw_pool_snapshot *snapshot,
                     size_t index, lw_error *err)
{
    int rc = check(snapshot, sizeof(*snapshot), index, err);
    const char *at;
    uint32_t small;
    bool flag;

    if (rc != LW_OK)
        return rc;
    if (value == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "value is NULL");
    at = (const char *)snapshot + rows[index].offset;
    switch (rows[index].size) {
    case sizeof(flag):
        memcpy(&flag, at, sizeof(flag));
        *value = flag;
        break;
    case sizeof(small):
        memcpy(&small, at, sizeof(small));
        *value = small;
        break;
    default:
        memcpy(value, at, sizeof(*value));
        break;
    }
    return LW_OK;
}

uint64_t
lw_pool_bucket_bound_us(size_t bucket)
{
    static const uint64_t bounds[LW_POOL_BUCKETS - 1] = {
        1000,   2000,    5000,    10000,    50000,   100000,
        500000, 1000000, 5000000, 10000000, 60000000
    };

    return bucket < LW_POOL_BUCKETS - 1 ? bounds[bucket] : UINT64_MAX;
}
