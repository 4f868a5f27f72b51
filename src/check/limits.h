/*
 * limits.h - the numbers of a run, each with where it comes from.
 */
#ifndef LWI_CHECK_LIMITS_H
#define LWI_CHECK_LIMITS_H

#include <stdint.h>

/* Files whose text or header is known before their turn: enough to find equal
 * headers side by side, and a second or less of work for one worker. */
#define LWI_WINDOW 64u

/* A text of up to this size is kept between reading and checking; a larger
 * one is read again, so that a window of large files fits in memory. */
#define LWI_KEPT_TEXT (UINT32_C(256) * 1024)

/*
 * Sessions of one worker. A process that has run a file's code is no place to
 * import another header: such code can change tables of Lean that every later
 * import copies (tests/hostile, builtin_tables). A new worker costs two to
 * three seconds of CPU time where an import would cost one; files with the
 * same header, the common case, pay neither.
 */
#define LWI_SESSIONS_MAX 1u

/*
 * Heap at which a worker is ended after its file. The embedded Lean has 2 GiB
 * in all, and a file that needs 700 MB should still find them. A native one
 * has no such wall: chosen so that a worker stays near the cost below.
 */
#define LWI_HEAP_LIMIT_EMBEDDED_KIB (UINT64_C(1331) * 1024)
#define LWI_HEAP_LIMIT_NATIVE_KIB (UINT64_C(3) * 1024 * 1024)

/*
 * Memory that a worker may be expected to need, for the number of workers
 * only. Embedded: 1.67 GB resident after `import Lean`, measured. Native:
 * 0.5 GB after `import Lean`, most of it mapped files (from knowledge), and
 * as much again for work.
 */
#define LWI_COST_EMBEDDED_KIB (UINT64_C(1843) * 1024)
#define LWI_COST_NATIVE_KIB (UINT64_C(1024) * 1024)

/* What is kept of one file's messages; the rest is counted and cut. */
#define LWI_DIAGNOSTIC_BYTES (UINT32_C(64) * 1024 * 1024)
#define LWI_DIAGNOSTIC_COUNT 100000u

/* Of what a worker wrote on stderr, in a report. */
#define LWI_STDERR_KEPT 4096u

/* Imports are shared by many files, so a file's own limit is not theirs. */
#define LWI_IMPORT_TIMEOUT_MS UINT64_C(300000)

/* From a file's timeout to the kill: a cold start costs seconds, and most of
 * Lean looks at its token within milliseconds (6 ms, measured). */
#define LWI_TIMEOUT_GRACE_MS UINT64_C(1000)

/* A slot whose worker does not start tries again when the pool lets it; after
 * so many attempts in a row, with no other worker alive, the run is given up.
 */
#define LWI_START_ATTEMPTS 3u

/* How often `progress` is called while nothing happens. */
#define LWI_TICK_MS 100

#endif
