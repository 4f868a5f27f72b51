/*
 * worker_answer.h - one answer of fake_worker, as the directives change it.
 */
#ifndef LWT_FAKE_WORKER_ANSWER_H
#define LWT_FAKE_WORKER_ANSWER_H

#include "support/fake_child.h"

#define ANSWER_ITEMS 64

struct answer {
    uint64_t tag;
    const struct lwi_frame *request; /* for `mirror` */
    uint8_t type;
    union lwi_any_message message;
    lw_span items[ANSWER_ITEMS]; /* of the one list that it may have */
    uint32_t errors;             /* that were sent as diagnostics */
    bool answered;               /* by another frame: do not send it */
    bool skip;                   /* after `once` */
};

extern bool poisoned; /* the next check dies */

/* Does what the lines of the text say, up to the end or to `once`. */
void
answer_obey(struct answer *answer, lw_span text);

/* "FIELD VALUE"; a list gets one item more. */
void
answer_set(struct answer *answer, const char *text);

/* Sends it, unless something else was sent instead. */
void
answer_send(const struct answer *answer);

/* ---- small things ---- */

void
sleep_ms(long ms);

/* "L:C TEXT" in three parts; what stands behind the place. */
const char *
split_place(const char *text, uint32_t *line, uint32_t *column);

#endif
