/*
 * key.c - when two callers may share a worker: when their keys are equal.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

static lw_session_key *
make(const char *expected, lw_error *err)
{
    static const char *const imports[] = { "Lean", "My.Library", NULL };
    lw_session_key_spec spec = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key *key = NULL;

    spec.project_root = "/home/me/project";
    spec.package = "project";
    spec.library = "My";
    spec.imports = imports;
    spec.toolchain = "4.28.0";
    spec.metadata.export_name = "My.metadata";
    spec.metadata.expected.data = expected;
    spec.metadata.expected.size = strlen(expected);
    lw_session_key_create(&key, &spec, err);
    return key;
}

static void
tell(const lw_session_key *key)
{
    const char *const *imports = lw_session_key_get_imports(key);

    printf("%s: library %s of package %s, Lean %s, %s limits\n",
           lw_session_key_get_project_root(key),
           lw_session_key_get_library(key), lw_session_key_get_package(key),
           lw_session_key_get_toolchain(key),
           lw_session_key_get_policy_class(key) == LW_POLICY_DEFAULT ? "default"
                                                                     : "other");
    for (; *imports != NULL; imports++)
        printf("  imports %s\n", *imports);
}

int
main(void)
{
    lw_error err = LW_ERROR_INIT;
    /* JSON counts as a value: blanks and the order of members do not. */
    lw_session_key *one = make("{\"lean_version\":\"4\",\"extra\":1}", &err);
    lw_session_key *two = make("{\"extra\": 1, \"lean_version\": \"4\"}", &err);
    int equal = 0;

    if (one != NULL && two != NULL) {
        equal = lw_session_key_compare(one, two) == 0 &&
                lw_session_key_hash(one) == lw_session_key_hash(two);
        tell(one);
        printf("%s\n", equal ? "they share workers" : "they do not");
    } else {
        fprintf(stderr, "%s: %s\n", lw_status_name(err.status), err.message);
    }
    lw_session_key_destroy(one);
    lw_session_key_destroy(two);
    return equal ? 0 : 1;
}
