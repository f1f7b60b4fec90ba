"""Reasons that a sound register with patient callers never gives: each is provoked here, against a server with few places
and little patience, by somebody who may write to its database.

Further arguments: a superuser's address of the database, the numbers of a demand that has expired, of one that was not renewed
and may come back, of one that may not any more, and of one that was erased.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc import StatusCode as Code
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sne.v1 import audit_service_pb2 as audit
from sne.v1 import command_service_pb2 as command
from sne.v1 import demand_pb2
from sne.v1 import follow_up_service_pb2 as f
from sne.v1 import registration_service_pb2 as r
from sne.v1 import shared_management_service_pb2 as shared

from stage import auditor, channel, day, foreigner, head, lessor, registered, registration, sample, state, town
from wire import Caller, new_id, refused, seen

DATABASE, EXPIRED, NOT_RENEWED, GONE, ERASED = sys.argv[4:9]
# Of the server under test.
CALLS = 4
# That an account may look at within an hour.
FILES = 1000


def sql(statement):
    ran = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", DATABASE, "-c", statement], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


class Locked:
    """Nobody else reads this table meanwhile."""

    def __init__(self, table):
        self.table = table

    def __enter__(self):
        self.psql = subprocess.Popen(["psql", "-XAtq", DATABASE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write(f"BEGIN; LOCK TABLE {self.table}; SELECT 'locked';\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline() == "locked\n"

    def __exit__(self, *_):
        self.psql.stdin.close()
        self.psql.wait()


def until(holds, what):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def seen_by_the_view(answer):
    got = shared.GetSharedDemandRequest(number=answer.number, at_least_position=answer.position)
    return town.GetSharedDemand(got)


def a_demand_that_has_expired():
    expired = r.GetDemandRequest(number=EXPIRED)
    etag = lessor.GetDemand(expired).demand.etag
    decided = r.RecordAttributionRequest(
        request_id=new_id(), number=EXPIRED, etag=etag, attribution=r.Attribution(decided_on=day(0))
    )
    refused(lambda: lessor.RecordAttribution(decided), "DEMAND_EXPIRED", Code.FAILED_PRECONDITION)


def a_demand_that_was_erased():
    renewed = r.RenewDemandRequest(request_id=new_id(), number=ERASED, etag="v4")
    refused(lambda: town.RenewDemand(renewed), "DEMAND_ERASED", Code.FAILED_PRECONDITION)


def a_notice_that_is_listed_and_not_sent():
    """A notice may be late; listed twice it may not be, and until it is sent nobody is radiated."""

    def now():
        etag = state.GetDemand(r.GetDemandRequest(number=EXPIRED)).demand.etag
        return {"request_id": new_id(), "number": EXPIRED, "etag": etag}

    state.ListRenewalNotice(f.ListRenewalNoticeRequest(**now()))
    twice = f.ListRenewalNoticeRequest(**now())
    refused(lambda: state.ListRenewalNotice(twice), "ALREADY_RECORDED", Code.FAILED_PRECONDITION)
    unsent = f.RadiateNotRenewedRequest(**now())
    refused(lambda: state.RadiateNotRenewed(unsent), "PROOF_MISSING", Code.FAILED_PRECONDITION)
    notice = f.NoticeSent(sent_on=day(0), channel=f.NOTICE_CHANNEL_POST, reference="LOT 7")
    state.RecordNoticeSent(f.RecordNoticeSentRequest(**now(), notice=notice))
    state.RecordNoticeReturned(f.RecordNoticeReturnedRequest(**now(), returned_on=day(0)))
    late = f.RadiateNotRenewedRequest(**now())
    refused(lambda: state.RadiateNotRenewed(late), "DELAY_RUNNING", Code.FAILED_PRECONDITION)
    shown = state.GetDemand(r.GetDemandRequest(number=EXPIRED)).demand.notice
    assert (shown.listed_on, shown.sent_on, shown.returned_on) == (day(0), day(0), day(0))


def a_demand_that_was_not_renewed():
    """It comes back with its number and its seniority, into the shared view too; another one may not any more."""
    out = town.GetDemand(r.GetDemandRequest(number=NOT_RENEWED)).demand
    assert out.radiation.motive == "RADREN" and out.status == demand_pb2.STATUS_RADIATED
    back = f.ReinstateDemandRequest(request_id=new_id(), number=NOT_RENEWED, etag=out.etag)
    answer = town.ReinstateDemand(back).answer
    assert town.ReinstateDemand(back).answer == answer
    there = town.GetDemand(r.GetDemandRequest(number=NOT_RENEWED)).demand
    assert there.status == demand_pb2.STATUS_ACTIVE and there.filed_on == out.filed_on and there.last_renewed_on == day(0)
    assert seen_by_the_view(answer).demand.filed_on == out.filed_on
    etag = town.GetDemand(r.GetDemandRequest(number=GONE)).demand.etag
    late = f.ReinstateDemandRequest(request_id=new_id(), number=GONE, etag=etag)
    refused(lambda: town.ReinstateDemand(late), "WINDOW_CLOSED", Code.FAILED_PRECONDITION)


def a_demand_whose_key_was_destroyed():
    request, answer = registered()
    seen_by_the_view(answer)
    sql(
        "UPDATE vault.keys SET wrapped = NULL, destroyed_at = now() WHERE id = "
        f"(SELECT key_id FROM log.events WHERE stream = '{answer.number}' AND version = 1)"
    )
    changed = r.ModifyDemandRequest(**head(answer), origin=r.ORIGIN_APPLICANT)
    changed.form.sought.CopyFrom(request.form.sought)
    refused(lambda: town.ModifyDemand(changed), "PERSONAL_DATA_UNREADABLE", Code.FAILED_PRECONDITION)
    assert not seen_by_the_view(answer).demand.HasField("identity"), "the names are gone at once"


def a_month_without_numbers():
    sql(
        "INSERT INTO register.number_counters SELECT '083', to_char(now() AT TIME ZONE 'Europe/Paris', 'MMYY'), 1000000"
        " UNION SELECT '083', to_char(now() AT TIME ZONE 'Europe/Paris' - interval '20 days', 'MMYY'), 1000000"
    )
    form, piece = next(sample)
    request = registration(form, piece)
    request.territory = "083"
    request.form.sought.communes[:] = ["83137"]
    refused(lambda: foreigner.RegisterDemand(request), "NUMBERS_EXHAUSTED", Code.RESOURCE_EXHAUSTED)


def an_id_that_was_given_up():
    """A request id is committed, or fenced for ever; whoever asks hears the same from then on."""
    form, piece = next(sample)
    request = registration(form, piece)
    given_up = town.FenceCommand(command.FenceCommandRequest(request_id=request.request_id))
    assert given_up.WhichOneof("outcome") == "fenced"
    refused(lambda: town.RegisterDemand(request), "COMMAND_FENCED", Code.FAILED_PRECONDITION)
    told = town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id))
    assert told.fenced.as_of_position == given_up.fenced.as_of_position
    assert town.FenceCommand(command.FenceCommandRequest(request_id=request.request_id)) == given_up
    # The household is free to be registered under another id; that one can no longer be given up.
    request.request_id = new_id()
    answer = town.RegisterDemand(request).answer
    too_late = town.FenceCommand(command.FenceCommandRequest(request_id=request.request_id))
    assert too_late.committed == answer


def a_database_that_keeps_everybody_waiting():
    """Calls that wait for the database end with their time, in the database too; those beyond the places hear so at once."""
    _, answer = registered()
    get = r.GetDemandRequest(number=answer.number)
    health = health_pb2_grpc.HealthStub(channel)
    with Locked("log.events"), ThreadPoolExecutor(CALLS) as pool:
        late = lambda: refused(lambda: town.GetDemand(get, timeout=60), "DEADLINE_EXCEEDED", Code.DEADLINE_EXCEEDED)
        waiting = [pool.submit(late) for _ in range(CALLS)]
        until(lambda: sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0", "nobody waits")

        def full():
            try:
                town.GetOutcome(command.GetOutcomeRequest(request_id=new_id()), timeout=60)
            except grpc.RpcError as error:
                return error.code() == Code.RESOURCE_EXHAUSTED
            return False

        until(full, "the server takes more calls than it may")
        refusal = refused(lambda: town.GetDemand(get, timeout=60), "TOO_MANY_CALLS", Code.RESOURCE_EXHAUSTED)
        assert refusal.retry
        # Health is not refused, however full the server is.
        assert health.Check(health_pb2.HealthCheckRequest(service=""), timeout=20).status
        for call in waiting:
            call.result()
    assert town.GetDemand(get).demand.number == answer.number


def an_account_that_looks_at_everything():
    """An account has its budget of files for an hour: whatever it asks then is refused, and nobody else's questions are."""
    glutton = Caller(channel, "000005017", "006A1", "glutton-01")
    nobody = r.FindByIdentityRequest(surname="Personne", given_names="Ulysse", birth_date="1980-01-01")
    for _ in range(FILES):
        glutton.FindByIdentity(nobody)
    refusal = refused(lambda: glutton.FindByIdentity(nobody), "TOO_MANY_FILES", Code.RESOURCE_EXHAUSTED)
    assert refusal.retry
    lessor.FindByIdentity(nobody)


