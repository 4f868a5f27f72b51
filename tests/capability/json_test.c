/* JSON in hooks: what is read and written, and where it is wrong. */
#include <locale.h>
#include <math.h>

#include <lean_worker/fields.h>
#include <lean_worker/metadata.h>

#include "base/alloc.h"
#include "capability/writer.h"
#include "support/test.h"
#include "worker/row_form.h"

/* ---- reading ---- */

static lw_fault fault;

static lw_json *
parse(const char *text)
{
    lw_json *json;

    assert_int_equal(
        lw_json_parse(&json, (lw_span){ text, strlen(text) }, &fault), 0);
    return json;
}

static void
refused(const char *text, size_t size, const char *detail)
{
    lw_json *json = (lw_json *)&fault;

    assert_int_equal(lw_json_parse(&json, (lw_span){ text, size }, &fault),
                     LW_MALFORMED);
    assert_null(json);
    assert_string_equal(fault.field, "");
    if (strstr(fault.detail, detail) == NULL)
        fail_msg("no \"%s\" in \"%s\"", detail, fault.detail);
}

static void
what_is_no_json_is_refused(void **state)
{
    static const struct {
        const char *text, *detail;
    } cases[] = {
        { "", "no JSON at byte 0" },
        { "{\"a\": }", "no JSON at byte" },
        { "1 2", "no JSON at byte" },
        { "{\"a\": 1, \"a\": 2}", "duplicate" },
        { "\"\\u0000\"", "NUL" },
        { "9223372036854775808", "too big" },
        { "-9223372036854775809", "too big" },
        { "1e999", "overflow" },
        { "\"\xff\"", "decode byte 0xff" },
        { "NaN", "no JSON" },
        { "'a'", "no JSON" },
    };
    char deep[2 * LW_JSON_DEPTH_MAX + 3];
    lw_json *json;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refused(cases[i].text, strlen(cases[i].text), cases[i].detail);
    refused("1\0", 2, "it has a NUL byte");
    memset(deep, '[', LW_JSON_DEPTH_MAX + 1);
    refused(deep, LW_JSON_DEPTH_MAX + 1, "nested too deeply");
    memset(deep + LW_JSON_DEPTH_MAX, ']', LW_JSON_DEPTH_MAX);
    assert_int_equal(
        lw_json_parse(&json, (lw_span){ deep, 2 * LW_JSON_DEPTH_MAX }, &fault),
        0);
    lw_json_destroy(json);
    /* Brackets in a string are none, whatever stands before its quotes. */
    memset(deep, '[', sizeof(deep));
    memcpy(deep, "\"\\\"", 3);
    deep[sizeof(deep) - 1] = '"';
    assert_int_equal(
        lw_json_parse(&json, (lw_span){ deep, sizeof(deep) }, &fault), 0);
    lw_json_destroy(json);
}

/*
 * The program has a locale whose decimal point takes two bytes, as ps_AF has
 * it, which few machines have installed. Not a thread with its own.
 */
static bool two_bytes;

struct lconv *
localeconv(void)
{
    static char point[] = ".", other[] = "\xd9\xab";
    static struct lconv facts;

    facts.decimal_point =
        two_bytes && uselocale((locale_t)0) == LC_GLOBAL_LOCALE ? other : point;
    return &facts;
}

/* 8 MiB of brackets would take 380 MB. */
static void
many_values_are_not_read(void **state)
{
    static const size_t most = LW_JSON_VALUES_MAX;
    char *text = malloc(2 * most + 3);
    lw_span bytes = { text, 2 * most + 1 };
    lw_json *json = NULL;
    size_t i;

    (void)state;
    assert_non_null(text);
    text[0] = '[';
    for (i = 1; i < 2 * most + 1; i += 2)
        memcpy(text + i, "1,", 2);
    text[2 * most - 2] = ']'; /* the list itself is a value as well */
    bytes.size = 2 * most - 1;
    assert_true(lwi_row_has_form(LW_ROWS_JSON, bytes));
    assert_int_equal(lw_json_parse(&json, bytes, &fault), 0);
    lw_json_destroy(json);
    memcpy(text + 2 * most - 2, ",1]", 3);
    bytes.size = 2 * most + 1;
    assert_false(lwi_row_has_form(LW_ROWS_JSON, bytes));
    refused(text, bytes.size, "more than 1000000 values");
    free(text);
}

