/*
 * ask_support.h - every request of a worker in one form, on the fake worker
 * (fake/fake_worker.c), whose answer the text of the request directs.
 */
#ifndef LWT_ASK_SUPPORT_H
#define LWT_ASK_SUPPORT_H

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "support/memory.h"

enum lwt_ask {
    ASK_PING,
    ASK_HEADER,
    ASK_SESSION,
    ASK_CHECK,
    ASK_COMMANDS,
    ASK_TERM,
    ASK_KERNEL,
    ASK_LIST,
    ASK_LIST_NAMES,
    ASK_DESCRIBE,
    ASK_INFER,
    ASK_DEF_EQ,
    ASK_RUN,
    ASK_COUNT,
};

extern const char *const lwt_ask_names[ASK_COUNT];

/* What the callbacks have seen. */
struct lwt_heard {
    size_t diagnostics;
    size_t progress;
    size_t notices;
    size_t rows;
    size_t declarations;
    size_t fail_at; /* the event of this number, from 1, is refused; 0: none */
    char mirror[4096]; /* the last notice */
};

/* One worker, for one thread; memory fails on that thread alone. */
struct lwt_asking {
    struct lwt_memory memory;
    lw_runtime *runtime;
    lw_worker *worker;
    lw_session session;
    lw_request_options options;
    bool in_steps; /* requests are begun, and then driven by steps */
    char *text;    /* what the request is given; overwritten once it began */
    struct lwt_heard heard;
    lw_sinks sinks; /* into `heard` */
    lw_error error; /* of the last request */
};

extern struct lwt_asking lwt;

/* For cmocka_unit_test_setup_teardown; teardown looks for leaks. */
int
lwt_ask_setup(void **state);
int
lwt_ask_setup_steps(void **state);
int
lwt_ask_teardown(void **state);

/* A fresh child, with a session. */
void
lwt_ask_restart(void);

/* Sends the request with `text` in it; a result is looked at and destroyed. */
int
lwt_ask(enum lwt_ask what, const char *text);

#endif
