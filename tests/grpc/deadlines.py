"""SharedManagementService: what falls due when, whose radiation is late, and the same person in other territories."""

import datetime

from grpc import StatusCode as Code
from sne.v1 import follow_up_service_pb2 as f
from sne.v1 import registration_service_pb2 as r
from sne.v1 import shared_management_service_pb2 as shared

from stage import TERRITORY, auditor, day, foreigner, head, lessor, other_lessor, registered, registration, sample, state, town
from wire import refused

CERTIFICATE, STORAGE = shared.DEADLINE_KIND_CERTIFICATE, shared.DEADLINE_KIND_STORAGE


def deadlines(who=lessor, **asked):
    """Every page of the list, walked to its end."""
    found, token = [], ""
    while True:
        page = who.ListDeadlines(shared.ListDeadlinesRequest(page_token=token, **asked))
        assert page.position >= asked.get("at_least_position", 0)
        found += page.deadlines
        token = page.next_page_token
        if not token:
            return found


def late(who=lessor, **asked):
    found, token = [], ""
    while True:
        page = who.ListLateRadiations(shared.ListLateRadiationsRequest(page_token=token, **asked))
        assert page.position >= asked.get("at_least_position", 0)
        found += page.late_radiations
        token = page.next_page_token
        if not token:
            return found


def month_later(text):
    """The same day of the next month, worked out by a calendar of its own."""
    from_day = datetime.date.fromisoformat(text)
    year, month = (from_day.year, from_day.month + 1) if from_day.month < 12 else (from_day.year + 1, 1)
    for last in range(from_day.day, 0, -1):
        try:
            return datetime.date(year, month, last).isoformat()
        except ValueError:
            pass


def lists_what_falls_due():
    """A certificate since the filing, a piece since it was handed in at another desk, a warning of who warned."""
    _, answer = registered(filed=20)
    deposit = f.Deposit(piece_type="TAX", deposited_on=day(18))
    answer = lessor.DepositPiece(f.DepositPieceRequest(**head(answer), deposit=deposit)).answer
    warning = f.Warning(
        kind=f.WARNING_KIND_NO_ANSWER,
        letter_sent_on=day(9),
        sent_on=day(1),
        proof=f.DELIVERY_PROOF_REGISTERED_LETTER,
        reference="2C 123",
    )
    answer = town.RecordWarning(f.RecordWarningRequest(**head(answer), warning=warning)).answer

    def mine(who=lessor, **asked):
        listed = deadlines(who, at_least_position=answer.position, page_size=200, **asked)
        return [deadline for deadline in listed if deadline.number == answer.number]

    by, from_ = shared.DEADLINE_SENSE_BY, shared.DEADLINE_SENSE_FROM
    all_of_it = mine()
    assert {deadline.kind for deadline in all_of_it} == {
        shared.DEADLINE_KIND_NOTICE,
        shared.DEADLINE_KIND_NO_ANSWER,
        CERTIFICATE,
        STORAGE,
    }
    [certificate] = mine(kinds=[CERTIFICATE])
    assert (certificate.since, certificate.due_on, certificate.sense) == (day(20), month_later(day(20)), by)
    assert (certificate.desk, certificate.due, certificate.days_overdue) == ("006G1", False, 0)
    [storage] = mine(kinds=[STORAGE])
    assert (storage.since, storage.due_on, storage.sense) == (day(18), day(3), by)
    assert (storage.desk, storage.due, storage.days_overdue) == ("006A1", True, 3), "the desk that took it in"
    [warned] = mine(kinds=[shared.DEADLINE_KIND_NO_ANSWER])
    assert (warned.organisation, warned.sense, warned.due) == ("000005074", from_, False), "who warned removes"
    assert mine(state) == all_of_it == mine(territory=TERRITORY), "everybody of the territory sees the same"
    assert mine(due_only=True) == [storage], "the alert list of the desks"
    assert mine(due_only=True, kinds=[CERTIFICATE]) == [], "the certificate is in time"
    assert mine(desk="006A1") == [storage] and storage not in mine(desk="006G1")
    assert mine(due_from=day(3), due_until=day(3)) == [storage] and mine(due_until=day(4)) == []

    shown = town.GetDemand(r.GetDemandRequest(number=answer.number)).demand
    assert shown.certificate.due_by == certificate.due_on and shown.deposits[0].due_by == storage.due_on
    sent = f.CertificateSent(issued_on=day(3), channel=f.CERTIFICATE_CHANNEL_BY_HAND)
    answer = town.IssueCertificate(f.IssueCertificateRequest(**head(answer), certificate=sent)).answer
    assert mine(kinds=[CERTIFICATE]) == [], "it is seen at once"
    assert not town.GetDemand(r.GetDemandRequest(number=answer.number)).demand.certificate.HasField("due_by")
    assert not [deadline for deadline in deadlines(foreigner) if deadline.number == answer.number]


