"""Certificates, leases that others report, pieces handed in at a desk, and the claim to housing that the State follows."""

from grpc import StatusCode as Code
from sne.v1 import dalo_service_pb2 as dalo
from sne.v1 import demand_pb2
from sne.v1 import follow_up_service_pb2 as f
from sne.v1 import registration_service_pb2 as r

from stage import day, foreigner, head, lessor, other_lessor, registered, state, town
from wire import new_id, refused

TOWN, LESSOR, OTHER = "000005074", "000005017", "000005025"


def read(answer, who=town):
    return who.GetDemand(r.GetDemandRequest(number=answer.number)).demand


def issues_certificates():
    """One is due since the filing, once; a renewal makes another one due."""
    _, answer = registered()
    assert read(answer).certificate.due_since == day(20)
    nothing = f.IssueCertificateRequest(**head(answer))
    refusal = refused(lambda: town.IssueCertificate(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert set(refusal.violations) == {"certificate.issued_on", "certificate.channel"}, refusal.violations
    early = f.CertificateSent(issued_on=day(21), channel=f.CERTIFICATE_CHANNEL_POST)
    early = f.IssueCertificateRequest(**head(answer), certificate=early)
    refusal = refused(lambda: town.IssueCertificate(early), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"certificate.issued_on": "TOO_EARLY"}, refusal.violations
    assert read(answer).etag == answer.etag, "bad input changes nothing"
    sent = f.CertificateSent(issued_on=day(3), channel=f.CERTIFICATE_CHANNEL_BY_HAND)
    request = f.IssueCertificateRequest(**head(answer), certificate=sent)
    refused(lambda: foreigner.IssueCertificate(request), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    answer = town.IssueCertificate(request).answer
    assert town.IssueCertificate(request).answer == answer, "the same request gives the same answer"
    shown = read(answer).certificate
    assert (shown.issued_on, shown.channel) == (day(3), "BY_HAND") and not shown.HasField("due_since")
    twice = f.IssueCertificateRequest(**head(answer), certificate=sent)
    refused(lambda: lessor.IssueCertificate(twice), "ALREADY_RECORDED", Code.FAILED_PRECONDITION)
    answer = lessor.RenewDemand(r.RenewDemandRequest(**head(answer))).answer
    assert read(answer).certificate.due_since == day(0)
    sent.issued_on = day(0)
    answer = lessor.IssueCertificate(f.IssueCertificateRequest(**head(answer), certificate=sent)).answer
    assert not read(answer).certificate.HasField("due_since")


def reports_leases():
    """A report radiates nobody, spares the household its notice, and is the reporter's to withdraw; the lessor signs."""
    _, answer = registered()
    wrong = f.LeaseReport(signed_on=day(-1), lessor="17")
    wrong = f.ReportLeaseRequest(**head(answer), lease=wrong)
    refusal = refused(lambda: town.ReportLease(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    expected = {"lease.signed_on": "IN_THE_FUTURE", "lease.lessor": "MALFORMED", "lease.reference": "MISSING"}
    assert refusal.violations == expected, refusal.violations
    lease = f.LeaseReport(signed_on=day(4), lessor=LESSOR, reference="mairie, visite du 3")
    own = f.ReportLeaseRequest(**head(answer), lease=lease)
    refused(lambda: lessor.ReportLease(own), "LESSOR_MUST_SIGN", Code.FAILED_PRECONDITION)
    none = f.WithdrawLeaseReportRequest(**head(answer))
    refused(lambda: town.WithdrawLeaseReport(none), "NO_LEASE_REPORT", Code.FAILED_PRECONDITION)
    answer = town.ReportLease(f.ReportLeaseRequest(**head(answer), lease=lease)).answer
    twice = f.ReportLeaseRequest(**head(answer), lease=lease)
    refused(lambda: town.ReportLease(twice), "ALREADY_RECORDED", Code.FAILED_PRECONDITION)
    answer = other_lessor.ReportLease(f.ReportLeaseRequest(**head(answer), lease=lease)).answer
    demand = read(answer)
    assert demand.status == demand_pb2.STATUS_ACTIVE
    assert [(told.organisation, told.reported_on, told.signed_on, told.lessor) for told in demand.reported_leases] == [
        (TOWN, day(0), day(4), LESSOR),
        (OTHER, day(0), day(4), LESSOR),
    ]
    listed = f.ListRenewalNoticeRequest(**head(answer))
    refused(lambda: state.ListRenewalNotice(listed), "LEASE_KNOWN", Code.FAILED_PRECONDITION)
    answer = other_lessor.WithdrawLeaseReport(f.WithdrawLeaseReportRequest(**head(answer))).answer
    assert [told.organisation for told in read(answer).reported_leases] == [TOWN]
    signed = r.Lease(
        signed_on=day(4), rpls="0123456789", already_housed="NON", collective_agreement="ACD", reservation_holder="AUCUN", dalo="NON"
    )
    answer = lessor.SignLease(r.SignLeaseRequest(**head(answer), lease=signed)).answer
    assert read(answer).status == demand_pb2.STATUS_RADIATED and not read(answer).reported_leases
    late = f.ReportLeaseRequest(**head(answer), lease=lease)
    refused(lambda: town.ReportLease(late), "DEMAND_RADIATED", Code.FAILED_PRECONDITION)


def takes_pieces_in():
    """A piece handed in waits until it is stored or set aside; what is stored is what was handed in, on its day."""
    request, answer = registered()
    wrong = f.DepositPieceRequest(**head(answer), deposit=f.Deposit(deposited_on=day(-1)))
    refusal = refused(lambda: town.DepositPiece(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"deposit.piece_type": "MISSING", "deposit.deposited_on": "IN_THE_FUTURE"}, refusal.violations
    for deposit in (f.Deposit(piece_type="TAX", deposited_on=day(6)), f.Deposit(piece_type="MOT-08")):
        answer = town.DepositPiece(f.DepositPieceRequest(**head(answer), deposit=deposit)).answer
    demand = read(answer, lessor)
    tax, health = demand.deposits
    assert (tax.open_type, tax.deposited_on, tax.desk) == ("TAX", day(6), "006G1") and len(demand.pieces) == 1
    assert (health.open_type, health.masked, health.deposited_on) == ("MOT-08", False, day(0))

    piece = r.Piece(piece_type="ID", sha256=request.identity_piece.sha256)
    other = r.AddPieceRequest(**head(answer), piece=piece, deposit_id=tax.deposit_id)
    refusal = refused(lambda: lessor.AddPiece(other), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"piece.piece_type": "INCONSISTENT"}, refusal.violations
    piece.piece_type = "TAX"
    malformed = r.AddPieceRequest(**head(answer), piece=piece, deposit_id="17")
    refusal = refused(lambda: lessor.AddPiece(malformed), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"deposit_id": "MALFORMED"}, refusal.violations
    unknown = r.AddPieceRequest(**head(answer), piece=piece, deposit_id=new_id())
    refused(lambda: lessor.AddPiece(unknown), "UNKNOWN_DEPOSIT", Code.FAILED_PRECONDITION)
    answer = lessor.AddPiece(r.AddPieceRequest(**head(answer), piece=piece, deposit_id=tax.deposit_id)).answer
    demand = read(answer)
    assert [deposit.deposit_id for deposit in demand.deposits] == [health.deposit_id]
    assert (demand.pieces[-1].open_type, demand.pieces[-1].received_on) == ("TAX", day(6))

    nothing = f.SetDepositAsideRequest(**head(answer), deposit_id="17")
    refusal = refused(lambda: town.SetDepositAside(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"deposit_id": "MALFORMED", "reason": "MISSING"}, refusal.violations
    aside = {"deposit_id": health.deposit_id, "reason": f.SET_ASIDE_REASON_UNREADABLE}
    answer = town.SetDepositAside(f.SetDepositAsideRequest(**head(answer), **aside)).answer
    assert not read(answer).deposits
    twice = f.SetDepositAsideRequest(**head(answer), **aside)
    refused(lambda: town.SetDepositAside(twice), "UNKNOWN_DEPOSIT", Code.FAILED_PRECONDITION)


def follows_the_claim_to_housing():
    """The State seises, decides, rehouses and ends; nobody else does, and a radiation changes nothing."""
    _, answer = registered()
    assert not read(answer).HasField("dalo")
    seisin = dalo.DaloSeisin(seised_on=day(10), route="EXP")
    request = dalo.RecordDaloSeisinRequest(**head(answer), seisin=seisin)
    for who in (town, lessor):
        refused(lambda: who.RecordDaloSeisin(request), "NOT_THE_STATE", Code.PERMISSION_DENIED)
    refused(lambda: foreigner.RecordDaloSeisin(request), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    nothing = dalo.RecordDaloSeisinRequest(**head(answer))
    refusal = refused(lambda: state.RecordDaloSeisin(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"seisin.seised_on": "MISSING", "seisin.route": "MISSING"}, refusal.violations

    def decide(decided_on=day(5), decision=dalo.DALO_DECISION_PRIORITY):
        decided = dalo.DaloDecided(decided_on=decided_on, decision=decision)
        return dalo.RecordDaloDecisionRequest(**head(answer), decision=decided)

    refused(lambda: state.RecordDaloDecision(decide()), "DALO_NOT_SEISED", Code.FAILED_PRECONDITION)
    answer = state.RecordDaloSeisin(request).answer
    again = dalo.RecordDaloSeisinRequest(**head(answer), seisin=dalo.DaloSeisin(seised_on=day(0), route="HAN"))
    refused(lambda: state.RecordDaloSeisin(again), "ALREADY_RECORDED", Code.FAILED_PRECONDITION)
    kept = read(answer, lessor)
    assert not kept.HasField("dalo") and "dalo" in kept.masked_fields, "what is not decided is the State's"
    shown = read(answer, state).dalo
    assert (shown.status, shown.since) == ("NON", day(10)) and shown.decision_due_on > day(0)
    refusal = refused(lambda: state.RecordDaloDecision(decide(day(11), 0)), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"decision.decided_on": "TOO_EARLY", "decision.decision": "MISSING"}, refusal.violations
    housed = dalo.RecordDaloRehousingRequest(**head(answer), rehoused_on=day(0))
    refused(lambda: state.RecordDaloRehousing(housed), "DALO_NOT_ACTIVE", Code.FAILED_PRECONDITION)
    answer = state.RecordDaloDecision(decide()).answer
    shown = read(answer).dalo
    assert (shown.status, shown.since) == ("ACTIF", day(5)) and shown.offer_due_on > day(0)
    assert not shown.HasField("decision_due_on")

    lease = r.Lease(
        signed_on=day(2), rpls="0123456789", already_housed="NON", collective_agreement="ACD", reservation_holder="PPRIOR", dalo="OUI"
    )
    answer = lessor.SignLease(r.SignLeaseRequest(**head(answer), lease=lease)).answer
    out = read(answer)
    assert out.status == demand_pb2.STATUS_RADIATED and out.dalo == shown, "a radiation leaves the claim as it is"
    early = dalo.EndDaloRequest(**head(answer), ended_on=day(6))
    refusal = refused(lambda: state.EndDalo(early), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"ended_on": "TOO_EARLY"}, refusal.violations
    early = dalo.RecordDaloRehousingRequest(**head(answer), rehoused_on="")
    refusal = refused(lambda: state.RecordDaloRehousing(early), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"rehoused_on": "MISSING"}, refusal.violations
    housed = dalo.RecordDaloRehousingRequest(**head(answer), rehoused_on=day(2))
    answer = state.RecordDaloRehousing(housed).answer
    assert (read(answer).dalo.status, read(answer).dalo.since) == ("ACTREL", day(2))

    _, answer = registered()
    answer = state.RecordDaloSeisin(dalo.RecordDaloSeisinRequest(**head(answer), seisin=seisin)).answer
    answer = state.RecordDaloDecision(decide(decision=dalo.DALO_DECISION_REFUSED)).answer
    assert read(answer, state).dalo.status == "NON" and not read(answer, lessor).HasField("dalo")
    anew = dalo.DaloSeisin(seised_on=day(4), route="SUR")
    answer = state.RecordDaloSeisin(dalo.RecordDaloSeisinRequest(**head(answer), seisin=anew)).answer
    answer = state.RecordDaloDecision(decide(day(3))).answer
    answer = state.EndDalo(dalo.EndDaloRequest(**head(answer), ended_on=day(1))).answer
    assert (read(answer).dalo.status, read(answer).dalo.since) == ("CADUC", day(1))


CHECKS = (issues_certificates, reports_leases, takes_pieces_in, follows_the_claim_to_housing)
