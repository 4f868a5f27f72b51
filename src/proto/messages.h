/*
 * messages.h - the one table of all messages between parent and child.
 *
 * From it come the C structs, the encoder and decoder (message.c), the names
 * in traces, and docs/protocol.md (tools/protocol-doc.c). A message has a
 * number, a role, and fields in wire order; a field has a kind and a name
 * (OF is the struct that it is a member of):
 *
 *   U32    4 bytes, little-endian            uint32_t
 *   U64    8 bytes, little-endian            uint64_t
 *   TEXT   u32 length, then UTF-8            lw_span, checked
 *   TEXTS  u32 count, then count TEXTs       struct lwi_texts, checked
 *   REST   all bytes up to the end; last     lw_span, not looked at
 *
 * Numbers never change meaning. A changed message gets a new number or a new
 * protocol version (LWI_PROTOCOL_MAX in wire.h).
 *
 * This folder is pure: no I/O, no clock, no allocation, no C library beyond
 * memcpy. It is built for wasm without one (src/child/plugin).
 */
#ifndef LWI_MESSAGES_H
#define LWI_MESSAGES_H

/*
 * Roles. A request has exactly one answer (its own or FAILED); events belong
 * to the request in progress and come before its answer.
 */
#define LWI_ROLES(ROLE)                                                        \
    ROLE(HANDSHAKE, "handshake, in a fixed order, once")                       \
    ROLE(REQUEST, "parent to child; has one answer")                           \
    ROLE(ANSWER, "child to parent; ends the request")                          \
    ROLE(EVENT, "child to parent, while a request is in progress")             \
    ROLE(CONTROL, "outside any request")                                       \
    ROLE(FLOW, "moves bytes of other frames; a part of no request")

/*      symbol          struct          no  role       what for */
#define LWI_MESSAGES(MESSAGE)                                                  \
    MESSAGE(HELLO, hello, 1, HANDSHAKE,                                        \
            "child, first of all: who it is and which versions it speaks")     \
    MESSAGE(WELCOME, welcome, 2, HANDSHAKE,                                    \
            "parent: the version and the frame limit that hold from now on")   \
    MESSAGE(READY, ready, 3, HANDSHAKE,                                        \
            "child: its host is up and requests may come")                     \
    MESSAGE(SHUTDOWN, shutdown, 4, CONTROL, "parent: end in an orderly way")   \
    MESSAGE(GOODBYE, goodbye, 5, CONTROL,                                      \
            "child: the last frame; without it an end is a crash")             \
    MESSAGE(FAILED, failed, 6, ANSWER,                                         \
            "the request failed; the child goes on")                           \
    MESSAGE(PING, ping, 16, REQUEST, "are you there; echoed")                  \
    MESSAGE(PONG, pong, 17, ANSWER, "the payload of the ping")                 \
    MESSAGE(PARSE_HEADER, parse_header, 18, REQUEST,                           \
            "parse the header of a Lean file")                                 \
    MESSAGE(HEADER, header, 19, ANSWER, "what the header says")                \
    MESSAGE(OPEN_SESSION, open_session, 20, REQUEST,                           \
            "import modules, or find the session that has them")               \
    MESSAGE(SESSION_OPENED, session_opened, 21, ANSWER,                        \
            "the session and what it cost")                                    \
    MESSAGE(CHECK, check, 22, REQUEST,                                         \
            "elaborate a file from the session's clean environment")           \
    MESSAGE(CHECKED, checked, 23, ANSWER,                                      \
            "the completion mark of a check: nothing is ok without it")        \
    MESSAGE(RUN, run, 24, REQUEST,                                             \
            "run an export: one answer, rows before it")                       \
    MESSAGE(RAN, ran, 25, ANSWER, "the answer, and how many rows there were")  \
    MESSAGE(ELABORATE, elaborate, 26, REQUEST,                                 \
            "elaborate commands, or a term, in a session")                     \
    MESSAGE(ELABORATED, elaborated, 27, ANSWER,                                \
            "the completion mark of an elaboration")                           \
    MESSAGE(KERNEL_CHECK, kernel_check, 28, REQUEST,                           \
            "elaborate commands, then ask the kernel about what they declare") \
    MESSAGE(KERNEL_CHECKED, kernel_checked, 29, ANSWER,                        \
            "what the kernel says")                                            \
    MESSAGE(LIST, list, 30, REQUEST, "declarations of a session")              \
    MESSAGE(LISTED, listed, 31, ANSWER, "the end of the list")                 \
    MESSAGE(PROGRESS, progress, 32, EVENT, "what is being worked on now")      \
    MESSAGE(DIAGNOSTIC, diagnostic, 33, EVENT, "a message of Lean")            \
    MESSAGE(ROW, row, 34, EVENT, "a row of a stream")                          \
    MESSAGE(STREAM, stream, 35, EVENT,                                         \
            "names the stream of this frame, before its first row")            \
    MESSAGE(NOTICE, notice, 36, EVENT, "a code and a message of an export")    \
    MESSAGE(DECLARATIONS, declarations, 37, EVENT, "some of a list")           \
    MESSAGE(DESCRIBE, describe, 40, REQUEST, "one declaration")                \
    MESSAGE(DESCRIBED, described, 41, ANSWER, "its type and place")            \
    MESSAGE(TERM, term, 42, REQUEST, "a question about terms")                 \
    MESSAGE(TERM_ANSWERED, term_answered, 43, ANSWER, "what Lean says")        \
    MESSAGE(RING, ring, 44, FLOW,                                              \
            "child: the next bytes of its frames are in the ring")             \
    MESSAGE(CREDIT, credit, 45, FLOW, "parent: room in the ring is free again")

