"""Runs a command with special descriptors; used by ./run.

pipes.py plugin CMD…    fd 3: a non-blocking pipe that gets data late; fd 4: a
                        non-blocking pipe; fd 5: a pipe on which nothing comes
pipes.py slow CMD…      stdout: a non-blocking pipe, read late and slowly

Prints what came out and the exit code.
"""
import os
import subprocess
import sys
import threading
import time

mode, command = sys.argv[1], sys.argv[2:]


def plugin():
    late_r, late_w = os.pipe()
    back_r, back_w = os.pipe()
    never_r, never_w = os.pipe()
    for fd in (late_r, back_w):
        os.set_blocking(fd, False)

    def descriptors():
        # High numbers first, so that no dup2 lands on a source still needed.
        high = [os.dup2(fd, 100 + i) for i, fd in enumerate((late_r, back_w, never_r))]
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i)

    child = subprocess.Popen(command, stdout=subprocess.PIPE, close_fds=False, preexec_fn=descriptors)
    for fd in (late_r, back_w, never_r):
        os.close(fd)
    data = bytes(range(256)) * 4096  # 1 MiB, every byte value
    got = bytearray()

    def reader():
        while len(got) < len(data):
            got.extend(os.read(back_r, 65536))

    thread = threading.Thread(target=reader)
    thread.start()
    time.sleep(3)
    view = memoryview(data)
    while view:
        view = view[os.write(late_w, view):]
    os.close(late_w)
    out = child.communicate()[0].decode()
    thread.join(5)
    print(out, end="")
    print("copied" if bytes(got) == data else f"copied only {len(got)} bytes")
    return child.returncode


def slow():
    out_r, out_w = os.pipe()
    os.set_blocking(out_w, False)
    child = subprocess.Popen(command, stdout=out_w)
    os.close(out_w)
    time.sleep(4)
    total = 0
    while chunk := os.read(out_r, 20000):
        total += len(chunk)
        time.sleep(0.001)
    print(f"{total} bytes")
    return child.wait()


print("exit", {"plugin": plugin, "slow": slow}[mode]())
