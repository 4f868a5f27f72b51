"""What plain `lean FILE` says of a file: the reference for a session.

    reference.py LEAN [NAME...]      rewrite golden/ from files/ (minutes)

A golden file has one line for each message: severity, line, column, end line,
end column, kind and text, as JSON; the same values that DIAGNOSTIC carries.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(HERE, "files")
GOLDEN = os.path.join(HERE, "golden")
SEVERITIES = ["information", "warning", "error"]


def names():
    return sorted(name[:-5] for name in os.listdir(FILES) if name.endswith(".lean"))


def path(name):
    return os.path.join(FILES, name + ".lean")


def source(name):
    with open(path(name), "rb") as file:
        return file.read()


def message(line):
    """One line of `lean --json` as the values of a DIAGNOSTIC."""
    said = json.loads(line)
    end = said.get("endPos") or {"line": 0, "column": 0}
    caption = said.get("caption")
    kind = said.get("kind", "")
    return [
        SEVERITIES.index(said["severity"]),
        said["pos"]["line"], said["pos"]["column"],
        end["line"], end["column"],
        "" if kind == "[anonymous]" else kind,
        caption + ":\n" + said["data"] if caption else said["data"],
    ]


def ask(lean, name, options=()):
    """
    The messages of a process of its own, and its exit code. Lean names the
    module after the file where that lies below the working directory; a session
    has no such name, so the process works elsewhere.
    """
    command = [lean, "--json"] + ["-D" + option for option in options] + [path(name)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=600, cwd=folder)
    lines = done.stdout.decode().splitlines()
    return [message(line) for line in lines if line.startswith("{")], done.returncode


def golden(name):
    with open(os.path.join(GOLDEN, name + ".json"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main():
    os.makedirs(GOLDEN, exist_ok=True)
    for name in sys.argv[2:] or names():
        messages, code = ask(sys.argv[1], name)
        with open(os.path.join(GOLDEN, name + ".json"), "w", encoding="utf-8") as file:
            for entry in messages:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        print(f"{name}: {len(messages)} messages, exit {code}", flush=True)


if __name__ == "__main__":
    main()