#define LWI_FIELDS_hello(FIELD, OF)                                            \
    FIELD(OF, U64, magic, "LWI_HELLO_MAGIC; anything else is no worker")       \
    FIELD(OF, U32, version_min, "lowest protocol version spoken")              \
    FIELD(OF, U32, version_max, "highest protocol version spoken")             \
    FIELD(OF, U32, pid, "process id as the child sees it; 0 where it cannot")  \
    FIELD(OF, TEXT, worker_version, "version of the worker program")

#define LWI_FIELDS_welcome(FIELD, OF)                                          \
    FIELD(OF, U32, version, "the protocol version that both speak")            \
    FIELD(OF, U32, frame_limit, "bytes; the largest body either side may send")

#define LWI_FIELDS_ready(FIELD, OF)                                            \
    FIELD(OF, TEXT, lean_version, "such as 4.28.0; empty without Lean")        \
    FIELD(OF, TEXT, lean_githash, "commit of that Lean; may be empty")         \
    FIELD(OF, TEXT, platform, "such as x86_64-linux or wasm32-emscripten")     \
    FIELD(OF, TEXTS, abilities, "names of optional abilities, e.g. cancel")    \
    FIELD(OF, U32, heap_kib, "memory of the host after start; 0 unknown")

#define LWI_FIELDS_shutdown(FIELD, OF) FIELD(OF, U32, reserved, "0")

#define LWI_FIELDS_goodbye(FIELD, OF)                                          \
    FIELD(OF, U32, reason, "an lwi_goodbye_reason")                            \
    FIELD(OF, TEXT, detail, "one sentence; may be empty")

#define LWI_FIELDS_failed(FIELD, OF)                                           \
    FIELD(OF, U32, code, "an lwi_failure_code")                                \
    FIELD(OF, TEXT, detail, "what failed, in words")

#define LWI_FIELDS_ping(FIELD, OF) FIELD(OF, REST, payload, "any bytes")
#define LWI_FIELDS_pong(FIELD, OF) FIELD(OF, REST, payload, "the same bytes")

#define LWI_FIELDS_parse_header(FIELD, OF)                                     \
    FIELD(OF, TEXT, label, "file name for messages")                           \
    FIELD(OF, TEXT, source, "the whole file")

#define LWI_FIELDS_header(FIELD, OF)                                           \
    FIELD(OF, TEXT, key, "canonical: equal for headers that mean the same")    \
    FIELD(OF, TEXTS, imports, "module names with their modifiers, in order")   \
    FIELD(OF, U32, is_module, "1 where the file begins with `module`")         \
    FIELD(OF, U32, is_prelude, "1 where it says `prelude`")                    \
    FIELD(OF, U32, body_offset, "bytes; where the first command begins")       \
    FIELD(OF, U32, error_line, "1-based; 0 where the header is well-formed")   \
    FIELD(OF, U32, error_column, "0-based, in code points")                    \
    FIELD(OF, U32, start_line, "where Lean reports an import that fails")      \
    FIELD(OF, U32, start_column, "0-based, in code points")                    \
    FIELD(OF, TEXT, error, "Lean's message, or empty")

