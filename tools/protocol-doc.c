/*
 * protocol-doc.c - prints docs/protocol.md from the table of messages.
 *
 * What is said about a message or a field is in proto/messages.h and nowhere
 * else; only the frame around it all is described here.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/base.h"
#include "proto/message.h"
#include "proto/ring.h"

static const char *
kind_name(enum lwi_field_kind kind)
{
    switch (kind) {
    case LWI_KIND_U32:
        return "U32";
    case LWI_KIND_U64:
        return "U64";
    case LWI_KIND_TEXT:
        return "TEXT";
    case LWI_KIND_TEXTS:
        return "TEXTS";
    case LWI_KIND_REST:
        return "REST";
    }
    return "";
}

static const struct {
    enum lwi_role role;
    const char *name;
    const char *what;
} roles[] = {
#define ROLE(symbol, what_) { LWI_ROLE_##symbol, #symbol, what_ },
    LWI_ROLES(ROLE)
#undef ROLE
};

static const char *
role_name(enum lwi_role role)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(roles); i++) {
        if (roles[i].role == role)
            return roles[i].name;
    }
    return "";
}

static void
print_lines(const char *const *lines)
{
    for (; *lines != NULL; lines++)
        printf("%s\n", *lines);
}

static void
print_opening(void)
{
    static const char *const lines[] = {
        "# Protocol between parent and child",
        "",
        "<!-- Written by tools/protocol-doc.c from src/proto/messages.h; "
        "`make docs` -->",
        "",
        "Parent and child talk over three pipes. Requests go down, answers "
        "and events come",
        "up, both as frames. A third pipe carries cancels, so that a cancel "
        "never waits",
        "behind a request.",
        "",
        "```",
        "  parent                                             child",
        "  ┌────────────┐   request pipe     frames ────────► ┌───────────┐",
        "  │ one caller │   response pipe  ◄──────── frames   │ the shim's│",
        "  │ per request│   cancel pipe    8-byte tags ─────► │ loop      │",
        "  └────────────┘                                     └───────────┘",
        "```",
        "",
        "Through the launcher the child finds the three as descriptors 10, 11 "
        "and 12 (the",
        "environment variable `LW_CHILD_FDS` says so). A program that serves "
        "the protocol",
        "itself finds requests on 0, responses on 1 and cancels on 3. Where "
        "the parent offers",
        "shared memory, `LW_CHILD_RING` has its number: see \"The ring\".",
        "",
        "Before the handshake a child may be given sessions to open.",
        "`LW_CHILD_PRELOAD` has the number of a descriptor with frames of",
        "OPEN_SESSION, up to its end. They are served in order, with any tag",
        "but 0; their answers and events go nowhere. Where one fails, the "
        "child",
        "writes `lean-worker child: ` and the words on stderr and ends with "
        "74,",
        "without a HELLO. Where a session shares the imports of one of these,",
        "SESSION_OPENED has `preloaded` 1. A fork server's process opens them",
        "once for all its forks ([native.md](native.md#the-fork-server)), and",
        "says on its control socket that one failed (`launcher_wire.h`).",
        "",
        NULL,
    };

    print_lines(lines);
}

static void
print_frame(void)
{
    static const char *const lines[] = {
        "## Frame",
        "",
        "```",
        "  0        4      5       6        8                16         "
        "  16+length",
        "  | length | type | flags | stream |      tag       |   body ...   |",
        "    u32      u8     u8      u16       u64             length bytes",
        "```",
        "",
        "All integers are little-endian. `length` counts the body alone. "
        "`flags` is 0 in",
        "version 1. `stream` tells the streams of one request apart. `tag` "
        "names the request",
        "that a frame belongs to; it is 0 outside of requests.",
        "",
        "The parent draws the tag at random for each request. A frame with "
        "another tag ends",
        "the worker. So code in the child that finds the pipe, but does not "
        "know the tag,",
        "cannot forge an answer.",
        "",
        "A type that is not in the table, flags that are not 0, or a length "
        "over the limit is",
        "a breach. There is no way to find the next frame after it, so the "
        "worker is ended.",
        "A breach is seen as soon as the header is there; nobody waits for "
        "the body.",
        "",
        NULL,
    };

    print_lines(lines);
    printf("| limit of the body | bytes |\n| --- | --- |\n");
    printf("| before WELCOME | %" PRIu32 " |\n", LWI_FRAME_LIMIT_HANDSHAKE);
    printf("| by default | %" PRIu32 " |\n", LWI_FRAME_LIMIT_DEFAULT);
    printf("| the lowest that may be set | %" PRIu32 " |\n",
           LWI_FRAME_LIMIT_MIN);
    printf("| the highest | %" PRIu32 " |\n\n", LWI_FRAME_LIMIT_MAX);
}

static void
print_versions(void)
{
    static const char *const lines[] = {
        "## Handshake and versions",
        "",
        "```",
        "  child ── HELLO ───► parent   who it is, the versions it speaks",
        "  child ◄─ WELCOME ── parent   the version and the frame limit",
        "  child ── READY ───► parent   Lean is up; requests may come",
        "```",
        "",
        "The parent takes the highest version that both speak. Where there is "
        "none, the start",
        "fails with `LW_EVERSION`, and the error names both ranges. One "
        "deadline covers the",
        "whole handshake. Bytes are no excuse: a child that drips them gains "
        "no time.",
        "",
        "A message that changes gets a new number, or a new protocol version. "
        "Numbers never",
        "change meaning.",
        "",
        NULL,
    };

    print_lines(lines);
    printf("This library speaks version %" PRIu32 " to %" PRIu32
           ". The magic number of HELLO is `0x%016" PRIx64 "`.\n\n",
           LWI_PROTOCOL_MIN, LWI_PROTOCOL_MAX, LWI_HELLO_MAGIC);
}

static void
print_order(void)
{
    static const char *const lines[] = {
        "## Requests, cancel, end",
        "",
        "One request runs at a time. It has exactly one answer: its own or "
        "FAILED. Events",
        "with the request's tag may come before it. After FAILED the child "
        "goes on.",
        "",
        "To cancel, the parent writes the tag of the request, 8 bytes, into "
        "the cancel pipe.",
        "The child answers the request in the usual way, only earlier. A "
        "child that does not",
        "answer within the grace period is killed. A tag that names no "
        "request in progress is",
        "passed over, since a cancel may cross the answer.",
        "",
        "The child ends with GOODBYE, its last frame. An end without it is a "
        "crash, whatever",
        "the exit code: Lean ends with 0 after `IO.Process.exit 0` half-way "
        "through a file.",
        "",
        NULL,
    };

    print_lines(lines);
}

static void
print_ring(void)
{
    static const char *const lines[] = {
        "## The ring",
        "",
        "What is large may go through memory that both share, and that the "
        "parent only reads:",
        "",
        "```",
        "  pipe   | frame | RING at, bytes | RING at, bytes | frame |",
        "                        |                |",
        "  ring   ...............[  bytes  ]......[  bytes  ]........",
        "",
        "  child ── RING ───► parent   the next bytes of my frames are there",
        "  child ◄─ CREDIT ── parent   I have taken so many; write there "
        "again",
        "```",
        "",
        "The parent makes the memory, a memfd whose size is sealed, and hands "
        "it down as a",
        "descriptor. A child that maps it says `ring` among its abilities in "
        "READY. Without",
        "the one or the other there is no ring, and nothing else changes.",
        "",
        "The bytes that a RING names are frames, as the pipe would have "
        "carried them, and",
        "stand in the order of the pipe where the RING stands. A frame may be "
        "cut into several",
        "pieces, and its pieces then follow each other at once. All of them "
        "have the tag of",
        "their RING. There is no RING in the ring.",
        "",
        "At first the child may write the whole ring. What it has named it "
        "must not write",
        "again before CREDIT gives as many bytes back. The parent gives when "
        "a quarter of the",
        "ring or more is taken. CREDIT comes on the request pipe, while a "
        "request is in progress",
        "or right behind it; the next request can only come after it. When "
        "it comes, all that was",
        "named before is taken, so a child may begin at the start of the "
        "ring again.",
        "",
        "Bytes outside of the ring, none, more than the child may write, "
        "another tag, a frame",
        "in the pipe inside one in the ring: each is a breach.",
        "",
        NULL,
    };

    print_lines(lines);
    printf("| ring | bytes |\n| --- | --- |\n");
    printf("| the smallest | %" PRIu32 " |\n", LWI_RING_MIN);
    printf("| the largest | %" PRIu32 " |\n", LWI_RING_MAX);
    printf("| our children write to the pipe what is less than | %zu |\n",
           LWI_RING_LEAST);
    printf("| and name at most | %zu |\n\n", LWI_RING_PIECE);
}

static void
print_kinds(void)
{
    static const char *const lines[] = {
        "## Kinds of fields",
        "",
        "| kind | on the wire |",
        "| --- | --- |",
        "| U32 | 4 bytes |",
        "| U64 | 8 bytes |",
        "| TEXT | U32 length, then so many bytes, which must be UTF-8 |",
        "| TEXTS | U32 count, then so many TEXTs |",
        "| REST | all bytes up to the end of the body; not looked at |",
        "",
        "A body that ends inside a field, has bytes behind its last field, or "
        "a text that is",
        "not UTF-8 is a breach.",
        "",
        NULL,
    };

    print_lines(lines);
}

static void
print_message(const struct lwi_descriptor *message)
{
    size_t i;

    printf("### %s\n\n", message->name);
    printf("Number %u, %s: %s.\n\n", message->type, role_name(message->role),
           message->what);
    printf("| field | kind | meaning |\n| --- | --- | --- |\n");
    for (i = 0; i < message->field_count; i++)
        printf("| %s | %s | %s |\n", message->fields[i].name,
               kind_name(message->fields[i].kind), message->fields[i].what);
    printf("\n");
}

int
main(void)
{
    size_t count, i;
    const struct lwi_descriptor *table = lwi_message_table(&count);

    print_opening();
    print_frame();
    print_versions();
    print_order();
    print_ring();
    printf("## Roles\n\n| role | meaning |\n| --- | --- |\n");
    for (i = 0; i < LWI_COUNT(roles); i++)
        printf("| %s | %s |\n", roles[i].name, roles[i].what);
    printf("\n");
    print_kinds();
    printf("## Messages\n\n| number | name | role | what for |\n"
           "| --- | --- | --- | --- |\n");
    for (i = 0; i < count; i++)
        printf("| %u | %s | %s | %s |\n", table[i].type, table[i].name,
               role_name(table[i].role), table[i].what);
    printf("\n");
    for (i = 0; i < count; i++)
        print_message(&table[i]);
    return 0;
}
