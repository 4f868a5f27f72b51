/* error.c - filling in an lw_error; the names and texts of statuses. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

const char *
lw_status_name(int status)
{
#define NAME(name, number, text)                                               \
    case number:                                                               \
        return #name;
    switch (status) {
        LW_STATUS_MAP(NAME)
    default:
        return "LW_EUNKNOWN";
    }
#undef NAME
}

const char *
lw_status_text(int status)
{
#define TEXT(name, number, text)                                               \
    case number:                                                               \
        return text;
    switch (status) {
        LW_STATUS_MAP(TEXT)
    default:
        return "unknown status";
    }
#undef TEXT
}

bool
lw_status_lost_worker(int status)
{
    switch (status) {
    case LW_EHANDSHAKE:
    case LW_EVERSION:
    case LW_EPROTO:
    case LW_ETIMEOUT:
    case LW_ECANCELLED:
    case LW_ECHILDEXITED:
    case LW_ECHILDCRASHED:
    case LW_ECHILDPANIC:
    case LW_ERECURSION:
    case LW_EMEMORY:
        return true;
    default:
        return false;
    }
}

bool
lw_status_lost_lease(int status)
{
    return lw_status_lost_worker(status) || status == LW_ELEASE ||
           status == LW_ESESSION || status == LW_EMISMATCH;
}

void
lwi_make_printable(char *text)
{
    unsigned char *p = (unsigned char *)text;
    size_t left = strlen(text), length;

    for (; left > 0; p += length, left -= length) {
        length = lwi_utf8_sequence(p, left);
        if (length == 2 && p[0] == 0xc2 && p[1] < 0xa0)
            p[0] = p[1] = '?';
        else if (length == 1 && (*p == '\n' || *p == '\t'))
            *p = ' ';
        else if (length == 0 || *p < 0x20 || *p == 0x7f)
            *p = '?';
        if (length == 0)
            length = 1;
    }
}

static void
fill(lw_error *err, lw_status status, int saved_errno, const char *operation,
     const char *format, va_list args)
{
    size_t used;
    int n;

    *err = (lw_error)LW_ERROR_INIT;
    err->status = status;
    err->system_errno = saved_errno;
    err->operation = operation;
    n = vsnprintf(err->message, sizeof(err->message), format, args);
    used = n < 0 ? 0 : (size_t)n;
    if (saved_errno != 0 && used < sizeof(err->message))
        snprintf(err->message + used, sizeof(err->message) - used, ": %s",
                 strerror(saved_errno));
    lwi_make_printable(err->message);
}

int
lwi_fail(lw_error *err, lw_status status, const char *operation,
         const char *format, ...)
{
    va_list args;

    if (err != NULL) {
        va_start(args, format);
        fill(err, status, 0, operation, format, args);
        va_end(args);
    }
    return status;
}

int
lwi_fail_errno(lw_error *err, lw_status status, const char *operation,
               const char *format, ...)
{
    int saved = errno;
    va_list args;

    if (err != NULL) {
        va_start(args, format);
        fill(err, status, saved, operation, format, args);
        va_end(args);
    }
    return status;
}
