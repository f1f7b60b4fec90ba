"""A lessor system in another language: lives demands' lives against a running server, and doubts every answer.

Arguments: address of the server, its process id (it is told to stop at the end), SIREN of an auditor. Prints the reasons
it was refused for, as a JSON list. The organisations are those of the committed sample. Each service has its file.
"""

import json
import sys

import acts
import auditing
import commanding
import couple
import deadlines
import door
import figures
import following
import needs
import registering
import sharing
import territory
from wire import seen

for check in (
    *door.CHECKS,
    *registering.CHECKS,
    *sharing.CHECKS,
    *following.CHECKS,
    *acts.CHECKS,
    *deadlines.CHECKS,
    *territory.CHECKS,
    *couple.CHECKS,
    *needs.CHECKS,
    *figures.CHECKS,
    *commanding.CHECKS,
    *auditing.CHECKS,
    door.stops_politely,
):
    print(check.__name__, file=sys.stderr)
    check()
print(json.dumps(sorted(seen)))