#define LWI_FIELDS_open_session(FIELD, OF)                                     \
    FIELD(OF, TEXT, key, "the header's key; sessions with equal keys are one") \
    FIELD(OF, U32, is_module, "as in HEADER")                                  \
    FIELD(OF, TEXTS, imports, "as in HEADER")                                  \
    FIELD(OF, TEXTS, search_path, "folders with .olean files, absolute")       \
    FIELD(OF, TEXTS, options, "name=value, as after lean's -D")                \
    FIELD(OF, TEXTS, namespaces, "opened for all that is elaborated in it")    \
    FIELD(OF, TEXTS, source_modules, "names of modules given as text")         \
    FIELD(OF, TEXTS, source_labels, "as many: their file names for messages")  \
    FIELD(OF, TEXTS, source_texts, "as many: the texts, elaborated in order")  \
    FIELD(OF, U32, diagnostic_bytes, "messages are cut at this sum of bytes")

#define LWI_FIELDS_session_opened(FIELD, OF)                                   \
    FIELD(OF, U32, session, "number of the session in this process")           \
    FIELD(OF, U32, reused, "1 where it was open already")                      \
    FIELD(OF, U32, modules, "how many modules are loaded in it")               \
    FIELD(OF, U32, elapsed_us, "microseconds spent importing; saturates")      \
    FIELD(OF, U32, heap_before_kib, "memory of the host before; 0 unknown")    \
    FIELD(OF, U32, heap_after_kib, "and after")                                \
    FIELD(OF, U32, mapped_kib, "of module files mapped, shared; 0 unknown")    \
    FIELD(OF, U32, private_kib, "of module files read into it; 0 unknown")     \
    FIELD(OF, U32, preloaded, "1 where the imports were there before requests")

#define LWI_FIELDS_check(FIELD, OF)                                            \
    FIELD(OF, U32, session, "from SESSION_OPENED")                             \
    FIELD(OF, TEXT, label, "file name for messages")                           \
    FIELD(OF, TEXT, source, "the whole file with its header")                  \
    FIELD(OF, TEXTS, options, "name=value, over the session's")                \
    FIELD(OF, U32, diagnostic_bytes, "messages are cut at this sum of bytes")

#define LWI_FIELDS_checked(FIELD, OF)                                          \
    FIELD(OF, U32, commands, "how many were elaborated")                       \
    FIELD(OF, U32, errors, "messages of severity error, cut ones too")         \
    FIELD(OF, U32, warnings, "messages of severity warning, cut ones too")     \
    FIELD(OF, U32, has_sorry, "1 where a declaration rests on sorry")          \
    FIELD(OF, U32, cancelled, "1 where it ended early by a cancel")            \
    FIELD(OF, U32, truncated, "1 where diagnostic_bytes cut messages")         \
    FIELD(OF, U32, elapsed_us, "microseconds inside Lean's commands")          \
    FIELD(OF, U32, heap_kib, "memory of the host afterwards; 0 unknown")

#define LWI_FIELDS_run(FIELD, OF)                                              \
    FIELD(OF, U32, session, "the session it belongs to; 0 without one")        \
    FIELD(OF, TEXT, name, "of the export")                                     \
    FIELD(OF, REST, request, "for the export to understand")

#define LWI_FIELDS_ran(FIELD, OF)                                              \
    FIELD(OF, U64, rows, "sent with this request, in all streams")             \
    FIELD(OF, U32, waits, "how often the child found the pipe full")           \
    FIELD(OF, REST, response, "what the export says")