def pages_through_the_deadlines():
    """Pages of three give everything once, by day, then number; their tokens serve nobody else and nothing else."""
    position = [registered(filed=filed)[1].position for filed in (5, 9, 5, 2)][-1]
    asked = {"kinds": [CERTIFICATE, shared.DEADLINE_KIND_NOTICE], "at_least_position": position}
    whole = deadlines(page_size=200, **asked)
    assert len(whole) > 8 and deadlines(page_size=3, **asked) == whole
    order = [(deadline.due_on, deadline.number) for deadline in whole]
    assert order == sorted(order)

    def page(who=lessor, token="", **more):
        return who.ListDeadlines(shared.ListDeadlinesRequest(page_size=3, page_token=token, **{**asked, **more}))

    token = page().next_page_token
    assert whole[2].number not in token and whole[2].due_on not in token, "the token can be read"
    late_token = lessor.ListLateRadiations(shared.ListLateRadiationsRequest(page_size=1)).next_page_token
    for call in (
        lambda: page(other_lessor, token),
        lambda: page(foreigner, token),
        lambda: page(token=token, kinds=[CERTIFICATE]),
        lambda: page(token=token, due_only=True),
        lambda: page(token=token[:-1] + ("0" if token[-1] != "0" else "1")),
        lambda: page(token="x"),
        lambda: page(token=late_token or "y"),
        lambda: lessor.ListLateRadiations(shared.ListLateRadiationsRequest(page_token=token)),
    ):
        refused(call, "INVALID_PAGE_TOKEN", Code.INVALID_ARGUMENT)


def lists_late_radiations():
    """Whoever knows that a household is housed is told with the day; the lessor's lease ends it."""
    _, answer = registered(filed=20)

    def mine(who=lessor, **asked):
        listed = late(who, at_least_position=answer.position, page_size=200, **asked)
        return [one for one in listed if one.number == answer.number]

    assert not mine()
    decided = r.Attribution(decided_on=day(6))
    answer = lessor.RecordAttribution(r.RecordAttributionRequest(**head(answer), attribution=decided)).answer
    [attributed] = mine()
    assert (attributed.since, attributed.age_days) == (day(6), 6)
    lease = f.LeaseReport(signed_on=day(8), reference="mairie, visite du 3")
    answer = town.ReportLease(f.ReportLeaseRequest(**head(answer), lease=lease)).answer
    [both] = mine(state)
    assert (both.since, both.age_days) == (day(8), 8)
    assert [(known.organisation, known.by, known.known_on, known.since, known.lessor) for known in both.known] == [
        ("000005074", shared.HOUSED_BY_LEASE_REPORT, day(0), day(8), ""),
        ("000005017", shared.HOUSED_BY_ATTRIBUTION, day(6), day(6), "000005017"),
    ]
    assert mine(min_age_days=8) == [both] and not mine(min_age_days=9)
    assert not mine(foreigner)
    everybody = late(page_size=200)
    assert late(page_size=1) == everybody
    order = [(one.since, one.number) for one in everybody]
    assert order == sorted(order)
    signed = r.Lease(
        signed_on=day(6), rpls="0123456789", already_housed="NON", collective_agreement="ACD", reservation_holder="AUCUN", dalo="NON"
    )
    answer = lessor.SignLease(r.SignLeaseRequest(**head(answer), lease=signed)).answer
    assert not mine()


