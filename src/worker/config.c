/* config.c - a worker's own copy of its configuration. */
#include "worker/config.h"

#include "base/error.h"
#include "base/path.h"
#include "base/text.h"
#include "proto/ring.h"
#include "toolchain/launch.h"
#include "worker/policy.h"
#include "worker/zygote.h"

#define DOING "configure a worker"

static void
free_texts(const lw_allocator *allocator, char **texts)
{
    size_t i;

    for (i = 0; texts != NULL && texts[i] != NULL; i++)
        lwi_free(allocator, texts[i]);
    lwi_free(allocator, texts);
}

/* Copies into a list of NULLs; false where memory ends on the way. */
static bool
copy_texts(const lw_allocator *allocator, char **to, const char *const *from)
{
    for (; *from != NULL; from++, to++) {
        *to = lwi_copy_text(allocator, *from);
        if (*to == NULL)
            return false;
    }
    return true;
}

/* One new list of the texts of two; NULL lists are empty ones. */
static char **
join_texts(const lw_allocator *allocator, const char *const *first,
           const char *const *second)
{
    static const char *const none[] = { NULL };
    size_t before, after;
    char **copy;

    first = first == NULL ? none : first;
    second = second == NULL ? none : second;
    before = lwi_count_texts(first);
    after = lwi_count_texts(second);
    copy = lwi_alloc_array(allocator, before + after + 1, sizeof(*copy));
    if (copy == NULL)
        return NULL;
    if (copy_texts(allocator, copy, first) &&
        copy_texts(allocator, copy + before, second))
        return copy;
    free_texts(allocator, copy);
    return NULL;
}

static bool
timeout_is_sane(uint64_t ms)
{
    return ms >= 1 && ms <= LW_TIMEOUT_MAX_MS;
}

/* What is wrong with it, or NULL. */
static const char *
fault(const lw_worker_config *config)
{
    if (config == NULL || config->struct_size != sizeof(*config))
        return "config is NULL or of another version; use "
               "LW_WORKER_CONFIG_INIT";
    if (config->toolchain != NULL && config->command != NULL)
        return "only one of toolchain and command may be given";
    if (config->command != NULL && config->command[0] == NULL)
        return "command is empty";
    if (!timeout_is_sane(config->startup_timeout_ms))
        return "startup_timeout_ms must be 1 ms to 30 days";
    if (!timeout_is_sane(config->request_timeout_ms) &&
        config->request_timeout_ms != LW_NO_LIMIT)
        return "request_timeout_ms must be 1 ms to 30 days, or LW_NO_LIMIT";
    if (config->cancel_grace_ms > LW_TIMEOUT_MAX_MS)
        return "cancel_grace_ms must be at most 30 days";
    if (config->rss_limit_kib == 0)
        return "rss_limit_kib must be at least 1, or LW_NO_LIMIT";
    if (config->frame_limit < LWI_FRAME_LIMIT_MIN ||
        config->frame_limit > LWI_FRAME_LIMIT_MAX)
        return "frame_limit must be 64 KiB to 1 GiB";
    if (config->ring_bytes != 0 && (config->ring_bytes < LWI_RING_MIN ||
                                    config->ring_bytes > LWI_RING_MAX))
        return "ring_bytes must be 64 KiB to 64 MiB, or 0 for none";
    if (config->snapshots != NULL && config->snapshots[0] != '\0' &&
        config->snapshots[0] != '/')
        return "snapshots must be an absolute folder, \"\" or NULL";
    if (config->command != NULL && config->libraries != NULL &&
        config->libraries[0] != NULL)
        return "a command of one's own loads its libraries itself";
    if (config->expected_lean != NULL && config->expected_lean[0] == '\0')
        return "expected_lean must be a version such as 4.28.0, or NULL";
    return config->policy == NULL ? NULL : lwi_policy_fault(config->policy);
}