#define LWI_FIELDS_elaborate(FIELD, OF)                                        \
    FIELD(OF, U32, session, "from SESSION_OPENED")                             \
    FIELD(OF, U32, kind, "an lw_elab_kind: 0 commands, 1 a term")              \
    FIELD(OF, TEXT, label, "file name for messages")                           \
    FIELD(OF, TEXT, name_space, "to be in; empty: the root")                   \
    FIELD(OF, TEXT, source, "without a header")                                \
    FIELD(OF, TEXT, expected_type, "of a term; empty: none")                   \
    FIELD(OF, TEXTS, options, "name=value, over the session's")                \
    FIELD(OF, U32, heartbeats, "thousands; 0: the option's default")           \
    FIELD(OF, U32, diagnostic_bytes, "messages are cut at this sum of bytes")  \
    FIELD(OF, U32, text_bytes, "type and value are cut at this")

#define LWI_FIELDS_elaborated(FIELD, OF)                                       \
    FIELD(OF, U32, errors, "messages of severity error, cut ones too")         \
    FIELD(OF, U32, warnings, "messages of severity warning, cut ones too")     \
    FIELD(OF, U32, has_sorry, "1 where something rests on sorry")              \
    FIELD(OF, U32, cancelled, "1 where it ended early by a cancel")            \
    FIELD(OF, U32, truncated, "1 where messages or texts were cut")            \
    FIELD(OF, U32, elapsed_us, "microseconds inside Lean; saturates")          \
    FIELD(OF, U32, heap_kib, "memory of the host afterwards; 0 unknown")       \
    FIELD(OF, TEXT, type, "of a term, as Lean prints it")                      \
    FIELD(OF, TEXT, value, "the elaborated term")

#define LWI_FIELDS_kernel_check(FIELD, OF)                                     \
    FIELD(OF, U32, session, "from SESSION_OPENED")                             \
    FIELD(OF, TEXT, label, "file name for messages")                           \
    FIELD(OF, TEXT, name_space, "to be in; empty: the root")                   \
    FIELD(OF, TEXT, source, "commands without a header")                       \
    FIELD(OF, TEXTS, options, "name=value, over the session's")                \
    FIELD(OF, U32, heartbeats, "thousands; 0: the option's default")           \
    FIELD(OF, U32, diagnostic_bytes, "messages are cut at this sum of bytes")

#define LWI_FIELDS_kernel_checked(FIELD, OF)                                   \
    FIELD(OF, U32, status, "an lw_kernel_status")                              \
    FIELD(OF, U32, declarations, "that the kernel looked at")                  \
    FIELD(OF, U32, errors, "messages of severity error, cut ones too")         \
    FIELD(OF, U32, has_sorry, "1 where something rests on sorry")              \
    FIELD(OF, U32, cancelled, "1 where it ended early by a cancel")            \
    FIELD(OF, U32, truncated, "1 where diagnostic_bytes cut messages")         \
    FIELD(OF, U32, elapsed_us, "microseconds inside Lean; saturates")          \
    FIELD(OF, U32, heap_kib, "memory of the host afterwards; 0 unknown")       \
    FIELD(OF, TEXT, summary, "one sentence")                                   \
    FIELD(OF, TEXTS, axioms, "that the declarations rest on")

#define LWI_FIELDS_list(FIELD, OF)                                             \
    FIELD(OF, U32, session, "from SESSION_OPENED")                             \
    FIELD(OF, U32, all, "0: just `names`; 1: all that the rest lets through")  \
    FIELD(OF, TEXTS, names, "in this order")                                   \
    FIELD(OF, TEXT, prefix, "a name, and all below it; empty: any")            \
    FIELD(OF, U32, in_module, "1 where `module` counts")                       \
    FIELD(OF, TEXT, module, "that declares it; empty: the session's sources")  \
    FIELD(OF, TEXT, contains, "a part of the name; empty: any")                \
    FIELD(OF, U32, kinds, "1 << lw_declaration_kind, or'ed")                   \
    FIELD(OF, U32, internals, "1: private and generated ones as well")         \
    FIELD(OF, U32, limit, "0: none")

#define LWI_FIELDS_listed(FIELD, OF)                                           \
    FIELD(OF, U32, count, "how many were sent")                                \
    FIELD(OF, U32, limited, "1 where there were more than the limit")          \
    FIELD(OF, U32, cancelled, "1 where it ended early by a cancel")            \
    FIELD(OF, U32, elapsed_us, "microseconds; saturates")

#define LWI_FIELDS_declarations(FIELD, OF)                                     \
    FIELD(OF, TEXTS, items, "each a digit, its lw_declaration_kind, and a name")