def a_reader_who_does_not_read():
    replay = audit.ReplayLogRequest()
    stalled = auditor.ReplayLog(replay, timeout=120)
    stalled.initial_metadata()
    refused(lambda: auditor.ReplayLog(replay), "TOO_MANY_REPLAYS", Code.RESOURCE_EXHAUSTED)

    def place():
        try:
            list(auditor.ReplayLog(audit.ReplayLogRequest(up_to_position=1)))
            return True
        except grpc.RpcError:
            return False

    until(place, "the place of a reader who does not read is never free")
    refused(lambda: stalled, "READER_TOO_SLOW", Code.ABORTED)
    positions = [event.position for message in auditor.ReplayLog(replay) for event in message.events]
    assert positions == list(range(1, len(positions) + 1)), "who reads gets everything"


def a_row_of_the_view_that_cannot_be_read():
    _, answer = registered()
    seen_by_the_view(answer)
    row = f"FROM views.shared_demands WHERE number = '{answer.number}'"
    facts = sql(f"SELECT facts {row}").replace("'", "''")
    sql(f"UPDATE views.shared_demands SET facts = 'x' WHERE number = '{answer.number}'")
    refused(lambda: seen_by_the_view(answer), "VIEW_DAMAGED", Code.DATA_LOSS)
    sql(f"UPDATE views.shared_demands SET facts = '{facts}' WHERE number = '{answer.number}'")
    assert seen_by_the_view(answer).demand.number == answer.number


