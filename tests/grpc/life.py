"""A lessor system in another language: lives demands' lives against a running server, and doubts every answer.

Arguments: address of the server, its process id (it is told to stop at the end), SIREN of an auditor. Prints the reasons
it was refused for, as a JSON list. The organisations are those of the committed sample.
"""

import datetime
import json
import os
import signal
import sys
import threading
import time
import zoneinfo

import grpc
from grpc import StatusCode as Code
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from sne.v1 import audit_service_pb2 as audit
from sne.v1 import command_service_pb2 as command
from sne.v1 import demand_pb2
from sne.v1 import follow_up_service_pb2 as f
from sne.v1 import registration_service_pb2 as r
from sne.v1 import shared_management_service_pb2 as shared

import acts
import couple
import figures
import needs
from leaf import leaf
from stage import AUDITOR, TERRITORY, auditor, channel, day, foreigner, head, lessor, other_lessor, registered, registration, sample, state, town
from territory import decides_its_delays, refuses_delays_that_are_none, waits_abnormally_long
from wire import metadata, new_id, refused, seen

SERVER = int(sys.argv[2])
SHARED = "sne.v1.SharedManagementService"


def lives_and_leaves():
    """Registered by a town, completed, renewed and attributed by a lessor, housed: one life, and its replay."""
    form, piece = next(sample)
    request = registration(form, piece)
    answer = town.RegisterDemand(request).answer
    assert answer.number.startswith(TERRITORY) and len(answer.number) == 18
    assert town.RegisterDemand(request).answer == answer, "the same request gives the same answer"

    other = r.RegisterDemandRequest.FromString(request.SerializeToString())
    other.filed_on = day(19)
    refused(lambda: town.RegisterDemand(other), "COMMAND_ID_REUSED", Code.FAILED_PRECONDITION)
    again = registration(form, piece)
    refusal = refused(lambda: lessor.RegisterDemand(again), "DUPLICATE_DEMAND", Code.ALREADY_EXISTS)
    assert refusal.variables["held_by"] == answer.number

    got = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand
    assert got.etag == answer.etag and got.status == demand_pb2.STATUS_ACTIVE and got.filed_on == day(20)
    assert got.form.identity == form.identity and got.form.sought == form.sought, "texts come back as they were given"
    applicant = form.identity.applicant
    asked = r.FindByIdentityRequest(
        surname=applicant.surname.upper(), given_names=applicant.given_names, birth_date=applicant.birth_date
    )
    assert list(lessor.FindByIdentity(asked).numbers) == [answer.number]
    assert not foreigner.FindByIdentity(asked).numbers, "another territory does not see the person"
    refused(lambda: foreigner.GetDemand(r.GetDemandRequest(number=answer.number)), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    refused(lambda: foreigner.RenewDemand(r.RenewDemandRequest(**head(answer))), "DEMAND_NOT_FOUND", Code.NOT_FOUND)

    first = answer
    sought = form.sought
    sought.max_rent = 777
    changed = r.ModifyDemandRequest(**head(answer), origin=r.ORIGIN_APPLICANT)
    changed.form.sought.CopyFrom(sought)
    answer = town.ModifyDemand(changed).answer
    assert town.ModifyDemand(changed).answer == answer
    stale = r.RenewDemandRequest(**head(first))
    refusal = refused(lambda: lessor.RenewDemand(stale), "VERSION_CONFLICT", Code.ABORTED)
    assert refusal.variables["current_etag"] == answer.etag
    answer = lessor.RenewDemand(r.RenewDemandRequest(**head(answer))).answer
    refused(
        lambda: lessor.RenewDemand(r.RenewDemandRequest(**head(answer))),
        "ALREADY_RENEWED_TODAY",
        Code.FAILED_PRECONDITION,
    )
    answer = lessor.AddPiece(r.AddPieceRequest(**head(answer), piece=piece)).answer

    decided = r.Attribution(decided_on=day(1))
    refused(
        lambda: town.RecordAttribution(r.RecordAttributionRequest(**head(answer), attribution=decided)),
        "NOT_A_LESSOR",
        Code.PERMISSION_DENIED,
    )
    answer = lessor.RecordAttribution(r.RecordAttributionRequest(**head(answer), attribution=decided)).answer
    twice = r.RecordAttributionRequest(**head(answer), attribution=decided)
    refused(lambda: lessor.RecordAttribution(twice), "ATTRIBUTION_IN_PROGRESS", Code.FAILED_PRECONDITION)
    answer = lessor.RefuseAttribution(r.RefuseAttributionRequest(**head(answer), refused_on=day(0))).answer
    answer = other_lessor.RecordAttribution(r.RecordAttributionRequest(**head(answer), attribution=decided)).answer
    early = r.LapseAttributionRequest(**head(answer), lapsed_on=day(5))
    refused(lambda: other_lessor.LapseAttribution(early), "INVALID_FORM", Code.INVALID_ARGUMENT)
    answer = other_lessor.LapseAttribution(r.LapseAttributionRequest(**head(answer), lapsed_on=day(0))).answer
    none = r.LapseAttributionRequest(**head(answer), lapsed_on=day(0))
    refused(lambda: other_lessor.LapseAttribution(none), "NO_ATTRIBUTION_IN_PROGRESS", Code.FAILED_PRECONDITION)

    lease = r.Lease(
        signed_on=day(0), already_housed="NON", collective_agreement="ACD", reservation_holder="AUCUN", dalo="NON"
    )
    refused(
        lambda: lessor.SignLease(r.SignLeaseRequest(**head(answer), lease=lease)),
        "INVALID_FORM",
        Code.INVALID_ARGUMENT,
    )
    lease.rpls = "0123456789"
    answer = lessor.SignLease(r.SignLeaseRequest(**head(answer), lease=lease)).answer
    got = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand
    assert got.status == demand_pb2.STATUS_RADIATED and got.radiation.motive == "RADATT"
    refused(
        lambda: lessor.RenewDemand(r.RenewDemandRequest(**head(answer))), "DEMAND_RADIATED", Code.FAILED_PRECONDITION
    )
    replays(first, answer, applicant.surname)


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


def tells_every_violation_at_once():
    form, piece = next(sample)
    form.identity.applicant.surname = ""
    form.identity.applicant.birth_date = "2026-02-30"
    form.sought.communes[:] = ["75056", "06088"]
    form.sought.ClearField("extended")
    piece.sha256 = "not a digest"
    request = registration(form, piece)
    request.request_id = "17"
    refusal = refused(lambda: town.RegisterDemand(request), "INVALID_FORM", Code.INVALID_ARGUMENT)
    expected = {
        "request_id": "MALFORMED",
        "form.identity.applicant.surname": "MISSING",
        "form.identity.applicant.birth_date": "IMPOSSIBLE_DATE",
        "form.sought.extended": "MISSING",
        "identity_piece.sha256": "MALFORMED",
    }
    assert expected.items() <= refusal.violations.items(), refusal.violations
    assert any(field.startswith("form.sought.communes[0]") for field in refusal.violations), refusal.violations
    assert "corrigez chaque champ" in refusal.french

    _, answer = registered()
    nothing = r.RenewDemandRequest(request_id="", number="x", etag="1")
    refusal = refused(lambda: town.RenewDemand(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"request_id": "MISSING", "number": "MALFORMED", "etag": "MALFORMED"}
    lease = r.SignLeaseRequest(**head(answer))
    refusal = refused(lambda: lessor.SignLease(lease), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations["lease.signed_on"] == "MISSING" and len(refusal.violations) >= 5
    origin = r.ModifyDemandRequest(request_id="17", number=answer.number, etag="new")
    origin.form.sought.communes[:] = ["06999"]
    refusal = refused(lambda: town.ModifyDemand(origin), "INVALID_FORM", Code.INVALID_ARGUMENT)
    expected = {"request_id": "MALFORMED", "etag": "MALFORMED", "origin": "MISSING", "form.sought.dwelling_types": "MISSING"}
    assert expected.items() <= refusal.violations.items(), refusal.violations
    assert any(field.startswith("form.sought.communes[0]") for field in refusal.violations), refusal.violations
    refused(lambda: foreigner.ModifyDemand(origin), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    lease = r.SignLeaseRequest(request_id="", number=answer.number, etag=answer.etag)
    refusal = refused(lambda: lessor.SignLease(lease), "INVALID_FORM", Code.INVALID_ARGUMENT)
    expected = {"request_id": "MISSING", "lease.signed_on": "MISSING", "lease.rpls": "MISSING", "lease.dalo": "MISSING"}
    assert expected.items() <= refusal.violations.items(), refusal.violations
    empty = r.FindByIdentityRequest(surname=" ", given_names="17")
    refusal = refused(lambda: town.FindByIdentity(empty), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"surname": "MISSING", "given_names": "NOT_A_NAME", "birth_date": "MISSING"}


def refuses_what_the_law_refuses():
    form, piece = next(pair for pair in sample if pair[0].identity.co_applicants)
    answer = town.RegisterDemand(registration(form, piece)).answer

    def modify(reason, code, origin=r.ORIGIN_APPLICANT, piece_id=None, **rubrics):
        request = r.ModifyDemandRequest(**head(answer), origin=origin, piece_id=piece_id)
        for name, rubric in rubrics.items():
            getattr(request.form, name).CopyFrom(rubric)
        return refused(lambda: town.ModifyDemand(request), reason, code)

    modify("NOTHING_TO_MODIFY", Code.INVALID_ARGUMENT)
    modify("UNKNOWN_PIECE", Code.FAILED_PRECONDITION, r.ORIGIN_PIECE, new_id(), sought=form.sought)
    stranger, _ = next(pair for pair in sample if len(pair[0].identity.co_applicants) == 1)
    replaced = type(form.identity)()
    replaced.CopyFrom(form.identity)
    replaced.applicant.CopyFrom(stranger.identity.applicant)
    modify("APPLICANT_REPLACED", Code.FAILED_PRECONDITION, identity=replaced)
    alone = type(form.identity)()
    alone.CopyFrom(form.identity)
    del alone.co_applicants[:]
    family = type(form.family)(situations=form.family.situations[:1])
    employment = type(form.employment)(jobs=[job for job in form.employment.jobs if job.adult == 0])
    modify("CO_APPLICANT_DROPPED", Code.FAILED_PRECONDITION, identity=alone, family=family, employment=employment)
    tomorrow = r.RecordAttributionRequest(**head(answer), attribution=r.Attribution(decided_on=day(-2)))
    refused(lambda: lessor.RecordAttribution(tomorrow), "INVALID_FORM", Code.INVALID_ARGUMENT)
    renounced = r.RenounceDemandRequest(
        **head(answer), renunciation=r.Renunciation(written_on=day(0), written_act=r.WRITTEN_ACT_LETTER)
    )
    answer = town.RenounceDemand(renounced).answer
    assert town.GetDemand(r.GetDemandRequest(number=answer.number)).demand.radiation.motive == "RADABA"
    back = f.ReinstateDemandRequest(**head(answer))
    refused(lambda: town.ReinstateDemand(back), "NOT_REINSTATABLE", Code.FAILED_PRECONDITION)
    person, _ = next(sample)
    association = type(person)(contact=person.contact, sought=person.sought)
    association.contact.ClearField("dwelling_address")
    association.identity.association.name = "Association fictive"
    answer = town.RegisterDemand(registration(association, None)).answer
    household = {"identity": person.identity, "family": person.family}
    modify("APPLICANT_KIND_CHANGED", Code.FAILED_PRECONDITION, housing=person.housing, reasons=person.reasons, **household)
    nobody = answer.number[:7] + "999999" + answer.number[13:]
    refused(lambda: town.GetDemand(r.GetDemandRequest(number=nobody)), "DEMAND_NOT_FOUND", Code.NOT_FOUND)


def keeps_the_delays_of_the_law():
    """Notices are the business of whoever keeps the renewals, and nothing happens before its day or without its proof."""
    _, answer = registered()
    listing = f.ListRenewalNoticeRequest(**head(answer))
    refused(lambda: town.ListRenewalNotice(listing), "NOT_THE_MANAGER", Code.PERMISSION_DENIED)
    refused(lambda: state.ListRenewalNotice(listing), "DELAY_RUNNING", Code.FAILED_PRECONDITION)
    radiation = f.RadiateNotRenewedRequest(**head(answer))
    refused(lambda: state.RadiateNotRenewed(radiation), "DELAY_RUNNING", Code.FAILED_PRECONDITION)
    notice = f.NoticeSent(sent_on=day(0), channel=f.NOTICE_CHANNEL_POST, reference="LOT 1")
    never_listed = f.RecordNoticeSentRequest(**head(answer), notice=notice)
    refused(lambda: state.RecordNoticeSent(never_listed), "PROOF_MISSING", Code.FAILED_PRECONDITION)
    refusal = refused(lambda: state.RecordNoticeSent(f.RecordNoticeSentRequest(**head(answer))), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"notice.sent_on": "MISSING", "notice.channel": "MISSING", "notice.reference": "MISSING"}
    returned = f.RecordNoticeReturnedRequest(**head(answer), returned_on="")
    refusal = refused(lambda: state.RecordNoticeReturned(returned), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"returned_on": "MISSING"}
    back = f.ReinstateDemandRequest(**head(answer))
    refused(lambda: town.ReinstateDemand(back), "NOT_RADIATED", Code.FAILED_PRECONDITION)


def warns_before_it_radiates():
    _, answer = registered()
    proof = {"sent_on": day(1), "proof": f.DELIVERY_PROOF_REGISTERED_LETTER, "reference": "2C 123"}
    warning = f.Warning(kind=f.WARNING_KIND_NO_ANSWER, letter_sent_on=day(9), **proof)
    answer = town.RecordWarning(f.RecordWarningRequest(**head(answer), warning=warning)).answer
    shown = town.GetDemand(r.GetDemandRequest(number=answer.number)).demand.warnings
    assert [(warned.organisation, warned.motive, warned.sent_on) for warned in shown] == [("000005074", "RADCON", day(1))]
    soon = f.RadiateNoAnswerRequest(**head(answer))
    refused(lambda: town.RadiateNoAnswer(soon), "DELAY_RUNNING", Code.FAILED_PRECONDITION)
    refused(lambda: lessor.RadiateNoAnswer(soon), "PROOF_MISSING", Code.FAILED_PRECONDITION)
    early = f.RecordAnswerRequest(**head(answer), received_on=day(10))
    refusal = refused(lambda: lessor.RecordAnswer(early), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"received_on": "TOO_EARLY"}, refusal.violations
    answer = lessor.RecordAnswer(f.RecordAnswerRequest(**head(answer), received_on=day(0))).answer
    found = f.RecordInadmissibilityRequest(**head(answer), inadmissibility=f.Inadmissibility(decided_on=day(2), ground="IRRRES"))
    refused(lambda: town.RecordInadmissibility(found), "NOT_A_LESSOR", Code.PERMISSION_DENIED)
    answer = lessor.RecordInadmissibility(found).answer
    warning = f.Warning(kind=f.WARNING_KIND_INADMISSIBLE, **proof)
    answer = lessor.RecordWarning(f.RecordWarningRequest(**head(answer), warning=warning)).answer
    soon = f.RadiateInadmissibleRequest(**head(answer))
    refused(lambda: lessor.RadiateInadmissible(soon), "DELAY_RUNNING", Code.FAILED_PRECONDITION)
    shown = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand
    assert not [warned for warned in shown.warnings if warned.motive == "RADCON"], "an answer voids the warning"
    assert [(seen.lessor, seen.ground) for seen in shown.inadmissibilities] == [("000005017", "IRRRES")]
    nothing = f.RecordWarningRequest(**head(answer))
    refusal = refused(lambda: town.RecordWarning(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert set(refusal.violations) == {"warning.kind", "warning.sent_on", "warning.proof", "warning.reference"}


def tells_the_outcome():
    request, answer = registered()
    outcome = town.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id))
    assert outcome.committed == answer
    unknown = town.GetOutcome(command.GetOutcomeRequest(request_id=new_id()))
    assert unknown.not_committed.as_of_position >= answer.position
    foreign = lessor.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id))
    assert foreign.WhichOneof("outcome") == "not_committed", "another organisation's command is never seen"


def knows_who_calls():
    get = r.GetDemandRequest(number="006112600000106A10")

    def as_(entries, reason, code=Code.UNAUTHENTICATED):
        stub = town.stubs[0]
        return refused(lambda: stub.GetDemand(get, timeout=20, metadata=entries), reason, code)

    as_([], "METADATA_MISSING")
    as_([("sne-organisation", "000005017"), ("sne-desk", "006A1")], "METADATA_MISSING")
    assert as_(metadata("operator"), "METADATA_MALFORMED").variables == {"key": "sne-organisation"}
    as_(metadata("000005018", "006A1"), "METADATA_MALFORMED")
    as_(metadata("000005017", "006a1"), "METADATA_MALFORMED")
    as_(metadata("000005017", "006A1", "someone@example.org"), "METADATA_MALFORMED")
    as_(metadata("000005017", "006A1") + [("sne-desk", "006A2")], "METADATA_MALFORMED")
    as_(metadata("732829320", "006A1"), "UNKNOWN_ORGANISATION", Code.PERMISSION_DENIED)
    as_(metadata("000005017", "006B1"), "UNKNOWN_DESK", Code.PERMISSION_DENIED)
    as_(metadata("000005017"), "UNKNOWN_DESK", Code.PERMISSION_DENIED)
    as_(metadata("000005041", "006D3"), "DESK_CLOSED", Code.PERMISSION_DENIED)
    as_(metadata(AUDITOR), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)


def shares_one_view():
    """Everybody of the territory finds a demand as soon as it is registered, and no longer once it is housed."""
    form, piece = next(pair for pair in sample if len(pair[0].sought.communes) > 0)
    answer = town.RegisterDemand(registration(form, piece, filed=3)).answer
    applicant, commune = form.identity.applicant, form.sought.communes[0]

    def found(who=lessor, position=answer.position, **filters):
        listed = who.ListSharedDemands(
            shared.ListSharedDemandsRequest(at_least_position=position, page_size=200, **filters)
        )
        assert listed.position >= position
        return {demand.number: demand for demand in listed.demands}

    everybody = found(commune=commune)
    assert all(commune in demand.facts.communes for demand in everybody.values())
    demand = everybody[answer.number]
    assert demand.etag == answer.etag and demand.filed_on == day(3) and demand.status == demand_pb2.STATUS_ACTIVE
    assert demand.identity.adults[0].surname == applicant.surname
    assert demand.identity.adults[0].birth_date == applicant.birth_date
    assert [held.open_type for held in demand.pieces] == [piece.piece_type] and not demand.attributions
    got = lessor.GetSharedDemand(shared.GetSharedDemandRequest(number=answer.number))
    assert got.demand == demand and got.position >= answer.position

    person = shared.PersonFilter(
        surname=applicant.surname.lower(), given_names=applicant.given_names, birth_date=applicant.birth_date
    )
    assert answer.number in found(name="-".join(applicant.surname.upper()))
    assert list(found(person=person)) == [answer.number]
    assert list(found(person=person, commune=commune, name=applicant.surname, number=answer.number)) == [answer.number]
    assert answer.number in found(dwelling_type=form.sought.dwelling_types[0])
    person.birth_date = "1900-01-01"
    assert not found(person=person) and not found(name="Zzzyxwv")
    assert not found(foreigner), "another territory sees nothing"
    assert not found(foreigner, number=answer.number)
    one = shared.GetSharedDemandRequest(number=answer.number)
    refused(lambda: foreigner.GetSharedDemand(one), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    anybody = shared.ListSharedDemandsRequest()
    refused(lambda: auditor.ListSharedDemands(anybody), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
    pages_through_the_view()

    decided = r.Attribution(decided_on=day(1))
    answer = lessor.RecordAttribution(r.RecordAttributionRequest(**head(answer), attribution=decided)).answer
    attributed = found(town, answer.position, number=answer.number)[answer.number]
    assert [(open.lessor, open.decided_on) for open in attributed.attributions] == [("000005017", day(1))]
    lease = r.Lease(
        signed_on=day(0), already_housed="NON", collective_agreement="ACD", reservation_holder="AUCUN", dalo="NON"
    )
    lease.rpls = "0123456789"
    answer = lessor.SignLease(r.SignLeaseRequest(**head(answer), lease=lease)).answer
    assert answer.number not in found(position=answer.position)
    one.at_least_position = answer.position
    refused(lambda: lessor.GetSharedDemand(one), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    one.at_least_position = 10**15
    refused(lambda: lessor.GetSharedDemand(one), "POSITION_BEYOND_HEAD", Code.OUT_OF_RANGE)
    wrong = shared.ListSharedDemandsRequest(
        commune="x", dwelling_type="T99", number="1", name="17", page_size=-1, at_least_position=-1
    )
    wrong.person.surname = applicant.surname
    refusal = refused(lambda: lessor.ListSharedDemands(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {
        "commune": "UNKNOWN_CODE",
        "dwelling_type": "UNKNOWN_CODE",
        "number": "MALFORMED",
        "person.given_names": "MISSING",
        "person.birth_date": "MISSING",
        "name": "NOT_A_NAME",
        "page_size": "OUT_OF_RANGE",
        "at_least_position": "OUT_OF_RANGE",
    }, refusal.violations


def pages_through_the_view():
    """Pages of two give everything once, most senior first; their tokens serve nobody else and nothing else."""
    position = [registered(filed=filed)[1].position for filed in (5, 9, 5, 2)][-1]

    def page(who=lessor, token="", **filters):
        return who.ListSharedDemands(
            shared.ListSharedDemandsRequest(page_size=2, page_token=token, at_least_position=position, **filters)
        )

    whole = lessor.ListSharedDemands(shared.ListSharedDemandsRequest(page_size=200, at_least_position=position))
    wanted = [demand.number for demand in whole.demands]
    assert len(wanted) > 4 and not whole.next_page_token
    filed = [demand.filed_on for demand in whole.demands]
    assert filed == sorted(filed)
    first = page()
    numbers, token = [demand.number for demand in first.demands], first.next_page_token
    while token:
        following = page(token=token)
        numbers += [demand.number for demand in following.demands]
        token = following.next_page_token
    assert numbers == wanted

    token = first.next_page_token
    assert numbers[1] not in token and filed[1] not in token, "the token can be read"
    other = "0" if token[-1] != "0" else "1"
    for call in (
        lambda: page(other_lessor, token),
        lambda: page(foreigner, token),
        lambda: page(token=token, commune="06088"),
        lambda: page(token=token[:-1] + other),
        lambda: page(token="x"),
    ):
        refused(call, "INVALID_PAGE_TOKEN", Code.INVALID_ARGUMENT)


def survives_bad_messages():
    def raw(payload, path="/sne.v1.RegistrationService/GetDemand", **more):
        call = channel.unary_unary(path, request_serializer=bytes, response_deserializer=bytes)
        return lambda: call(payload, timeout=20, metadata=town.metadata, **more)

    refused(raw(b"\xff\xff\xff"), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)
    refused(raw(b"\x0a\x02\xc3\x28"), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)
    refused(raw(b"\x0a\xff\xff\xff\xff\x07"), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)
    refused(raw(b"\x0a" + b"\x80\x80\x20" + bytes(512 * 1024)), "MESSAGE_TOO_LARGE", Code.RESOURCE_EXHAUSTED)
    zeros = bytes(100_000)
    refused(raw(zeros, compression=grpc.Compression.Gzip), "COMPRESSION_UNSUPPORTED", Code.UNIMPLEMENTED)
    refused(raw(b"", path="/sne.v1.RegistrationService/EraseEverything"), "UNKNOWN_METHOD", Code.UNIMPLEMENTED)
    refused(raw(b"", path="/sne.v1.NoService/Call"), "UNKNOWN_METHOD", Code.UNIMPLEMENTED)
    # Fields of a later version are no fault.
    _, answer = registered()
    unknown = r.GetDemandRequest(number=answer.number).SerializeToString() + b"\xfa\x3e\x03abc"
    assert raw(unknown)()
    too_deep = b""
    for _ in range(200):
        too_deep = b"\x0b" + too_deep + b"\x0c"
    refused(raw(too_deep), "MALFORMED_MESSAGE", Code.INVALID_ARGUMENT)


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


def describes_itself():
    health = health_pb2_grpc.HealthStub(channel)
    names = ("Registration", "FollowUp", "Separation", "Dalo", "Territory", "Audit", "Command", "SharedManagement", "Infocentre")
    services = [f"sne.v1.{name}Service" for name in names]
    for service in ("", *services):
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=20)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING, service
    wanted = {*services, "grpc.health.v1.Health"}
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    alpha = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([asked]), timeout=20)
    assert wanted <= {service.name for service in next(alpha).list_services_response.service}
    # The same messages under the name of version 1.
    v1 = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )(iter([asked]), timeout=20)
    assert wanted <= {service.name for service in next(v1).list_services_response.service}


def stops_politely():
    """Told to stop, the server ends its followers with a reason and those who watch its health, and is gone soon."""
    watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(service=""), timeout=60)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
    head_position = list(auditor.ReplayLog(audit.ReplayLogRequest()))[-1].head_position
    stream = auditor.FollowLog(audit.FollowLogRequest(after_position=head_position), timeout=60)
    stream.initial_metadata()
    threading.Timer(0.2, os.kill, (SERVER, signal.SIGTERM)).start()
    refusal = refused(lambda: stream, "SHUTTING_DOWN", Code.UNAVAILABLE)
    assert refusal.retry
    told = [answer.status for answer in watch]
    assert told == [health_pb2.HealthCheckResponse.NOT_SERVING], told


for check in (
    describes_itself,
    knows_who_calls,
    lives_and_leaves,
    shares_one_view,
    tells_every_violation_at_once,
    refuses_what_the_law_refuses,
    keeps_the_delays_of_the_law,
    warns_before_it_radiates,
    *acts.CHECKS,
    decides_its_delays,
    refuses_delays_that_are_none,
    waits_abnormally_long,
    *couple.CHECKS,
    *needs.CHECKS,
    *figures.CHECKS,
    tells_the_outcome,
    replays_the_log,
    follows_live,
    survives_bad_messages,
    keeps_deadlines,
    bounds_replays,
    stops_politely,
):
    print(check.__name__, file=sys.stderr)
    check()
print(json.dumps(sorted(seen)))
