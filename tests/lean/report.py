"""How the tests of this folder report: a line for each check, and the totals."""

passed = failed = 0


def expect(name, condition, why=""):
    global passed, failed
    if condition:
        passed += 1
        print("ok " + name, flush=True)
    else:
        failed += 1
        print(f"FAIL {name}: {str(why)[:1500]}", flush=True)


def equal(name, found, wanted):
    expect(name, found == wanted, f"found {found!r}, wanted {wanted!r}")


def figure(text):
    print("# " + text, flush=True)


def totals():
    """Prints the last line; the exit code."""
    print(f"{passed} passed, {failed} failed")
    return failed > 0