/* The program to run and what to add to its environment. */
static int
copy_host(struct lwi_config *copy, const lw_allocator *allocator,
          const lw_worker_config *config, const lw_toolchain *toolchain,
          lw_error *err)
{
    struct lwi_command host = { 0 };
    const char *const *command = config->command;
    const char *const *folders = NULL;
    int rc = LW_OK;

    copy->launch = toolchain != NULL;
    copy->native = toolchain != NULL &&
                   lw_toolchain_get_kind(toolchain) == LW_TOOLCHAIN_NATIVE;
    lwi_toolchain_fingerprint(toolchain, copy->fingerprint);
    if (toolchain != NULL) {
        rc = lwi_toolchain_command_with(toolchain, config->libraries, &host,
                                        err);
        if (rc != LW_OK)
            return rc;
        command = (const char *const *)host.argv;
        folders = lw_toolchain_get_search_path(toolchain);
    }
    copy->command = join_texts(allocator, command, NULL);
    /* The caller's entries come last: they win over ours. */
    copy->environment = join_texts(
        allocator, (const char *const *)host.environment, config->environment);
    copy->search_path = join_texts(allocator, folders, NULL);
    copy->host = lwi_copy_text(allocator, host.host);
    copy->libraries = join_texts(allocator, config->libraries, NULL);
    copy->shim = host.shim;
    copy->shim_detail = lwi_copy_text(
        allocator, host.shim_detail == NULL ? "" : host.shim_detail);
    copy->shim_text = lwi_copy_text(allocator, host.shim_text);
    if ((host.host != NULL && copy->host == NULL) || copy->command == NULL ||
        (host.shim_text != NULL && copy->shim_text == NULL) ||
        copy->shim_detail == NULL || copy->libraries == NULL ||
        copy->environment == NULL || copy->search_path == NULL)
        rc = lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    lwi_command_fini(&host);
    return rc;
}

/* Where no host is named it is the Lean that is found. */
static int
choose_host(struct lwi_config *copy, const lw_allocator *allocator,
            const lw_worker_config *config, lw_error *err)
{
    lw_toolchain *found = NULL;
    int rc = LW_OK;

    if (config->toolchain == NULL && config->command == NULL)
        rc = lw_toolchain_find(&found, NULL, err);
    if (rc == LW_OK)
        rc = copy_host(copy, allocator, config,
                       found != NULL ? found : config->toolchain, err);
    lw_toolchain_destroy(found);
    return rc;
}

/* Where it says nothing the environment may; "" is none. */
static const char *
snapshots_of(const lw_worker_config *config)
{
    const char *folder = config->snapshots != NULL
                             ? config->snapshots
                             : lwi_environment(LWI_SNAPSHOTS_VARIABLE);

    return folder != NULL && folder[0] != '\0' ? folder : NULL;
}

/* NULL stays NULL; false: there is no memory. */
static bool
copy_text(char **copy, const lw_allocator *allocator, const char *text)
{
    *copy = lwi_copy_text(allocator, text);
    return *copy != NULL || text == NULL;
}

static bool
copy_texts_of(struct lwi_config *copy, const lw_allocator *allocator,
              const lw_worker_config *config)
{
    return copy_text(&copy->working_directory, allocator,
                     config->working_directory) &&
           copy_text(&copy->snapshots, allocator, snapshots_of(config)) &&
           copy_text(&copy->expected_lean, allocator, config->expected_lean);
}

int
lwi_config_init(struct lwi_config *copy, const lw_allocator *allocator,
                const lw_worker_config *config, lw_error *err)
{
    static const lw_restart_policy defaults = LW_RESTART_POLICY_INIT;
    const char *what = fault(config);
    int rc;

    memset(copy, 0, sizeof(*copy));
    if (what != NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "%s", what);
    copy->startup_timeout_ms = config->startup_timeout_ms;
    copy->request_timeout_ms = config->request_timeout_ms;
    copy->cancel_grace_ms = config->cancel_grace_ms;
    copy->rss_limit_kib = config->rss_limit_kib;
    copy->frame_limit = config->frame_limit;
    copy->ring_bytes = config->ring_bytes;
    copy->policy = config->policy != NULL ? *config->policy : defaults;
    copy->fork_server = lwi_zygote_retain(config->fork_server);
    rc = choose_host(copy, allocator, config, err);
    if (rc != LW_OK)
        return rc;
    return copy_texts_of(copy, allocator, config)
               ? LW_OK
               : lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
}

void
lwi_config_settle(struct lwi_config *copy, const lw_allocator *allocator)
{
    static const char why[] = "the library is gone";

    /* The detail is the library's path, and has more room than the reason. */
    if (copy->shim_text == NULL || lwi_path_is_file(copy->shim_detail))
        return;
    lwi_command_interpret(copy->command, copy->shim_text, allocator);
    copy->shim_text = NULL;
    copy->shim = LW_SHIM_INTERPRETED;
    memcpy(copy->shim_detail, why, sizeof(why));
}

void
lwi_config_fini(struct lwi_config *copy, const lw_allocator *allocator)
{
    free_texts(allocator, copy->command);
    lwi_free(allocator, copy->host);
    lwi_free(allocator, copy->shim_detail);
    lwi_free(allocator, copy->shim_text);
    free_texts(allocator, copy->environment);
    free_texts(allocator, copy->libraries);
    free_texts(allocator, copy->search_path);
    lwi_free(allocator, copy->working_directory);
    lwi_free(allocator, copy->snapshots);
    lwi_free(allocator, copy->option);
    lwi_free(allocator, copy->expected_lean);
    lwi_zygote_release(copy->fork_server);
    memset(copy, 0, sizeof(*copy));
}
