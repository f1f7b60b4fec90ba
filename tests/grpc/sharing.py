"""SharedManagementService: one view of the active demands for everybody of a territory."""

from grpc import StatusCode as Code
from sne.v1 import demand_pb2
from sne.v1 import registration_service_pb2 as r
from sne.v1 import shared_management_service_pb2 as shared

from stage import auditor, day, foreigner, head, lessor, other_lessor, registered, registration, sample, town
from wire import refused


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
    reason, housed = form.reasons.reasons[0], form.housing.kinds[0]
    if reason not in ("06", "07", "08"):
        assert answer.number in found(reason=reason, present_dwelling=housed)
    assert answer.number in found(present_dwelling=housed) and answer.number not in found(reason="V3ND")
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
        commune="x",
        dwelling_type="T99",
        present_dwelling="",
        reason="06",
        number="1",
        name="17",
        page_size=-1,
        at_least_position=-1,
    )
    wrong.person.surname = applicant.surname
    refusal = refused(lambda: lessor.ListSharedDemands(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {
        "commune": "UNKNOWN_CODE",
        "dwelling_type": "UNKNOWN_CODE",
        "present_dwelling": "MISSING",
        "reason": "UNKNOWN_CODE",
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


CHECKS = (shares_one_view,)
