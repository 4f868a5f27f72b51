/*
 * fuzz_machine.c - any sequence of events against the table of a worker's
 * states, beside a model that knows no table: three facts, and which events
 * they allow.
 *
 *   input:  an event a byte
 */
#include "worker/machine.h"

#include "fuzz.h"

/* What must be so, whatever the states are called. */
struct model {
    bool spawning; /* a process is being made */
    bool child;    /* there is a process that is not buried */
    bool greeted;
    bool ready;
    bool request;  /* that the child has not answered */
    bool stopping; /* nobody waits for that answer any more */
    bool ending;
};

static bool
allows(const struct model *m, enum lwi_event event)
{
    bool lives = m->child && !m->ending;

    switch (event) {
    case LWI_EVENT_START:
        return !m->child && !m->spawning;
    case LWI_EVENT_SPAWNED:
    case LWI_EVENT_NOT_SPAWNED:
        return m->spawning;
    case LWI_EVENT_HELLO:
        return lives && !m->greeted;
    case LWI_EVENT_READY:
        return lives && m->greeted && !m->ready;
    case LWI_EVENT_REQUEST:
    case LWI_EVENT_FINISH:
        return lives && m->ready && !m->request;
    case LWI_EVENT_ANSWER:
        return lives && m->request;
    case LWI_EVENT_STOP:
        return lives && m->request && !m->stopping;
    case LWI_EVENT_FAIL:
        return lives;
    case LWI_EVENT_BURIED:
        return m->child && m->ending;
    case LWI_EVENT_COUNT:
        break;
    }
    return false;
}

static void
apply(struct model *m, enum lwi_event event)
{
    switch (event) {
    case LWI_EVENT_START:
        *m = (struct model){ .spawning = true };
        break;
    case LWI_EVENT_SPAWNED:
        *m = (struct model){ .child = true };
        break;
    case LWI_EVENT_NOT_SPAWNED:
    case LWI_EVENT_BURIED:
        *m = (struct model){ .child = false };
        break;
    case LWI_EVENT_HELLO:
        m->greeted = true;
        break;
    case LWI_EVENT_READY:
        m->ready = true;
        break;
    case LWI_EVENT_REQUEST:
        m->request = true;
        break;
    case LWI_EVENT_ANSWER:
        m->request = m->stopping = false;
        break;
    case LWI_EVENT_STOP:
        m->stopping = true;
        break;
    case LWI_EVENT_FAIL:
    case LWI_EVENT_FINISH:
        m->ending = true;
        break;
    case LWI_EVENT_COUNT:
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model model = { .child = false };
    enum lwi_state state = LWI_STATE_NONE, to;
    size_t i;

    for (i = 0; i < size; i++) {
        enum lwi_event event = (enum lwi_event)(data[i] % LWI_EVENT_COUNT);
        bool moved = lwi_machine_next(state, event, &to);

        LW_ASSERT(moved == allows(&model, event));
        if (!moved)
            continue;
        apply(&model, event);
        state = to;
        LW_ASSERT((state == LWI_STATE_IDLE) ==
                  (model.ready && !model.request && !model.ending));
    }
    return 0;
}