static void
a_point_is_a_point_in_any_locale(void **state)
{
    static const char text[] = "{\"extra\": 1.5}";
    const lw_span bytes = { text, sizeof(text) - 1 };
    lw_error err = LW_ERROR_INIT;
    lw_metadata *metadata;
    lw_json *json;
    double real;

    (void)state;
    two_bytes = true;
    json = parse(text);
    assert_int_equal(lw_metadata_parse(&metadata, bytes, &err), LW_OK);
    assert_true(lwi_row_has_form(LW_ROWS_JSON, bytes));
    two_bytes = false;
    assert_int_equal(lw_json_get_double(json, "/extra", &real, &fault), 0);
    assert_true(real > 1.4 && real < 1.6);
    assert_string_equal(metadata->extra, "1.5");
    lw_metadata_destroy(metadata);
    lw_json_destroy(json);
}

static void
values_are_found_by_pointer(void **state)
{
    lw_json *json = parse("{\"a\": [1, {\"b/c\": {\"~d\": true}}], \"\": -5, "
                          "\"n\": null, \"x\": 2.5, \"s\": \"text\"}");
    int64_t whole;
    uint64_t positive;
    double real;
    bool yes = false;
    size_t count;
    lw_span text;
    char copy[5];

    (void)state;
    assert_int_equal(lw_json_get_bool(json, "/a/1/b~1c/~0d", &yes, &fault), 0);
    assert_true(yes);
    assert_int_equal(lw_json_get_i64(json, "/", &whole, &fault), 0);
    assert_int_equal(whole, -5);
    assert_int_equal(lw_json_get_u64(json, "/a/0", &positive, &fault), 0);
    assert_int_equal(positive, 1);
    assert_int_equal(lw_json_get_double(json, "/x", &real, &fault), 0);
    assert_true(real > 2.4 && real < 2.6);
    assert_int_equal(lw_json_get_count(json, "/a", &count, &fault), 0);
    assert_int_equal(count, 2);
    assert_int_equal(lw_json_get_text(json, "/s", &text, &fault), 0);
    assert_string_equal(text.data, "text");
    assert_int_equal(text.size, 4);
    assert_int_equal(lw_json_copy_text(json, "/s", copy, 5, &fault), 0);
    assert_string_equal(copy, "text");
    assert_true(lw_json_has(json, "/a/1"));
    assert_true(lw_json_has(json, ""));
    assert_false(lw_json_has(json, "/n"));
    assert_false(lw_json_has(json, "/a/2"));
    assert_false(lw_json_has(json, "/a/01"));
    assert_false(lw_json_has(json, "/a/-"));
    assert_false(lw_json_has(json, "/a/99999999999999999999999"));
    assert_false(lw_json_has(json, "/s/0"));
    assert_false(lw_json_has(json, "a"));
    assert_false(lw_json_has(json, "/~2"));
    assert_false(lw_json_has(json, "/~"));
    lw_json_destroy(json);
    lw_json_destroy(NULL);
}

static void
wrong_values_are_faults_with_their_place(void **state)
{
    lw_json *json = parse("{\"s\": \"text\", \"n\": -1, \"r\": 1.0, "
                          "\"big\": 9007199254740993, \"l\": [null]}");
    int64_t whole;
    uint64_t positive;
    double real;
    bool yes;
    size_t count;
    lw_span text;
    char copy[4];

    (void)state;
#define FAULT(call, field_, detail_)                                           \
    assert_int_equal(call, LW_MALFORMED);                                      \
    assert_string_equal(fault.field, field_);                                  \
    assert_string_equal(fault.detail, detail_)
    FAULT(lw_json_get_i64(json, "/s", &whole, &fault), "/s",
          "a whole number is wanted, not a string");
    FAULT(lw_json_get_i64(json, "/r", &whole, &fault), "/r",
          "a whole number is wanted, not a number with a fraction");
    FAULT(lw_json_get_u64(json, "/n", &positive, &fault), "/n",
          "it is negative");
    FAULT(lw_json_get_u64(json, "/none", &positive, &fault), "/none",
          "it is missing");
    FAULT(lw_json_get_double(json, "/big", &real, &fault), "/big",
          "a double does not have this whole number");
    FAULT(lw_json_get_double(json, "/l/0", &real, &fault), "/l/0",
          "a number is wanted, not null");
    FAULT(lw_json_get_bool(json, "", &yes, &fault), "",
          "true or false is wanted, not an object");
    FAULT(lw_json_get_count(json, "/s", &count, &fault), "/s",
          "a list is wanted, not a string");
    FAULT(lw_json_get_text(json, "/l", &text, &fault), "/l",
          "a string is wanted, not a list");
    FAULT(lw_json_copy_text(json, "/s", copy, 4, &fault), "/s",
          "the string has 4 bytes, and there is room for 3");
    FAULT(lw_json_copy_text(json, "/s", copy, 0, &fault), "/s",
          "the string has 4 bytes, and there is room for 0");
    lw_json_destroy(json);
}

