/* verdict.c - the names of verdicts. */
#include <lean_worker/check.h>

const char *
lw_verdict_name(lw_verdict verdict)
{
#define NAME(symbol, number, word, text)                                       \
    case symbol:                                                               \
        return word;
    switch (verdict) {
        LW_VERDICT_MAP(NAME)
    default:
        return "unknown";
    }
#undef NAME
}
