/*
 * gather.h - Lean's messages, kept until the result takes them.
 *
 * What a child may make the parent keep is bounded: message bytes by the
 * spec's diagnostic_bytes, messages by LW_DIAGNOSTICS_KEPT_MAX, and their
 * kinds by LWI_GATHER_KIND_BYTES in all. What is over is cut or passed over,
 * and `truncated` says so. A child of ours stays below the first by itself.
 */
#ifndef LWI_GATHER_H
#define LWI_GATHER_H

#include <lean_worker/session.h>

#include "base/buf.h"
#include "worker/sinks.h"

#define LWI_GATHER_KIND_BYTES (UINT32_C(1024) * 1024)

struct lwi_gathered {
    struct lwi_buf records; /* of lw_diagnostic, without their pointers */
    struct lwi_buf bytes;   /* of each in turn: kind, message */
    uint32_t bytes_left;
    uint32_t kinds_left;
    uint32_t errors; /* that came, kept or not */
    uint32_t warnings;
    bool truncated;
    bool no_memory;
};

void
lwi_gathered_init(struct lwi_gathered *gathered, const lw_allocator *allocator,
                  uint32_t diagnostic_bytes);

void
lwi_gathered_fini(struct lwi_gathered *gathered);

/*
 * An event of the request: kept where it is a message, and passed on.
 * LWI_TAKEN_ENOUGH where there is no memory, too; `no_memory` is then set.
 */
enum lwi_taken
lwi_gather_event(struct lwi_gathered *gathered,
                 const struct lwi_listener *listener, uint8_t type,
                 const union lwi_any_message *event);

size_t
lwi_gathered_count(const struct lwi_gathered *gathered);

/* Bytes that lwi_gathered_keep needs behind the array of diagnostics. */
size_t
lwi_gathered_bytes(const struct lwi_gathered *gathered);

/* Fills the array, whose texts go to *to, which moves behind them. */
void
lwi_gathered_keep(const struct lwi_gathered *gathered, lw_diagnostic *array,
                  char **to);

#endif