/* ---- writing ---- */

static lw_writer writer;

static void
begin(void)
{
    lwi_buf_fini(&writer.bytes);
    memset(&writer, 0, sizeof(writer));
    lwi_buf_init(&writer.bytes, &lwi_system_allocator);
}

static void
wrote(const char *text)
{
    assert_int_equal(lwi_writer_close(&writer), 0);
    assert_int_equal(writer.bytes.size, strlen(text));
    assert_memory_equal(writer.bytes.data, text, strlen(text));
    begin();
}

static lw_span
span(const char *text)
{
    return (lw_span){ text, strlen(text) };
}

static void
values_are_written(void **state)
{
    (void)state;
    begin();
    assert_int_equal(lw_json_begin_object(&writer, NULL, &fault), 0);
    lw_json_put_bool(&writer, "yes", true, &fault);
    lw_json_put_i64(&writer, "least", INT64_MIN, &fault);
    lw_json_put_u64(&writer, "most", UINT64_MAX, &fault);
    lw_json_put_double(&writer, "r", 0.1, &fault);
    lw_json_put_double(&writer, "one", 1, &fault);
    lw_json_put_text(&writer, "q\"", span("a\"\\\n\x01Δ"), &fault);
    lw_json_begin_list(&writer, "l", &fault);
    lw_json_begin_object(&writer, NULL, &fault);
    lw_json_end(&writer, &fault);
    lw_json_put_bool(&writer, NULL, false, &fault);
    lw_json_end(&writer, &fault);
    lw_json_begin_list(&writer, "open", &fault);
    wrote("{\"yes\":true,\"least\":-9223372036854775808,"
          "\"most\":18446744073709551615,\"r\":0.10000000000000001,"
          "\"one\":1.0,\"q\\\"\":\"a\\\"\\\\\\u000a\\u0001Δ\",\"l\":[{},false],"
          "\"open\":[]}");
    assert_int_equal(lw_json_put_text(&writer, NULL, span(""), &fault), 0);
    wrote("\"\"");
}

static void
what_cannot_be_written_is_a_fault(void **state)
{
    const double zero = 0;
    size_t i;

    (void)state;
    begin();
    FAULT(lw_json_put_bool(&writer, "a", true, &fault), "",
          "a value outside was given a name");
    FAULT(lw_json_end(&writer, &fault), "", "nothing is open that could end");
    lw_json_put_i64(&writer, NULL, 1, &fault);
    FAULT(lw_json_begin_list(&writer, NULL, &fault), "",
          "a second value was put");
    begin();
    lw_json_begin_object(&writer, NULL, &fault);
    lw_json_begin_list(&writer, "a/~b", &fault);
    lw_json_put_i64(&writer, NULL, 1, &fault);
    FAULT(lw_json_put_text(&writer, NULL, span("\xff"), &fault), "/a~1~0b/1",
          "it is not UTF-8");
    FAULT(lw_json_put_i64(&writer, "name", 1, &fault), "/a~1~0b",
          "an item of a list was given a name");
    lw_json_end(&writer, &fault);
    FAULT(lw_json_put_double(&writer, "x", 1 / zero, &fault), "/x",
          "it is infinite, or no number");
    FAULT(lw_json_put_i64(&writer, NULL, 1, &fault), "",
          "a member of an object was given no name");
    FAULT(lw_json_put_i64(&writer, "\xff", 1, &fault), "",
          "the name of a member is not UTF-8");
    FAULT(lw_json_refuse(&writer, "y", "not today", &fault), "/y", "not today");
    begin();
    for (i = 0; i < LW_JSON_DEPTH_MAX; i++)
        assert_int_equal(lw_json_begin_list(&writer, NULL, &fault), 0);
    assert_int_equal(lw_json_begin_list(&writer, NULL, &fault), LW_MALFORMED);
    assert_string_equal(fault.detail, "it is nested too deeply");
    assert_int_equal(strlen(fault.field), sizeof(fault.field) - 1);
    lwi_buf_fini(&writer.bytes);
    memset(&writer, 0, sizeof(writer));
}

/* ---- structs from lists of fields ---- */

#define POINT(FIELD) FIELD(I64, x) FIELD(DOUBLE, y)
LW_JSON_STRUCT(point, POINT);
#define SHAPE(FIELD)                                                           \
    FIELD(TEXT, name, 8)                                                       \
    FIELD(BOOL, closed)                                                        \
    FIELD(U64, id)                                                             \
    FIELD(OBJECT, centre, point)                                               \
    FIELD(OBJECTS, points, point, 2)                                           \
    FIELD(U64S, sizes, 3)                                                      \
    FIELD(I64S, offsets, 3)
