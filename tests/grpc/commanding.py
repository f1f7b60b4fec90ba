"""CommandService: what became of an act whose answer was lost."""

import grpc
from grpc import StatusCode as Code
from sne.v1 import audit_service_pb2 as audit
from sne.v1 import command_service_pb2 as command

from stage import auditor, lessor, registered, registration, sample, town
from wire import new_id


def tells_the_outcome():
    request, answer = registered()
    outcome = town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id))
    assert outcome.committed == answer
    unknown = town.GetOutcome(command.GetOutcomeRequest(request_id=new_id()))
    assert unknown.not_committed.as_of_position >= answer.position
    foreign = lessor.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id))
    assert foreign.WhichOneof("outcome") == "not_committed", "another organisation's command is never seen"


def keeps_deadlines():
    """Whether an act with a tiny deadline happened is found out by its outcome, and the repeat does it exactly once."""
    for timeout in (0.000_001, 0.001, 0.002, 0.004, 0.008):
        form, piece = next(sample)
        request = registration(form, piece)
        try:
            town.RegisterDemand(request, timeout=timeout)
        except grpc.RpcError as error:
            assert error.code() == Code.DEADLINE_EXCEEDED, error
        answer = town.RegisterDemand(request).answer
        outcome = town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id))
        assert outcome.committed == answer
        assert len(list(auditor.ReplayDemand(audit.ReplayDemandRequest(number=answer.number)))) == 2


CHECKS = (tells_the_outcome, keeps_deadlines)
