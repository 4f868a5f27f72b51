/* facts.c - what a worker tells of itself: counters, lifecycle, child. */
#include "worker/worker.h"

const char *
lw_restart_kind_name(lw_restart_kind kind)
{
    switch (kind) {
#define NAME(name, number, text)                                               \
    case name:                                                                 \
        return text;
        LW_RESTART_MAP(NAME)
#undef NAME
    case LW_RESTART_KIND_COUNT:
        break;
    }
    return "unknown";
}
