/*
 * lean_worker.h - everything of lean-worker for a parent program.
 *
 * A worker program of your own includes <lean_worker/child.h> instead.
 */
#ifndef LEAN_WORKER_LEAN_WORKER_H
#define LEAN_WORKER_LEAN_WORKER_H

#include <lean_worker/allocator.h>
#include <lean_worker/build.h>
#include <lean_worker/builder.h>
#include <lean_worker/cancel.h>
#include <lean_worker/capability.h>
#include <lean_worker/check.h>
#include <lean_worker/command.h>
#include <lean_worker/error.h>
#include <lean_worker/export.h>
#include <lean_worker/fields.h>
#include <lean_worker/json.h>
#include <lean_worker/key.h>
#include <lean_worker/limits.h>
#include <lean_worker/metadata.h>
#include <lean_worker/plan.h>
#include <lean_worker/policy.h>
#include <lean_worker/pool.h>
#include <lean_worker/pool_control.h>
#include <lean_worker/pool_counters.h>
#include <lean_worker/pool_events.h>
#include <lean_worker/pool_warm.h>
#include <lean_worker/project.h>
#include <lean_worker/request.h>
#include <lean_worker/runtime.h>
#include <lean_worker/session.h>
#include <lean_worker/shim.h>
#include <lean_worker/snapshot.h>
#include <lean_worker/sinks.h>
#include <lean_worker/span.h>
#include <lean_worker/status.h>
#include <lean_worker/toolchain.h>
#include <lean_worker/worker.h>
#include <lean_worker/zygote.h>

#endif
