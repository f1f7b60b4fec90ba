"""Mutation testing of the rules on which somebody's demand depends: deadlines, radiations and what leads to them.

Changes one thing at a time in each file and runs the tests of the crate `demand`: a change that no test notices has survived,
and is a missing test. Files named as arguments are run, or all of them; docs/mutants.md is written from the results of all, which
stay under target/mutants. Fails when something survived.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "crates/demand/src"
RESULTS = ROOT / "target/mutants"
CARGO = os.environ.get("CARGO", "cargo")
FILES = [
    "deadlines.rs",
    *sorted(f"radiation/{file.name}" for file in (SOURCES / "radiation").glob("*.rs")),
    "notice.rs",
    "pending.rs",
    "daily.rs",
    "warning.rs",
    "commission.rs",
    "renewal.rs",
    "reinstatement.rs",
    "erasure.rs",
    "settings.rs",
    "abnormal.rs",
    "territory/mod.rs",
    "territory/decision.rs",
]
# A mutant that waits for ever; the tests take a second or two.
TIMEOUT = 60


def results(file):
    return RESULTS / file.removesuffix(".rs").replace("/", "-")


def run(file):
    folder = results(file)
    folder.mkdir(parents=True, exist_ok=True)
    command = [CARGO, "mutants", "--package", "demand", "--file", f"crates/demand/src/{file}", "--config"]
    command += ["tests/mutants/mutants.toml", "--jobs", "1", "--timeout", str(TIMEOUT), "--output", str(folder)]
    command += ["--no-shuffle", "--colors", "never", "--", "--lib", "--tests"]
    # One folder of builds for all files: what does not change is built once.
    settings = {"PROPTEST_CASES": "128", "CARGO_TARGET_DIR": str(RESULTS / "build")}
    ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings})
    # 0: all caught; 2: some survived; 3: some waited for ever. Anything else says nothing of the tests.
    if ended.returncode not in (0, 2, 3):
        sys.exit(f"{file}: cargo mutants ended with {ended.returncode}")


def outcomes(file):
    found = json.loads((results(file) / "mutants.out/outcomes.json").read_text())["outcomes"]
    mutants = [outcome for outcome in found if outcome["scenario"] != "Baseline"]
    of = lambda summary: [o["scenario"]["Mutant"]["name"] for o in mutants if o["summary"] == summary]
    return {summary: of(summary) for summary in ("CaughtMutant", "MissedMutant", "Timeout", "Unviable")}


def report():
    missing = [file for file in FILES if not (results(file) / "mutants.out/outcomes.json").exists()]
    if missing:
        print(f"docs/mutants.md is not written: without result {', '.join(missing)}", file=sys.stderr)
        return
    lines = [
        "# Mutants: what the tests of the rules notice",
        "",
        "Written by `make mutants`. Do not edit.",
        "",
        "`cargo mutants` changes one thing at a time - a comparison, a sign, a whole function - in the files of the rules, and runs",
        "the tests of the crate `demand`. *Caught* is a change that a test noticed, or that never came to an end; *unviable* one that does",
        "not compile. *Survived* is a missing test. What cannot be told apart from the original is excluded by name, with the reason,",
        "in `tests/mutants/mutants.toml`.",
        "",
        "| file | mutants | caught | unviable | survived |",
        "| --- | --- | --- | --- | --- |",
    ]
    survivors, total = [], [0, 0, 0, 0]
    for file in FILES:
        found = outcomes(file)
        caught = len(found["CaughtMutant"]) + len(found["Timeout"])
        row = [caught + len(found["Unviable"]) + len(found["MissedMutant"]), caught, len(found["Unviable"])]
        row.append(len(found["MissedMutant"]))
        survivors += found["MissedMutant"]
        total = [a + b for a, b in zip(total, row)]
        lines.append(f"| crates/demand/src/{file} | " + " | ".join(map(str, row)) + " |")
    lines.append("| all | " + " | ".join(map(str, total)) + " |")
    (ROOT / "docs/mutants.md").write_text("\n".join(lines) + "\n")
    if survivors:
        sys.exit("survived:\n" + "\n".join(survivors))


for name in sys.argv[1:] or FILES:
    run(name)
report()
