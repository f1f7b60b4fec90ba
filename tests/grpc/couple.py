"""A couple parts over the network: who leaves, on what proof, and what everybody then reads."""

import json

from grpc import StatusCode as Code
from sne.v1 import audit_service_pb2 as audit
from sne.v1 import command_service_pb2 as command
from sne.v1 import demand_pb2, form_pb2
from sne.v1 import registration_service_pb2 as r
from sne.v1 import separation_service_pb2 as s
from sne.v1 import shared_management_service_pb2 as shared

from stage import auditor, day, foreigner, head, lessor, registration, sample, state, town
from wire import new_id, refused


def couple(link):
    """Two adults of the sample who are tied so, registered."""
    form, piece = next(pair for pair in sample if len(pair[0].identity.co_applicants) == 1)
    form.identity.co_applicants[0].link = link
    return form, piece, town.RegisterDemand(registration(form, piece)).answer


def his_own(form):
    own = form_pb2.Form()
    own.CopyFrom(form)
    own.identity.applicant.CopyFrom(form.identity.co_applicants[0].person)
    del own.identity.co_applicants[:], own.identity.dependants[:]
    own.family.situations[:] = ["S"]
    own.ClearField("employment")
    return own


def separation(form, answer, ground, piece, proof, **said):
    return s.SeparateDemandRequest(
        **head(answer),
        separation=s.Separation(co_applicant=0, ground=ground, **said),
        form=his_own(form),
        identity_piece=piece,
        proof=proof_of(piece, proof),
    )


def proof_of(piece, piece_type):
    proof = type(piece)()
    proof.CopyFrom(piece)
    proof.piece_type = piece_type
    return proof


def read(number, who=lessor):
    return who.GetDemand(r.GetDemandRequest(number=number)).demand


