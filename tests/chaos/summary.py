"""Puts together what whole lanes and sabotages have told: docs/chaos.json. A lane that was not run again keeps what it told before."""

import datetime
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOLD = ROOT / "target/tmp/chaos"
SUMMARY = ROOT / "docs/chaos.json"


def main():
    summary = json.loads(SUMMARY.read_text(encoding="utf-8")) if SUMMARY.exists() else {"lanes": {}, "sabotages": {}}
    for file in sorted(TOLD.glob("*.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        day = datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.timezone.utc).date().isoformat()
        if "lane" in told:
            summary["lanes"][told.pop("lane")] = {"run_on": day, **told}
        else:
            suites = summary["sabotages"].setdefault(told["sabotage"], {"what": told["what"], "suites": {}})
            suites["what"] = told["what"]
            suites["suites"][told["suite"]] = {"run_on": day, "noticed": told["noticed"], "word": told["word"]}
    SUMMARY.write_text(json.dumps(summary, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


main()
