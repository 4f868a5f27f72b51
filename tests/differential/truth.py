"""What both sides of the comparison need: how plain Lean is run, what its
outcome is, how text is made comparable, and how two outcomes differ.

An outcome is {"verdict", "messages"}; a message is
{"severity", "line", "column", "end_line", "end_column", "kind", "text"}.
"""
import hashlib
import json
import os
import re
import signal
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
EXCEPTIONS = HERE / "exceptions.json"

# A file whose name begins so must fail in its header; Lean's own output does
# not say whether an error was in the header.
BAD_HEADER = "badheader_"

LEAN_LIMIT_S = 120
# Longer texts are kept as their beginning, size and hash.
TEXT_LIMIT = 4000


def corpus():
    return sorted(CORPUS.glob("*.lean"))


# ---- text that depends on the place or the moment ----

def normalise(text, toolchain, folder):
    """The rules, all of them:

    1. the toolchain's folder is <toolchain>, the file's folder <folder>;
    2. in traces, a duration such as 0.012s or 3ms is <time>.
    """
    for path, word in ((toolchain, "<toolchain>"), (folder, "<folder>")):
        for form in {str(path), os.path.realpath(path)}:
            text = text.replace(form, word)
    if text.startswith("[") or "] [" in text:
        text = re.sub(r"\b\d+\.\d+(?=\])|\b\d+(\.\d+)?m?s\b", "<time>", text)
    return text


def shortened(text):
    if len(text) <= TEXT_LIMIT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[:200]}… {len(text)} characters, sha256 {digest}"


def message(severity, begin, end, kind, text, toolchain, folder):
    return {
        "severity": {"information": "info"}.get(severity, severity),
        "line": begin[0], "column": begin[1],
        "end_line": end[0], "end_column": end[1],
        "kind": "" if kind == "[anonymous]" else kind,
        "text": shortened(normalise(text, toolchain, folder)),
    }


# ---- plain Lean ----

def clean_environment():
    kept = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER")
    return {k: v for k, v in os.environ.items() if k in kept}


def run_lean(toolchain, path, folder):
    """
    One process for one file; everything that it said. The path is absolute.
    Lean makes the module's name of a path below the folder it is in, and
    takes `_stdin` otherwise; messages show it.
    """
    process = subprocess.Popen(
        [str(Path(toolchain) / "bin" / "lean"), "--json", str(path)],
        cwd=folder, env=clean_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=LEAN_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    return {"exit": process.returncode, "stdout": out, "stderr": err}


def parse_message(line, toolchain, folder):
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not {"severity", "pos", "data"} <= set(found):
        return None
    end = found.get("endPos") or {}
    text = found["data"]
    if found.get("caption"):
        text = f"{found['caption']}:\n{text}"
    return message(
        found["severity"], (found["pos"]["line"], found["pos"]["column"]),
        (end.get("line"), end.get("column")), found.get("kind", ""), text,
        toolchain, folder)


def verdict_of(name, exit_code, messages):
    """Lean's exit code and messages, in our words."""
    errors = [m for m in messages if m["severity"] == "error"]
    if exit_code == 1 and name.startswith(BAD_HEADER):
        return "bad_header"
    if exit_code == 1 and errors:
        return "error"
    if exit_code == 0 and not errors:
        sorry = any(m["kind"] == "hasSorry" for m in messages)
        return "sorry" if sorry else "ok"
    return "crashed"


def lean_outcome(toolchain, path, folder=None):
    """
    The outcome by plain Lean in a folder, the file's own where none is given,
    with what else was seen; None: no end.
    """
    said = run_lean(toolchain, path, folder or path.parent)
    if said is None:
        return None
    messages, loose = [], []
    for line in said["stdout"].decode("utf-8", "replace").split("\n"):
        found = parse_message(line, toolchain, path.parent)
        if found:
            messages.append(found)
        elif line and not line.startswith("[DEBUG"):
            loose.append(line)
    stderr = said["stderr"].decode("utf-8", "replace")
    outcome = {
        "verdict": verdict_of(path.name, said["exit"], messages),
        "exit": said["exit"], "messages": messages,
    }
    for word, text in (("stdout", "\n".join(loose)), ("stderr", stderr)):
        if text:
            outcome[word] = shortened(normalise(text, toolchain, path.parent))
    return outcome


def source_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def golden_path(path):
    """Beside the file's folder, so that other tests can have such files too."""
    return path.parent.parent / "golden" / f"{path.stem}.json"


def load_golden(path):
    try:
        return json.loads(golden_path(path).read_text())
    except FileNotFoundError:
        return None


# ---- our side ----

def session_outcome(report, toolchain, folder):
    """The same from one line of `lean-worker check --output jsonl`."""
    messages = []
    for d in report["diagnostics"]:
        messages.append(message(
            d["severity"], (d["line"], d["column"]),
            (d["end_line"], d["end_column"]), d.get("kind", ""),
            d["message"], toolchain, folder))
    return {"verdict": report["verdict"], "messages": messages}


# ---- differences ----

def frozen(m):
    return json.dumps(m, sort_keys=True, ensure_ascii=False)


def difference(wanted, found):
    """None where they agree; else what differs, fit for exceptions.json."""
    result = {}
    if wanted["verdict"] != found["verdict"]:
        result["verdict"] = [wanted["verdict"], found["verdict"]]
    a = [frozen(m) for m in wanted["messages"]]
    b = [frozen(m) for m in found["messages"]]
    if a != b:
        left = list(b)
        missing = []
        for m in a:
            if m in left:
                left.remove(m)
            else:
                missing.append(m)
        if missing:
            result["missing"] = [json.loads(m) for m in missing]
        if left:
            result["extra"] = [json.loads(m) for m in left]
        if not missing and not left:
            result["order"] = [b.index(m) for m in a]
    return result or None


def brief(m):
    text = m["text"].replace("\n", "\\n")
    end = "" if m["end_line"] is None else f"-{m['end_line']}:{m['end_column']}"
    return f"{m['line']}:{m['column']}{end} {m['severity']} [{m['kind']}] {text[:160]}"


def explain(diff):
    """A difference in a few lines for people."""
    lines = []
    if "verdict" in diff:
        lines.append("verdict {} by plain Lean, {} by the session".format(*diff["verdict"]))
    for word, sign in (("missing", "-"), ("extra", "+")):
        for m in diff.get(word, [])[:6]:
            lines.append(f"{sign} {brief(m)}")
        if len(diff.get(word, [])) > 6:
            lines.append(f"{sign} … {len(diff[word])} in all")
    if "order" in diff:
        lines.append("the same messages in another order")
    return lines