#define LWI_FIELDS_describe(FIELD, OF)                                         \
    FIELD(OF, U32, session, "from SESSION_OPENED")                             \
    FIELD(OF, TEXT, name, "of the declaration")                                \
    FIELD(OF, U32, text_bytes, "type and doc string are cut at this")

#define LWI_FIELDS_described(FIELD, OF)                                        \
    FIELD(OF, U32, kind, "an lw_declaration_kind; 0: there is none")           \
    FIELD(OF, U32, line, "1-based; 0: no place is known")                      \
    FIELD(OF, U32, column, "0-based, in code points")                          \
    FIELD(OF, U32, end_line, "1-based")                                        \
    FIELD(OF, U32, end_column, "0-based, in code points")                      \
    FIELD(OF, U32, truncated, "1 where text_bytes cut a text")                 \
    FIELD(OF, TEXT, type, "as Lean prints it")                                 \
    FIELD(OF, TEXT, module, "that declares it; empty: the session's sources")  \
    FIELD(OF, TEXT, doc, "its doc string; may be empty")

#define LWI_FIELDS_term(FIELD, OF)                                             \
    FIELD(OF, U32, session, "from SESSION_OPENED")                             \
    FIELD(OF, U32, operation, "an lw_term_operation")                          \
    FIELD(OF, U32, transparency, "an lw_transparency")                         \
    FIELD(OF, U32, heartbeats, "thousands; 0: the default")                    \
    FIELD(OF, U32, text_bytes, "texts are cut at this")                        \
    FIELD(OF, TEXT, name_space, "to be in; empty: the root")                   \
    FIELD(OF, TEXT, first, "a term")                                           \
    FIELD(OF, TEXT, second, "another, for a comparison; may be empty")

#define LWI_FIELDS_term_answered(FIELD, OF)                                    \
    FIELD(OF, U32, outcome, "an lw_term_outcome")                              \
    FIELD(OF, U32, equal, "1 where the two are definitionally equal")          \
    FIELD(OF, U32, truncated, "1 where the text was cut")                      \
    FIELD(OF, U32, cancelled, "1 where it ended early by a cancel")            \
    FIELD(OF, U32, elapsed_us, "microseconds inside Lean; saturates")          \
    FIELD(OF, TEXT, text, "type, normal form, or Lean's message")

#define LWI_FIELDS_progress(FIELD, OF)                                         \
    FIELD(OF, U32, current, "how far, in the unit of the phase")               \
    FIELD(OF, U32, total, "of how much; 0 unknown")                            \
    FIELD(OF, TEXT, phase, "what is being done, e.g. theorem foo")

#define LWI_FIELDS_diagnostic(FIELD, OF)                                       \
    FIELD(OF, U32, severity, "an lwi_severity")                                \
    FIELD(OF, U32, line, "1-based; 0 where Lean gives none")                   \
    FIELD(OF, U32, column, "0-based, in code points, as Lean counts")          \
    FIELD(OF, U32, end_line, "1-based; 0 where Lean gives none")               \
    FIELD(OF, U32, end_column, "0-based")                                      \
    FIELD(OF, TEXT, kind, "Lean's name for the kind of message; may be empty") \
    FIELD(OF, TEXT, message, "the text, as Lean prints it")

#define LWI_FIELDS_row(FIELD, OF)                                              \
    FIELD(OF, U64, sequence, "from 0 in each stream, without gaps")            \
    FIELD(OF, REST, payload, "the row's bytes, passed on as they are")

#define LWI_FIELDS_stream(FIELD, OF)                                           \
    FIELD(OF, TEXT, name, "the frame's stream number stands for it from now on")

#define LWI_FIELDS_notice(FIELD, OF)                                           \
    FIELD(OF, TEXT, code, "for programs")                                      \
    FIELD(OF, TEXT, message, "for people")

#define LWI_FIELDS_ring(FIELD, OF)                                             \
    FIELD(OF, U32, at, "where they begin, counted from the ring's start")      \
    FIELD(OF, U32, bytes, "how many; none of them is behind the ring's end")

#define LWI_FIELDS_credit(FIELD, OF)                                           \
    FIELD(OF, U32, bytes, "that the parent has taken out since the last one")

#endif
