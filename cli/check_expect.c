/* check_expect.c - the verdicts that somebody wrote down beforehand. */
#include "check_expect.h"

#include <stdio.h>

#include "base/file.h"
#include "base/path.h"

#define SIZE_LIMIT (4u * 1024u * 1024u)

static bool
complain(const struct check_expect *expect, size_t line, const char *what)
{
    fprintf(stderr, "lean-worker check: %s:%zu: %s\n", expect->name, line,
            what);
    return false;
}

static bool
find_verdict(const char *word, lw_verdict *verdict)
{
#define TRY(symbol, number, name, text)                                        \
    if (strcmp(word, name) == 0) {                                             \
        *verdict = symbol;                                                     \
        return true;                                                           \
    }
    LW_VERDICT_MAP(TRY)
#undef TRY
    return false;
}

/* The folder that the paths are relative to. */
static char *
folder_of(const char *name)
{
    size_t length = (size_t)(lwi_path_name(name) - name);

    return length == 0 ? NULL : strndup(name, length);
}

static bool
add(struct check_expect *expect, const char *folder, const char *path,
    lw_verdict verdict, size_t line)
{
    lw_verdict *verdicts = realloc(expect->verdicts, (expect->paths.count + 1) *
                                                         sizeof(*verdicts));

    if (verdicts == NULL)
        return complain(expect, line, "out of memory");
    expect->verdicts = verdicts;
    verdicts[expect->paths.count] = verdict;
    if (lwi_strings_take(&expect->paths,
                         folder == NULL
                             ? strdup(path)
                             : lwi_path_printf("%s%s", folder, path)) < 0)
        return complain(expect, line, "out of memory");
    return true;
}

static bool
read_line(struct check_expect *expect, const char *folder, char *text,
          size_t line)
{
    char *word, *note;
    lw_verdict verdict;

    text[strcspn(text, "\r")] = '\0';
    if (text[0] == '\0' || text[0] == '#')
        return true;
    word = strchr(text, '\t');
    if (word == NULL)
        return complain(expect, line, "PATH, tab, VERDICT is wanted");
    *word++ = '\0';
    note = strchr(word, '\t');
    if (note != NULL)
        *note = '\0';
    if (!find_verdict(word, &verdict))
        return complain(expect, line,
                        "no such verdict: ok, sorry, error, bad_header, "
                        "timeout, memory, crashed or cancelled is wanted");
    return add(expect, folder, text, verdict, line);
}

static bool
read_lines(struct check_expect *expect, char *text)
{
    char *folder = folder_of(expect->name);
    char *next = text, *line;
    size_t number = 0;
    bool fine = true;

    while (fine && next != NULL) {
        line = strsep(&next, "\n");
        fine = read_line(expect, folder, line, ++number);
    }
    free(folder);
    if (fine && expect->paths.count == 0)
        fine = complain(expect, number, "no verdict is stated");
    return fine;
}

bool
check_expect_load(struct check_expect *expect, const char *name)
{
    struct lwi_buf buf;
    bool fine;

    *expect = (struct check_expect){ .name = name };
    lwi_buf_init(&buf, &lwi_system_allocator);
    if (lwi_file_read(&buf, name, SIZE_LIMIT) < 0 ||
        lwi_buf_append(&buf, "", 1) < 0) { /* the NUL at its end */
        fprintf(stderr, "lean-worker check: cannot read %s: %s\n", name,
                strerror(errno));
        fine = false;
    } else {
        fine = read_lines(expect, buf.data);
    }
    lwi_buf_fini(&buf);
    if (fine) {
        expect->met = calloc(expect->paths.count, sizeof(*expect->met));
        fine = expect->met != NULL || complain(expect, 0, "out of memory");
    }
    return fine;
}

void
check_expect_fini(struct check_expect *expect)
{
    lwi_strings_fini(&expect->paths);
    free(expect->verdicts);
    free(expect->met);
    *expect = (struct check_expect){ 0 };
}

const char *
check_expect_judge(struct check_expect *expect, const lw_check_report *report)
{
    size_t i;

    if (expect->name == NULL)
        return NULL;
    for (i = 0; i < expect->paths.count; i++) {
        if (strcmp(expect->paths.items[i], report->path) == 0) {
            expect->met[i] = expect->verdicts[i] == report->verdict;
            if (expect->met[i])
                return NULL;
            expect->wrong++;
            return lw_verdict_name(expect->verdicts[i]);
        }
    }
    expect->wrong++;
    return "nothing";
}

size_t
check_expect_met(const struct check_expect *expect)
{
    size_t met = 0, i;

    for (i = 0; i < expect->paths.count; i++)
        met += expect->met[i];
    return met;
}