LW_JSON_STRUCT(shape, SHAPE);

#define SHAPE_TEXT                                                             \
    "{\"name\":\"square\",\"closed\":true,\"id\":7,\"centre\":{\"x\":-1,"      \
    "\"y\":0.5},\"points\":[{\"x\":1,\"y\":2.0},{\"x\":3,\"y\":4.0}],"         \
    "\"sizes\":[1,2,3],\"offsets\":[]}"

static int
take_shape(const struct shape *value, const lw_row *row, void *user)
{
    assert_int_equal(row->sequence, 3);
    *(uint64_t *)user = value->id;
    return -5;
}

static void
a_list_of_fields_is_a_struct(void **state)
{
    struct shape shape;
    uint64_t id = 0;
    struct shape_rows rows = { take_shape, &id };
    lw_row row = { { "s", 1 }, 3, { SHAPE_TEXT, strlen(SHAPE_TEXT) } };

    (void)state;
    assert_int_equal(shape_decode(span(SHAPE_TEXT), &shape, &fault, NULL), 0);
    assert_string_equal(shape.name, "square");
    assert_true(shape.closed);
    assert_int_equal(shape.centre.x, -1);
    assert_int_equal(shape.points_count, 2);
    assert_int_equal(shape.points[1].x, 3);
    assert_int_equal(shape.sizes[2], 3);
    assert_int_equal(shape.offsets_count, 0);
    begin();
    assert_int_equal(shape_encode(&shape, &writer, &fault, NULL), 0);
    wrote(SHAPE_TEXT);
    assert_int_equal(shape_row(&row, &fault, &rows), -5);
    assert_int_equal(id, 7);
    /* What cannot be written has its place. */
    memset(shape.name, 'x', sizeof(shape.name));
    FAULT(shape_encode(&shape, &writer, &fault, NULL), "/name",
          "there is no NUL behind it");
    begin();
    shape.name[0] = '\0';
    shape.points[1].y = (double)INFINITY;
    FAULT(shape_encode(&shape, &writer, &fault, NULL), "/points/1/y",
          "it is infinite, or no number");
    begin();
    shape.points_count = 3;
    FAULT(shape_encode(&shape, &writer, &fault, NULL), "/points",
          "it has more items than room");
    lwi_buf_fini(&writer.bytes);
    memset(&writer, 0, sizeof(writer));
}

static void
what_does_not_fit_a_struct_is_a_fault(void **state)
{
    struct shape shape;

    (void)state;
#define SHAPE_FAULT(text, field_, detail_)                                     \
    FAULT(shape_decode(span(text), &shape, &fault, NULL), field_, detail_)
    SHAPE_FAULT("[]", "/name", "it is missing");
    SHAPE_FAULT("{\"name\":\"12345678\"}", "/name",
                "the string has 8 bytes, and there is room for 7");
    SHAPE_FAULT("{\"name\":\"\",\"closed\":0}", "/closed",
                "true or false is wanted, not a whole number");
    SHAPE_FAULT("{\"name\":\"\",\"closed\":true,\"id\":1,\"centre\":{\"x\":1,"
                "\"y\":\"2\"}}",
                "/centre/y", "a number is wanted, not a string");
    SHAPE_FAULT("{\"name\":\"\",\"closed\":true,\"id\":1,\"centre\":{\"x\":1,"
                "\"y\":2},\"points\":[{\"x\":1,\"y\":2},{\"x\":1}]}",
                "/points/1/y", "it is missing");
    SHAPE_FAULT("{\"name\":\"\",\"closed\":true,\"id\":1,\"centre\":{\"x\":1,"
                "\"y\":2},\"points\":[],\"sizes\":[1,2,3,4]}",
                "/sizes", "the list has 4 items, and there is room for 3");
    SHAPE_FAULT("{\"name\":\"\",\"closed\":true,\"id\":1,\"centre\":{\"x\":1,"
                "\"y\":2},\"points\":[],\"sizes\":[1,-2]}",
                "/sizes/1", "it is negative");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(many_values_are_not_read),
        cmocka_unit_test(a_point_is_a_point_in_any_locale),
        cmocka_unit_test(values_are_found_by_pointer),
        cmocka_unit_test(wrong_values_are_faults_with_their_place),
        cmocka_unit_test(values_are_written),
        cmocka_unit_test(what_cannot_be_written_is_a_fault),
        cmocka_unit_test(a_list_of_fields_is_a_struct),
        cmocka_unit_test(what_does_not_fit_a_struct_is_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