def finds_the_person_elsewhere():
    """Another territory's demand of the same person: its number and its territory, to whoever reads the one here."""
    form, piece = next(sample)
    here = town.RegisterDemand(registration(form, piece)).answer

    def elsewhere(answer, who=lessor, position=0):
        asked = shared.ListDemandsElsewhereRequest(number=answer.number, at_least_position=position or answer.position)
        found = who.ListDemandsElsewhere(asked)
        assert found.position >= asked.at_least_position
        return [(demand.territory, demand.number) for demand in found.demands]

    assert elsewhere(here) == []
    there = registration(form, piece)
    there.territory = "083"
    there.form.sought.communes[:] = ["83137"]
    there = foreigner.RegisterDemand(there).answer
    assert elsewhere(here, position=there.position) == [("083", there.number)]
    assert elsewhere(there, foreigner) == [(TERRITORY, here.number)]
    get = r.GetDemandRequest(number=there.number)
    refused(lambda: lessor.GetDemand(get), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    foreign = shared.ListDemandsElsewhereRequest(number=there.number)
    refused(lambda: lessor.ListDemandsElsewhere(foreign), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
    refused(lambda: auditor.ListDemandsElsewhere(foreign), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
    gone = r.RenounceDemandRequest(
        **head(there), renunciation=r.Renunciation(written_on=day(0), written_act=r.WRITTEN_ACT_LETTER)
    )
    gone = foreigner.RenounceDemand(gone).answer
    assert elsewhere(here, position=gone.position) == [], "what left the register is nowhere"
    radiated = shared.ListDemandsElsewhereRequest(number=gone.number, at_least_position=gone.position)
    refused(lambda: foreigner.ListDemandsElsewhere(radiated), "DEMAND_NOT_FOUND", Code.NOT_FOUND)


def refuses_lists_that_are_none():
    """Every fault at once; another territory's lists do not exist; positions nobody was told are refused."""
    wrong = shared.ListDeadlinesRequest(
        territory="999",
        kinds=[CERTIFICATE, 99, shared.DEADLINE_KIND_UNSPECIFIED],
        due_from="2026-12-01",
        due_until="2026-11-30",
        desk="x",
        page_size=-1,
        at_least_position=-1,
    )
    refusal = refused(lambda: lessor.ListDeadlines(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {
        "territory": "UNKNOWN_CODE",
        "kinds[1]": "UNKNOWN_CODE",
        "kinds[2]": "MISSING",
        "due_until": "INCONSISTENT",
        "desk": "UNKNOWN_CODE",
        "page_size": "OUT_OF_RANGE",
        "at_least_position": "OUT_OF_RANGE",
    }, refusal.violations
    window = shared.ListDeadlinesRequest(due_from="2026-02-30", due_until="demain")
    refusal = refused(lambda: lessor.ListDeadlines(window), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"due_from": "IMPOSSIBLE_DATE", "due_until": "MALFORMED"}, refusal.violations
    wrong = shared.ListLateRadiationsRequest(territory="x", page_size=-1, at_least_position=-1)
    refusal = refused(lambda: lessor.ListLateRadiations(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert set(refusal.violations) == {"territory", "page_size", "at_least_position"}, refusal.violations
    wrong = shared.ListDemandsElsewhereRequest(number="1", at_least_position=-1)
    refusal = refused(lambda: lessor.ListDemandsElsewhere(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"number": "MALFORMED", "at_least_position": "OUT_OF_RANGE"}, refusal.violations

    lists = (
        (lambda who, **asked: who.ListDeadlines(shared.ListDeadlinesRequest(**asked))),
        (lambda who, **asked: who.ListLateRadiations(shared.ListLateRadiationsRequest(**asked))),
    )
    for list_of in lists:
        refused(lambda: list_of(lessor, territory="083"), "DEMAND_NOT_FOUND", Code.NOT_FOUND)
        refused(lambda: list_of(auditor), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
        refused(lambda: list_of(auditor, territory=TERRITORY), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
        refused(lambda: list_of(lessor, at_least_position=10**15), "POSITION_BEYOND_HEAD", Code.OUT_OF_RANGE)
        refused(lambda: list_of(lessor, page_token="17"), "INVALID_PAGE_TOKEN", Code.INVALID_ARGUMENT)
    nobody = shared.ListDemandsElsewhereRequest(number="0061126999999006A1")
    refused(lambda: lessor.ListDemandsElsewhere(nobody), "DEMAND_NOT_FOUND", Code.NOT_FOUND)


CHECKS = (
    lists_what_falls_due,
    pages_through_the_deadlines,
    lists_late_radiations,
    finds_the_person_elsewhere,
    refuses_lists_that_are_none,
)