def an_event_that_cannot_be_read():
    _, answer = registered()
    seen_by_the_view(answer)
    sql(f"UPDATE log.events SET payload = '{{}}' WHERE stream = '{answer.number}' AND version = 1")
    get = r.GetDemandRequest(number=answer.number)
    refused(lambda: town.GetDemand(get), "UNREADABLE_EVENT", Code.DATA_LOSS)


def an_answer_that_is_lost():
    """The command is committed, and half of its events are gone: nobody can say what was answered."""
    request, answer = registered()
    seen_by_the_view(answer)
    sql(f"DELETE FROM log.events WHERE stream = '{answer.number}' AND version = 2")
    refusal = refused(lambda: town.RegisterDemand(request), "OUTCOME_UNKNOWN", Code.UNAVAILABLE)
    assert refusal.retry
    refused(lambda: auditor.ReplayLog(audit.ReplayLogRequest()), "LOG_DAMAGED", Code.DATA_LOSS)


def a_view_that_stopped():
    """An event with a wrong leaf: the view stops before it, says where, and health is red; registrations go on."""
    _, answer = registered()
    seen_by_the_view(answer)
    sql(
        "INSERT INTO log.events SELECT (jsonb_populate_record(e, jsonb_build_object("
        "'position', e.position + 1, 'version', e.version + 1, 'command_id', gen_random_uuid()))).* "
        "FROM log.events AS e ORDER BY position DESC LIMIT 1; UPDATE log.head SET position = position + 1"
    )
    ahead = shared.ListSharedDemandsRequest(at_least_position=answer.position + 1)
    refusal = refused(lambda: town.ListSharedDemands(ahead, timeout=60), "VIEW_BEHIND", Code.UNAVAILABLE)
    assert refusal.variables["view_position"] == str(answer.position) and refusal.retry
    ahead = shared.ListDeadlinesRequest(at_least_position=answer.position + 1)
    refusal = refused(lambda: town.ListDeadlines(ahead, timeout=60), "VIEW_BEHIND", Code.UNAVAILABLE)
    assert refusal.variables["view_position"] == str(answer.position), "the calendar stops at the same event"
    health = health_pb2_grpc.HealthStub(channel)

    def status(service):
        return health.Check(health_pb2.HealthCheckRequest(service=service), timeout=20).status

    red, green = health_pb2.HealthCheckResponse.NOT_SERVING, health_pb2.HealthCheckResponse.SERVING
    until(lambda: status("sne.v1.SharedManagementService") == red, "the health of the stopped view stays green")
    assert status("") == red and status("sne.v1.RegistrationService") == green
    registered()


for check in (
    a_demand_that_has_expired,
    a_demand_that_was_erased,
    a_notice_that_is_listed_and_not_sent,
    a_demand_that_was_not_renewed,
    a_demand_whose_key_was_destroyed,
    an_id_that_was_given_up,
    a_month_without_numbers,
    a_database_that_keeps_everybody_waiting,
    a_reader_who_does_not_read,
    an_account_that_looks_at_everything,
    a_row_of_the_view_that_cannot_be_read,
    an_event_that_cannot_be_read,
    an_answer_that_is_lost,
    a_view_that_stopped,
):
    print(check.__name__, file=sys.stderr)
    check()
print(json.dumps(sorted(seen)))
