"""FollowUpService: notices and warnings, and the delays that go before a radiation."""

from grpc import StatusCode as Code
from sne.v1 import follow_up_service_pb2 as f
from sne.v1 import registration_service_pb2 as r

from stage import day, head, lessor, registered, state, town
from wire import refused


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


CHECKS = (keeps_the_delays_of_the_law, warns_before_it_radiates)
