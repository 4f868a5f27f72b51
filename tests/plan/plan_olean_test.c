/* plan_olean_test.c - the imports of compiled modules. */
#include "plan/olean.h"

#include <lean_worker/request.h>

#include "support/olean.h"
#include "support/test.h"

static int
read_bytes(struct lwi_olean *out, const void *data, size_t size,
           const char **fault)
{
    struct lwi_olean_bytes bytes = { .head = { data, size }, .size = size };

    return lwi_olean_read(out, &bytes, fault);
}

/* The imports, joined by "; ". */
static void
expect_imports(const struct lwt_olean *o, bool is_module, const char *wanted)
{
    struct lwi_olean olean;
    const char *fault;
    char joined[4096];
    size_t i;

    if (read_bytes(&olean, o->bytes, o->size, &fault) != LW_OK)
        fail_msg("%s", fault);
    assert_int_equal(olean.is_module, is_module);
    assert_true(olean.imports.size < sizeof(joined));
    memcpy(joined, olean.imports.data, olean.imports.size);
    for (i = 0; i + 1 < olean.imports.size; i++) {
        if (joined[i] == '\0')
            joined[i] = ';';
    }
    assert_string_equal(joined, wanted);
    lwi_olean_fini(&olean);
}

static void
fill(struct lwt_olean *o, bool is_module)
{
    lwt_olean_add(o, "Init", LWT_EXPORTED);
    lwt_olean_add(o, "Std.Data.odd name", 0);
    lwt_olean_add(o, "Lean.Meta", LWT_ALL | LWT_META | LWT_EXPORTED);
    lwt_olean_finish(o, is_module);
}

static void
every_form_is_read(void **state)
{
    const unsigned words[] = { 4, 8 };
    size_t i;

    (void)state;
    for (i = 0; i < 4; i++) {
        struct lwt_olean o = LWT_OLEAN_INIT;

        o.word = words[i % 2];
        o.root_is_first = i < 2;
        fill(&o, true);
        expect_imports(&o, true,
                       "public Init;Std.Data.«odd name»;public meta all "
                       "Lean.Meta");
    }
}

static void
an_older_lean_exports_all(void **state)
{
    struct lwt_olean o = LWT_OLEAN_INIT;

    (void)state;
    o.version = "4.9.0-rc1";
    o.root_is_first = false;
    lwt_olean_add(&o, "Init", 0);
    lwt_olean_add(&o, "Mathlib.Tactic", LWT_ALL); /* runtimeOnly */
    lwt_olean_finish(&o, true);
    expect_imports(&o, false, "public Init;public Mathlib.Tactic");
}

static void
no_import_is_a_prelude(void **state)
{
    struct lwt_olean o = LWT_OLEAN_INIT;
    struct lwi_olean olean;
    const char *fault;

    (void)state;
    lwt_olean_finish(&o, false);
    assert_int_equal(read_bytes(&olean, o.bytes, o.size, &fault), LW_OK);
    assert_int_equal(olean.count, 0);
    assert_false(olean.has_init);
    lwi_olean_fini(&olean);
}

static void
expect_fault(const void *data, size_t size, const char *wanted)
{
    struct lwi_olean olean;
    const char *fault;

    assert_int_equal(read_bytes(&olean, data, size, &fault), LW_EFILE);
    assert_non_null(fault);
    if (wanted[0] != '\0' && strstr(fault, wanted) == NULL)
        fail_msg("\"%s\" is not \"%s\"", fault, wanted);
    lwi_olean_fini(&olean);
}

static void
what_is_no_olean_is_said(void **state)
{
    struct lwt_olean o = LWT_OLEAN_INIT, odd = LWT_OLEAN_INIT;

    (void)state;
    expect_fault("", 0, "not an .olean");
    expect_fault("olean", 5, "not an .olean");
    fill(&o, true);
    o.bytes[0] = 'O';
    expect_fault(o.bytes, o.size, "not an .olean");
    o.bytes[0] = 'o';
    o.bytes[5] = 1;
    expect_fault(o.bytes, o.size, "another form");
    lwt_olean_add(&odd, "..", 0);
    lwt_olean_finish(&odd, false);
    expect_fault(odd.bytes, odd.size, "");
}

/* No cut and no changed byte does more than fail or give other names. */
static void
damage_is_survived(void **state)
{
    struct lwt_olean o = LWT_OLEAN_INIT;
    struct lwi_olean olean;
    const char *fault;
    unsigned char *exact;
    size_t i;
    int bit, rc;

    (void)state;
    fill(&o, true);
    for (i = 0; i < o.size - 7; i++) { /* the last 7 only fill a word */
        exact = malloc(i > 0 ? i : 1);
        assert_non_null(exact);
        memcpy(exact, o.bytes, i);
        assert_int_equal(read_bytes(&olean, exact, i, &fault), LW_EFILE);
        lwi_olean_fini(&olean);
        free(exact);
    }
    for (i = 0; i < o.size * 8; i++) {
        bit = 1 << (i % 8);
        o.bytes[i / 8] = (unsigned char)(o.bytes[i / 8] ^ bit);
        rc = read_bytes(&olean, o.bytes, o.size, &fault);
        assert_true(rc == LW_OK || rc == LW_EFILE);
        lwi_olean_fini(&olean);
        o.bytes[i / 8] = (unsigned char)(o.bytes[i / 8] ^ bit);
    }
}

/* A name whose prefix is itself. */
static void
a_ring_of_names_ends(void **state)
{
    struct lwt_olean o = LWT_OLEAN_INIT;
    uint64_t part = lwt_olean_string(&o, "A", 1);
    uint64_t name = lwt_olean_object(&o, 1, 2);
    unsigned char bits[8] = { 0 };

    (void)state;
    lwt_olean_word(&o, name);
    lwt_olean_word(&o, part);
    o.imports[o.count++] = lwt_olean_object(&o, 0, 1);
    lwt_olean_word(&o, name);
    lwt_olean_put(&o, bits, sizeof(bits));
    lwt_olean_finish(&o, false);
    expect_fault(o.bytes, o.size, "do not fit");
}

static void
a_gap_asks_for_the_whole(void **state)
{
    struct lwt_olean o = LWT_OLEAN_INIT;
    struct lwi_olean_bytes bytes;
    struct lwi_olean olean;
    const char *fault;

    (void)state;
    fill(&o, true);
    bytes = (struct lwi_olean_bytes){
        .head = { (const char *)o.bytes, 100 },
        .tail = { (const char *)o.bytes + o.size - 64, 64 },
        .size = o.size,
    };
    assert_int_equal(lwi_olean_read(&olean, &bytes, &fault), LW_MORE);
    lwi_olean_fini(&olean);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_read),
        cmocka_unit_test(an_older_lean_exports_all),
        cmocka_unit_test(no_import_is_a_prelude),
        cmocka_unit_test(what_is_no_olean_is_said),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(a_ring_of_names_ends),
        cmocka_unit_test(a_gap_asks_for_the_whole),
    };

    return LWT_RUN(tests);
}
