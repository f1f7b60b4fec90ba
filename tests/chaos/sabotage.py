"""Shows that the lanes notice what they are there for: each sabotage is a patch to a copy of the tree, one at a time, and every suite
that it names has to fail on it. Sabotages named as arguments are tried, or all of them. Fails when one is not noticed.

A patch begins with what it does, in a line, and with a line "Noticed by: ..." for each command of cargo test that has to fail."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATCHES = ROOT / "tests/chaos/sabotages"
COPY = ROOT / "target/sabotage/tree"
BUILD = ROOT / "target/sabotage/build"
RESULTS = ROOT / "target/tmp/chaos"
CARGO = os.environ.get("CARGO", "cargo")
# A suite that a sabotage makes wait for ever has noticed it, too.
LONGEST = 900


def read(patch):
    head = patch.read_text(encoding="utf-8").split("\n--- ")[0].splitlines()
    suites = [line.removeprefix("Noticed by: ") for line in head if line.startswith("Noticed by: ")]
    assert head and suites, f"{patch.name}: says not what it does, or who notices it"
    return head[0], suites


def copy():
    """The tree as it is in the working folder, with the times of its files: what no patch touches is built once."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    wanted = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if target.exists() and target.stat().st_mtime == source.stat().st_mtime and target.stat().st_size == source.stat().st_size:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    for file in COPY.rglob("*"):
        if file.is_file() and str(file.relative_to(COPY)) not in wanted:
            file.unlink()


def apply(patch, *more):
    place = f"--directory={COPY.relative_to(ROOT)}"
    subprocess.run(["git", "apply", "--whitespace=nowarn", place, *more, str(patch)], cwd=ROOT, check=True)


def cargo(*arguments, **more):
    # Without the lines of a backtrace the build is half as large, and nobody reads them here.
    settings = {**os.environ, "CARGO_TARGET_DIR": str(BUILD), "CARGO_PROFILE_DEV_DEBUG": "0", **more}
    settings.pop("CHAOS", None)
    return subprocess.Popen([CARGO, *arguments], cwd=COPY, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def build(what):
    for arguments in (["build", "--package", "cli"], ["test", "--package", "tests", "--package", "simulator", "--package", "projection", "--no-run"]):
        process = cargo(*arguments)
        said, _ = process.communicate()
        if process.returncode:
            sys.exit(f"{what} cannot be built:\n{said[-4000:]}")


def run(suite):
    """Whether the suite fails, and what it said."""
    process = cargo("test", *suite.split(), RUST_BACKTRACE="0")
    try:
        said, _ = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        return True, "it waits for ever"
    if "... ok" not in said and "... FAILED" not in said:
        sys.exit(f"cargo test {suite}: nothing was run:\n{said[-4000:]}")
    return process.returncode != 0, said


def first_word(said):
    """The line after the first panic: what the suite says it found."""
    lines = said.splitlines()
    after = next((index + 1 for index, line in enumerate(lines) if "panicked at" in line), None)
    return lines[after].strip()[:160] if after and after < len(lines) else ""


def main():
    asked = set(sys.argv[1:])
    patches = [patch for patch in sorted(PATCHES.glob("*.patch")) if not asked or patch.stem in asked]
    assert patches, f"no such sabotage: {asked}"
    copy()
    missed = []
    for patch in patches:
        what, suites = read(patch)
        print(f"{patch.stem}: {what}", flush=True)
        apply(patch)
        try:
            build(patch.stem)
            for suite in suites:
                began = time.monotonic()
                noticed, said = run(suite)
                result = {"sabotage": patch.stem, "what": what, "suite": suite, "noticed": noticed, "word": first_word(said)}
                print(f"  {'noticed' if noticed else 'NOT NOTICED'} by {suite} after {time.monotonic() - began:.0f} s: {result['word']}", flush=True)
                RESULTS.mkdir(parents=True, exist_ok=True)
                name = "".join(letter if letter.isalnum() else "-" for letter in f"{patch.stem}-{suite}")
                (RESULTS / f"sabotage-{name}.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
                if not noticed:
                    missed.append((patch.stem, suite))
        finally:
            apply(patch, "--reverse")
    if missed:
        sys.exit(f"not noticed: {missed}")


main()
