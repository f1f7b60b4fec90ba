"""The database is gone: typed errors, health red, nothing acknowledged. Arguments as for life.py."""

import json
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

from households import households
from wire import Caller, new_id, refused, seen

channel = grpc.insecure_channel(sys.argv[1])
town = Caller(channel, "000005074", "006G1")
auditor = Caller(channel, sys.argv[3])

form, piece = next(households())
request = r.RegisterDemandRequest(request_id=new_id(), territory="006", form=form, identity_piece=piece)
calls = (
    lambda: town.RegisterDemand(request, timeout=60),
    lambda: town.GetDemand(r.GetDemandRequest(number="0061126000001006G1"), timeout=60),
    lambda: town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id), timeout=60),
    lambda: town.ListSharedDemands(shared.ListSharedDemandsRequest(), timeout=60),
    lambda: auditor.ReplayLog(audit.ReplayLogRequest(), timeout=60),
)
# At once: each waits for a connection that does not come.
with ThreadPoolExecutor() as pool:
    for refusal in pool.map(lambda call: refused(call, "UNAVAILABLE", Code.UNAVAILABLE), calls):
        assert refusal.retry

health = health_pb2_grpc.HealthStub(channel)
deadline = time.monotonic() + 20
while health.Check(health_pb2.HealthCheckRequest(), timeout=20).status != health_pb2.HealthCheckResponse.NOT_SERVING:
    assert time.monotonic() < deadline, "health stays green without a database"
    time.sleep(0.1)
print(json.dumps(sorted(seen)))
