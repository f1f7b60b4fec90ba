"""AuditService: demands and the log replayed, followed, and bounded."""

import time

import grpc
from grpc import StatusCode as Code
from sne.v1 import audit_service_pb2 as audit

from leaf import leaf
from stage import auditor, day, lessor, registered
from wire import refused


def replays(first, last, surname):
    """The auditor gets every event of the demand, and computes every leaf hash anew."""
    number = first.number
    events = [message.event for message in auditor.ReplayDemand(audit.ReplayDemandRequest(number=number))]
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    assert events[0].event_type == "Registered" and events[-1].event_type == "Radiated"
    assert events[-1].position == last.position and all(event.stream == number for event in events)
    for event in events:
        assert leaf(event) == event.leaf, f"leaf of position {event.position}"
    assert events[0].HasField("commitment") and events[0].sealed
    assert all(surname not in event.payload for event in events), "names stay sealed, for an auditor too"
    assert events[0].actor == "000005074/006G1/client-01" and events[0].effective_on == day(20)

    replayed = list(auditor.ReplayDemand(audit.ReplayDemandRequest(number=number)))
    assert {message.versions for message in replayed} == {len(events)}, "a replay says how many events there are"
    again = audit.ReplayDemandRequest(number=number, position=replayed[0].as_of_position)
    assert list(auditor.ReplayDemand(again)) == replayed, "the position repeats the answer"
    tomorrow = audit.ReplayDemandRequest(number=number, date=day(-1))
    refusal = refused(lambda: auditor.ReplayDemand(tomorrow), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"date": "IN_THE_FUTURE"}, refusal.violations
    as_of = audit.ReplayDemandRequest(number=number, position=first.position)
    # The identity piece came with the registration: one command, two events.
    assert [message.event.event_type for message in auditor.ReplayDemand(as_of)] == ["Registered", "PieceAdded"]
    today = audit.ReplayDemandRequest(number=number, date=day(0))
    assert len(list(auditor.ReplayDemand(today))) == len(events)
    refused(
        lambda: auditor.ReplayDemand(audit.ReplayDemandRequest(number=number, date=day(2))),
        "DEMAND_NOT_FOUND",
        Code.NOT_FOUND,
    )
    beyond = audit.ReplayDemandRequest(number=number, position=10**15)
    refused(lambda: auditor.ReplayDemand(beyond), "POSITION_BEYOND_HEAD", Code.OUT_OF_RANGE)
    refused(
        lambda: lessor.ReplayDemand(audit.ReplayDemandRequest(number=number)), "AUDITOR_ONLY", Code.PERMISSION_DENIED
    )


def replays_the_log():
    """Every position from 1 to the head, once, in order, each with its true leaf; and from the middle."""
    positions = []
    for message in auditor.ReplayLog(audit.ReplayLogRequest()):
        for event in message.events:
            positions.append(event.position)
            assert leaf(event) == event.leaf
        assert positions[-1] <= message.head_position
    assert positions == list(range(1, len(positions) + 1)) and len(positions) > 20
    middle = audit.ReplayLogRequest(after_position=5, up_to_position=9)
    found = [event.position for message in auditor.ReplayLog(middle) for event in message.events]
    assert found == [6, 7, 8, 9]
    refused(lambda: auditor.ReplayLog(audit.ReplayLogRequest(after_position=10**15)), "POSITION_BEYOND_HEAD", Code.OUT_OF_RANGE)
    refused(lambda: auditor.ReplayLog(audit.ReplayLogRequest(after_position=-1)), "INVALID_FORM", Code.INVALID_ARGUMENT)
    backwards = audit.ReplayLogRequest(after_position=9, up_to_position=5)
    refused(lambda: auditor.ReplayLog(backwards), "INVALID_FORM", Code.INVALID_ARGUMENT)


def follows_live():
    """A follower sees an act of somebody else soon after it."""
    head_position = list(auditor.ReplayLog(audit.ReplayLogRequest()))[-1].head_position
    stream = auditor.FollowLog(audit.FollowLogRequest(after_position=head_position))
    _, answer = registered()
    found = next(message for message in stream if message.events)
    assert found.events[0].position == head_position + 1 and found.events[0].stream == answer.number
    stream.cancel()


def bounds_replays():
    head_position = list(auditor.ReplayLog(audit.ReplayLogRequest()))[-1].head_position
    follow = audit.FollowLogRequest(after_position=head_position)
    # Half of the places: the other half is for other auditors.
    streams = [auditor.FollowLog(follow, timeout=60) for _ in range(8)]
    for stream in streams:
        stream.initial_metadata()
    refusal = refused(lambda: auditor.FollowLog(follow), "TOO_MANY_REPLAYS", Code.RESOURCE_EXHAUSTED)
    assert refusal.retry
    for stream in streams:
        stream.cancel()
    for _ in range(200):
        try:
            list(auditor.ReplayLog(audit.ReplayLogRequest(after_position=head_position)))
            return
        except grpc.RpcError:
            time.sleep(0.02)
    raise AssertionError("the places of cancelled replays are not given back")


CHECKS = (replays_the_log, follows_live, bounds_replays)
