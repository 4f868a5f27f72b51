// program.cpp - a C++ program on the installed library, for tests/install/run.
//
//     program WORKER      WORKER: examples/worker/reverse.c, built
//
// Owns a runtime and a worker by unique_ptr, pings, runs an export with sinks
// that are lambdas, and cancels one from a std::thread.
#include <lean_worker/child.h>
#include <lean_worker/lean_worker.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

template <typename T, void (*destroy)(T *)> struct destroyer {
    void operator()(T *object) const { destroy(object); }
};

using runtime_ptr =
    std::unique_ptr<lw_runtime, destroyer<lw_runtime, lw_runtime_destroy>>;
using worker_ptr =
    std::unique_ptr<lw_worker, destroyer<lw_worker, lw_worker_destroy>>;
using reply_ptr =
    std::unique_ptr<lw_reply, destroyer<lw_reply, lw_reply_destroy>>;
using cancel_ptr =
    std::unique_ptr<lw_cancel, destroyer<lw_cancel, lw_cancel_destroy>>;

void check(int rc, const lw_error &err)
{
    if (rc != LW_OK)
        throw std::runtime_error(std::string(lw_status_name(rc)) + ": " +
                                 err.message);
}

lw_span span(const std::string &text)
{
    lw_span result = { text.data(), text.size() };
    return result;
}

worker_ptr start(lw_runtime *runtime, const char *program)
{
    const char *const command[] = { program, nullptr };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker *worker = nullptr;

    config.command = command;
    check(lw_worker_start(&worker, runtime, &config, nullptr, &err), err);
    return worker_ptr(worker);
}

std::string run(lw_worker *worker, const char *name, const std::string &request,
                lw_cancel *cancel)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply = nullptr;
    std::size_t rows = 0;

    spec.name = name;
    spec.request = span(request);
    options.cancel = cancel;
    sinks.user = &rows;
    sinks.row = [](const lw_row *, void *user) {
        ++*static_cast<std::size_t *>(user);
        return 0;
    };
    check(lw_worker_run(worker, &reply, &spec, &sinks, &options, &err), err);

    reply_ptr owned(reply);
    const lw_reply_facts *facts = lw_reply_get_facts(reply);
    if (facts->rows != rows)
        throw std::runtime_error("rows were lost");
    return std::string(facts->response.data, facts->response.size);
}

// A token that is set already: the request never reaches the child.
bool is_cancelled_before(lw_worker *worker)
{
    lw_error err = LW_ERROR_INIT;
    lw_cancel *cancel = nullptr;

    check(lw_cancel_create(&cancel, &err), err);
    cancel_ptr owned(cancel);
    std::thread([cancel] { lw_cancel_set(cancel); }).join();
    try {
        run(worker, "reverse", "never", cancel);
    } catch (const std::runtime_error &error) {
        return std::string(error.what()).find("LW_ECANCELLED") == 0;
    }
    return false;
}

int play(const char *program)
{
    lw_error err = LW_ERROR_INIT;
    lw_runtime *made = nullptr;

    check(lw_runtime_create(&made, nullptr, &err), err);
    runtime_ptr runtime(made);
    worker_ptr worker = start(runtime.get(), program);
    check(lw_worker_ping(worker.get(), span("ping"), nullptr, &err), err);
    if (run(worker.get(), "reverse", "C++ and C", nullptr) != "C dna ++C")
        throw std::runtime_error("a wrong answer");
    if (!is_cancelled_before(worker.get()))
        throw std::runtime_error("not cancelled");
    std::puts("C dna ++C");
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return argc == 2 ? play(argv[1]) : 2;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "program: %s\n", error.what());
        return 1;
    }
}
