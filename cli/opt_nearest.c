/* opt_nearest.c - what may have been meant. */
#include <string.h>

#include "opt.h"

#define LONGEST 63 /* a longer word is no mistyped name of ours */

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

/* Letters to add, drop or change, a swap of two neighbours counting once. */
static unsigned
distance(const char *a, const char *b)
{
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2], *oldest;
    size_t m = strlen(a), n = strlen(b), i, j;

    for (j = 0; j <= n; j++)
        last[j] = (unsigned)j;
    memset(before, 0, sizeof(rows[0]));
    for (i = 1; i <= m; i++) {
        row[0] = (unsigned)i;
        for (j = 1; j <= n; j++) {
            row[j] = least(last[j] + 1, row[j - 1] + 1,
                           last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[n];
}

/* How far a word is from a name; a beginning of it counts as near. */
static unsigned
judge(const char *wrong, const char *name)
{
    size_t length = strlen(wrong);

    if (length >= 2 && strncmp(name, wrong, length) == 0)
        return 1;
    return distance(wrong, name);
}

const char *
opt_nearest(const char *wrong, const char *const *names)
{
    size_t length = strlen(wrong);
    unsigned limit = length < 4 ? 1 : length < 9 ? 2 : 3, found;
    const char *best = NULL;

    if (length == 0 || length > LONGEST)
        return NULL;
    for (; *names != NULL; names++) {
        if (strlen(*names) > LONGEST)
            continue;
        found = judge(wrong, *names);
        if (found <= limit && found < length) {
            best = *names;
            limit = found > 0 ? found - 1 : 0;
            if (found == 0)
                break;
        }
    }
    return best;
}
