/*
 * rows_kit.h - a stream of rows from an echo child to a sink that only counts.
 */
#ifndef CLI_BENCH_ROWS_KIT_H
#define CLI_BENCH_ROWS_KIT_H

#include "bench/partner.h"

/* Rows a second, for `count` rows of `size` bytes in one request. */
double
bench_rows(lw_worker *worker, unsigned long count, unsigned long size);

/*
 * Bytes of rows a microsecond from the export "rows", asked with a text; ends
 * the program where there are not so many bytes.
 */
double
bench_rows_asked(lw_worker *worker, lw_session session, const char *request,
                 uint64_t bytes);

#endif
