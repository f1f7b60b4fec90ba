"""Something below the server fails: typed errors, health red, nothing acknowledged; and all is well again afterwards.

Further arguments: what fails, and a folder in which this says `ready` and `tried`, and is told `failed` and `mended`, by
files of these names. Prints the reasons it was refused for, as a JSON list.
"""

import json
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc import StatusCode as Code
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sne.v1 import audit_service_pb2 as audit
from sne.v1 import command_service_pb2 as command
from sne.v1 import registration_service_pb2 as r
from sne.v1 import shared_management_service_pb2 as shared

from stage import auditor, channel, registered, registration, sample, town
from wire import Refusal, seen

WHAT, SIGNS = sys.argv[4], pathlib.Path(sys.argv[5])
RED, GREEN = health_pb2.HealthCheckResponse.NOT_SERVING, health_pb2.HealthCheckResponse.SERVING
health = health_pb2_grpc.HealthStub(channel)


def until(holds, what):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def say(sign):
    (SIGNS / sign).touch()


def hear(sign):
    until((SIGNS / sign).exists, f"never told: {sign}")


def status():
    return health.Check(health_pb2.HealthCheckRequest(service=""), timeout=20).status


def reads():
    """Everything that only reads."""
    return (
        lambda: town.GetDemand(r.GetDemandRequest(number=answer.number), timeout=60),
        lambda: town.ListSharedDemands(shared.ListSharedDemandsRequest(), timeout=60),
        lambda: list(auditor.ReplayLog(audit.ReplayLogRequest(), timeout=60)),
    )


def outcome(call):
    """None for an answer; else the refusal, whose details say what it is."""
    try:
        call()
        return None
    except grpc.RpcError as error:
        refusal = Refusal(error)
        assert refusal.code in (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED), f"{refusal.code} {refusal.reason}"
        assert refusal.retry or refusal.code == Code.DEADLINE_EXCEEDED
        return refusal


_, answer = registered()
requests = [registration(*next(sample)) for _ in range(6)]
until(lambda: status() == GREEN, "health is never green")
say("ready")
hear("failed")

writes = [lambda request=request: town.RegisterDemand(request, timeout=60) for request in requests]
with ThreadPoolExecutor(12) as pool:
    wrote = list(pool.map(outcome, writes))
    read = list(pool.map(outcome, reads()))
if WHAT == "disk is full":
    # What fits into the pages there are is kept; then nothing is acknowledged any more.
    kept = [request for request, refusal in zip(requests, wrote) if refusal is None]
    while wrote[-1] is None:
        requests.append(registration(*next(sample)))
        wrote.append(outcome(lambda: town.RegisterDemand(requests[-1], timeout=60)))
        kept += requests[-1:] if wrote[-1] is None else []
    assert any(wrote)
else:
    assert all(wrote), f"acknowledged although the {WHAT}"
if WHAT == "database is gone":
    assert all(read)
until(lambda: status() == RED, f"health stays green although the {WHAT}")
say("tried")
hear("mended")

until(lambda: status() == GREEN, "health stays red")
if WHAT == "disk is full":
    for request in kept:
        told = town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id), timeout=60)
        assert told.WhichOneof("outcome") == "committed", "acknowledged and lost"
for request in requests:
    before = town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id), timeout=60)
    # A refusal was no promise: what was refused as unavailable may be done, but then once, and a repeat says so.
    answer = town.RegisterDemand(request, timeout=60).answer
    assert before.WhichOneof("outcome") != "committed" or before.committed == answer
    assert town.RegisterDemand(request, timeout=60).answer == answer
    assert len(list(auditor.ReplayDemand(audit.ReplayDemandRequest(number=answer.number)))) == 2
assert not any(map(outcome, reads()))
print(json.dumps(sorted(seen)))