def parts():
    """Cohabitants: sworn statement and a word to who leaves; a number of his own, seniority kept by both."""
    form, piece, joint = couple("C")
    request = separation(form, joint, s.SEPARATION_GROUND_SWORN_STATEMENT, piece, "FAM-HON", warned_on=day(2))
    refused(lambda: foreigner.SeparateDemand(request), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    answer = lessor.SeparateDemand(request).answer
    assert answer.number == joint.number and answer.effective_on == day(0)
    assert lessor.SeparateDemand(request).answer == answer, "the same request gives the same answer"
    assert lessor.GetOutcome(command.GetOutcomeRequest(request_id=request.request_id)).committed == answer

    own = read(answer.opened.number)
    assert own.etag == answer.opened.etag and own.number != joint.number and own.number[:7] == joint.number[:7]
    assert own.filed_on == day(20) and not own.last_renewed_on and own.status == demand_pb2.STATUS_ACTIVE
    assert own.separated_from == joint.number and [held.open_type for held in own.pieces] == [piece.piece_type, "FAM-HON"]
    assert own.form.identity.applicant.surname == form.identity.co_applicants[0].person.surname
    left = read(joint.number)
    assert left.etag == answer.etag and left.filed_on == day(20) and list(left.separated_to) == [own.number]
    assert not left.form.identity.co_applicants and list(left.form.family.situations) == form.family.situations[:1]
    for number in (own.number, left.number):
        got = shared.GetSharedDemandRequest(number=number, at_least_position=answer.position)
        seen = town.GetSharedDemand(got).demand
        assert len(seen.identity.adults) == 1 and seen.filed_on == day(20), "the shared view has both"
    events = [message.event for message in auditor.ReplayDemand(audit.ReplayDemandRequest(number=own.number))]
    assert [event.event_type for event in events] == ["Registered", "PieceAdded", "PieceAdded"]
    again = town.RegisterDemand
    refusal = refused(lambda: again(registration(his_own(form), piece)), "DUPLICATE_DEMAND", Code.ALREADY_EXISTS)
    assert refusal.variables["held_by"] == own.number
    gone = separation(form, answer, s.SEPARATION_GROUND_SWORN_STATEMENT, piece, "FAM-HON", warned_on=day(0))
    refusal = refused(lambda: town.SeparateDemand(gone), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"separation.co_applicant": "OUT_OF_RANGE"}, refusal.violations


def needs_a_proof():
    """A missing or wrong proof changes nothing; every fault of both forms is told at once, where it stands."""
    form, piece, joint = couple("M")
    wrong = separation(form, joint, s.SEPARATION_GROUND_LEGAL_PROOF, piece, "FAM-PAC")
    refusal = refused(lambda: town.SeparateDemand(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"proof.piece_type": "NOT_A_PROOF"}, refusal.violations
    nothing = s.SeparateDemandRequest(**head(joint))
    refusal = refused(lambda: town.SeparateDemand(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    expected = {"separation.co_applicant", "separation.ground", "form.identity", "identity_piece", "proof"}
    assert expected <= set(refusal.violations), refusal.violations
    faulty = separation(form, joint, s.SEPARATION_GROUND_VIOLENCE, piece, "MOT-06", warned_on=day(1))
    faulty.request_id, faulty.etag = "17", "x"
    faulty.form.ClearField("sought")
    faulty.joint_form.family.situations[:] = ["M", "M"]
    refusal = refused(lambda: town.SeparateDemand(faulty), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {
        "request_id": "MALFORMED",
        "etag": "MALFORMED",
        "separation.warned_on": "INCONSISTENT",
        "form.sought": "MISSING",
        "joint_form.family.situations": "INCONSISTENT",
    }, refusal.violations
    stranger = separation(form, joint, s.SEPARATION_GROUND_LEGAL_PROOF, piece, "FAM-DIV")
    stranger.form.identity.applicant.birth_date = "1961-01-01"
    refused(lambda: town.SeparateDemand(stranger), "NOT_THE_CO_APPLICANT", Code.FAILED_PRECONDITION)
    right = separation(form, joint, s.SEPARATION_GROUND_LEGAL_PROOF, piece, "FAM-DIV")
    stale = s.SeparateDemandRequest.FromString(right.SerializeToString())
    stale.request_id, stale.etag = new_id(), "v1"
    refused(lambda: town.SeparateDemand(stale), "VERSION_CONFLICT", Code.ABORTED)
    assert read(joint.number).etag == joint.etag, "nothing was changed"
    assert town.SeparateDemand(right).answer.opened.number


def is_told_nothing_after_violence():
    """The joint demand names nobody, whoever reads it; the new one knows where it comes from. The log tells nothing else than
    after a rupture of the PACS."""
    form, piece, joint = couple("P")
    request = separation(form, joint, s.SEPARATION_GROUND_VIOLENCE, piece, "MOT-06")
    answer = state.SeparateDemand(request).answer
    left, own = read(joint.number), read(answer.opened.number)
    assert not left.separated_to and len(left.pieces) == 1 and own.separated_from == joint.number
    form, piece, other = couple("P")
    request = separation(form, other, s.SEPARATION_GROUND_LEGAL_PROOF, piece, "FAM-PAC")
    parted = state.SeparateDemand(request).answer
    assert list(read(other.number).separated_to) == [parted.opened.number]
    of_violence = [events(number) for number in (joint.number, own.number)]
    assert of_violence == [events(number) for number in (other.number, parted.opened.number)]
    for payload in (payload for stream in of_violence for _, payload in stream):
        assert not any(secret in payload for secret in (own.number, joint.number, "VIOLENCE", "MOT-06")), payload


def events(number):
    """What the log keeps of a demand in the open, but for what names this very one."""
    kept = []
    for message in auditor.ReplayDemand(audit.ReplayDemandRequest(number=number)):
        payload = json.loads(message.event.payload)
        payload.pop("piece_id", None), payload.pop("person_ref", None), payload.pop("facts", None)
        kept.append((message.event.event_type, json.dumps(payload)))
    return kept


def drops():
    """With his consent, in writing and in the dossier, a co-applicant leaves for good."""
    form, piece, answer = couple("L")

    def drop(answer, **said):
        return s.DropCoApplicantRequest(**head(answer), drop=s.CoApplicantDrop(co_applicant=0, **said))

    unknown = drop(answer, ground=s.DROP_GROUND_CONSENT, piece_id=new_id())
    refused(lambda: town.DropCoApplicant(unknown), "UNKNOWN_PIECE", Code.FAILED_PRECONDITION)
    identity = read(answer.number).pieces[0].piece_id
    unproved = drop(answer, ground=s.DROP_GROUND_CONSENT, piece_id=identity)
    refusal = refused(lambda: town.DropCoApplicant(unproved), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"drop.piece_id": "NOT_A_PROOF"}, refusal.violations
    malformed = s.DropCoApplicantRequest(**head(answer), drop=s.CoApplicantDrop(piece_id="x"))
    refusal = refused(lambda: town.DropCoApplicant(malformed), "INVALID_FORM", Code.INVALID_ARGUMENT)
    expected = {"drop.co_applicant": "MISSING", "drop.ground": "MISSING", "drop.piece_id": "MALFORMED"}
    assert refusal.violations == expected, refusal.violations
    answer = town.AddPiece(r.AddPieceRequest(**head(answer), piece=proof_of(piece, "FAM-ACC"))).answer
    consent = read(answer.number).pieces[1].piece_id
    request = drop(answer, ground=s.DROP_GROUND_CONSENT, piece_id=consent)
    answer = lessor.DropCoApplicant(request).answer
    assert lessor.DropCoApplicant(request).answer == answer and not answer.HasField("opened")
    left = read(answer.number)
    assert not left.form.identity.co_applicants and not left.separated_to and left.filed_on == day(20)
    assert town.RegisterDemand(registration(his_own(form), piece)).answer.number, "who left is free to ask for himself"


CHECKS = (parts, needs_a_proof, is_told_nothing_after_violence, drops)
