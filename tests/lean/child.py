"""A child started directly, without the library: pipes, frames, requests.

The codec is written from the table in src/proto/messages.h alone and shares no
code with the C one, so that each checks the other.
"""
import os
import re
import secrets
import select
import struct
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = os.path.join(ROOT, "src", "proto", "messages.h")
PATIENCE_S = 300


def read_table():
    """{name: (number, role, [(kind, field)])} and the same by number."""
    text = open(TABLE, encoding="utf-8").read().replace("\\\n", " ")
    fields = {}
    for struct_name, body in re.findall(r"#define LWI_FIELDS_(\w+)\(FIELD, OF\)(.*)", text):
        fields[struct_name] = re.findall(r"FIELD\(OF, (\w+), (\w+),", body)
    table = {}
    for name, struct_name, number, role in re.findall(
            r"MESSAGE\((\w+), (\w+), (\d+), (\w+),", text):
        table[name] = (int(number), role, fields[struct_name])
    return table, {number: name for name, (number, _, _) in table.items()}


MESSAGES, NAMES = read_table()


def pack_text(text):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("<I", len(data)) + data


# What a field is that a test does not speak of.
EMPTY = {"U32": 0, "U64": 0, "TEXT": "", "TEXTS": (), "REST": b""}


def encode(name, values):
    body = b""
    fields = MESSAGES[name][2]
    assert set(values) <= {field for _, field in fields}, f"{name} has no such field: {values}"
    for kind, field in fields:
        value = values.get(field, EMPTY[kind])
        if kind == "U32":
            body += struct.pack("<I", value)
        elif kind == "U64":
            body += struct.pack("<Q", value)
        elif kind == "TEXT":
            body += pack_text(value)
        elif kind == "TEXTS":
            body += struct.pack("<I", len(value)) + b"".join(map(pack_text, value))
        else:
            body += value
    return body


def frame(message, tag, values):
    body = encode(message, values)
    return struct.pack("<IBBHQ", len(body), MESSAGES[message][0], 0, 0, tag) + body


def decode(name, body):
    values, at = {}, 0

    def number(form, size):
        nonlocal at
        at += size
        return struct.unpack_from(form, body, at - size)[0]

    def text():
        nonlocal at
        size = number("<I", 4)
        at += size
        return body[at - size:at].decode()

    for kind, field in MESSAGES[name][2]:
        if kind == "U32":
            values[field] = number("<I", 4)
        elif kind == "U64":
            values[field] = number("<Q", 8)
        elif kind == "TEXT":
            values[field] = text()
        elif kind == "TEXTS":
            values[field] = [text() for _ in range(number("<I", 4))]
        else:
            values[field], at = body[at:], len(body)
    assert at == len(body), f"{name}: {len(body) - at} bytes left over"
    return values


class Ended(Exception):
    """The child closed its pipe."""


class Answer:
    """The answer of a request with the events before it."""

    def __init__(self, name, values, events):
        self.name, self.values, self.events = name, values, events

    def __getattr__(self, field):
        return self.values[field]

    def of(self, name):
        return [values for event, values in self.events if event == name]


class Child:
    def __init__(self, lean, plugin, shim, stderr, cwd=None, preload=()):
        """preload: the values of OPEN_SESSIONs for before the handshake."""
        requests, self.requests = os.pipe()
        self.frames, frames = os.pipe()
        cancel, self.cancels = os.pipe()
        self.started = time.monotonic()
        opened = os.memfd_create("preload", 0)
        for values in preload:
            os.write(opened, frame("OPEN_SESSION", 1, values))
        os.lseek(opened, 0, os.SEEK_SET)
        named = {"LW_CHILD_PRELOAD": str(opened)} if preload else {}
        self.process = subprocess.Popen(
            [lean, "--load-dynlib=" + plugin, "--run", shim],
            stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, cwd=cwd,
            pass_fds=(requests, frames, cancel, opened), start_new_session=True,
            env=dict(os.environ, LW_CHILD_FDS=f"{requests},{frames},{cancel}", **named))
        for fd in (requests, frames, cancel, opened):
            os.close(fd)
        self.buffer = b""
        self.tag = 0

    # ---- frames ----

    def take(self, size, patience_s):
        end = time.monotonic() + patience_s
        parts = [self.buffer]
        have = len(self.buffer)
        while have < size:
            ready, _, _ = select.select([self.frames], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no frame within {patience_s} s")
            part = os.read(self.frames, 1 << 20)
            if not part:
                raise Ended()
            parts.append(part)
            have += len(part)
        data = b"".join(parts)
        self.buffer = data[size:]
        return data[:size]

    def receive(self, patience_s=PATIENCE_S):
        length, kind, flags, stream, tag = struct.unpack("<IBBHQ", self.take(16, patience_s))
        assert flags == 0, "flags of a later version"
        name = NAMES[kind]
        return tag, name, decode(name, self.take(length, patience_s))

    def send_raw(self, data):
        while data:
            data = data[os.write(self.requests, data):]

    def send(self, message, tag=0, **values):
        self.send_raw(frame(message, tag, values))

    # ---- requests ----

    def handshake(self):
        self.hello = self.receive()[2]
        self.send("WELCOME", version=1, frame_limit=256 << 20)
        self.ready = self.receive()[2]
        self.ready_s = time.monotonic() - self.started
        return self

    def begin(self, message, **values):
        self.tag = secrets.randbits(63) | 1
        self.send(message, tag=self.tag, **values)

    def finish(self, patience_s=PATIENCE_S, on_event=None):
        events = []
        while True:
            tag, name, values = self.receive(patience_s)
            assert tag == self.tag or name == "GOODBYE", f"{name} with a foreign tag"
            if MESSAGES[name][1] != "EVENT":
                return Answer(name, values, events)
            events.append((name, values))
            if on_event:
                on_event(name, values)

    def call(self, message, patience_s=PATIENCE_S, on_event=None, **values):
        self.begin(message, **values)
        return self.finish(patience_s, on_event)

    def cancel(self, tag=None):
        os.write(self.cancels, struct.pack("<Q", self.tag if tag is None else tag))

    def header(self, source, label="test.lean"):
        return self.call("PARSE_HEADER", label=label, source=source)

    def open(self, header, search_path=(), options=()):
        return self.call("OPEN_SESSION", key=header.key, is_module=header.is_module,
                         imports=header.imports, search_path=search_path, options=options)

    def check(self, session, source, label="test.lean", options=(), limit=1 << 24, **more):
        return self.call("CHECK", session=session, label=label, source=source,
                         options=options, diagnostic_bytes=limit, **more)

    def file(self, source, **more):
        """The session of the file's header, and the check of the file in it."""
        return self.check(self.open(self.header(source)).session, source, **more)

    # ---- the end ----

    def shutdown(self):
        self.send("SHUTDOWN", reserved=0)
        goodbye = self.receive()
        return goodbye, self.process.wait(PATIENCE_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fd in (self.requests, self.frames, self.cancels):
            os.close(fd)

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
