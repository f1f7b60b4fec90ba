"""RegistrationService: one life of a demand from its registration to its lease, and what is refused on the way."""

from grpc import StatusCode as Code
from sne.v1 import demand_pb2
from sne.v1 import follow_up_service_pb2 as f
from sne.v1 import registration_service_pb2 as r

from auditing import replays
from stage import TERRITORY, day, foreigner, head, lessor, other_lessor, registered, registration, sample, town
from wire import new_id, refused


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


CHECKS = (lives_and_leaves, tells_every_violation_at_once, refuses_what_the_law_refuses)
