"""The rest of the form over the network: handicap, custody, the place of work. What was told comes back as it was given."""

from grpc import StatusCode as Code
from sne.v1 import form_pb2
from sne.v1 import registration_service_pb2 as r

from stage import head, lessor, registration, sample, town
from wire import refused


def comes_back_as_given():
    form, piece = next(pair for pair in sample if any(child.kinship == "E" for child in pair[0].identity.dependants))
    child = next(child for child in form.identity.dependants if child.kinship == "E")
    child.custody = "G"
    del form.employment.jobs[:]
    workplace = form_pb2.Workplace(postal_code="06300", commune="06088")
    form.employment.jobs.append(form_pb2.Job(adult=0, contract="CDI", workplace=workplace))
    person = form_pb2.PersonHandicap(birth_date=child.birth_date, recognised=True, state="STA", walking="2", aids=["4"], equipment=["3", "4"])
    person.referent.name, person.referent.phone = "Mme Référente", "0493000000"
    form.handicap.persons.append(person)
    answer = town.RegisterDemand(registration(form, piece)).answer
    held = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand.form
    assert held.handicap == form.handicap and held.employment == form.employment and held.identity == form.identity

    wishes = r.ModifyDemandRequest(**head(answer), origin=r.ORIGIN_APPLICANT)
    wishes.form.sought.CopyFrom(form.sought)
    answer = town.ModifyDemand(wishes).answer
    held = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand.form
    assert held.handicap == form.handicap, "wishes leave the needs alone"
    wrong = r.ModifyDemandRequest(**head(answer), origin=r.ORIGIN_APPLICANT)
    wrong.form.handicap.persons.append(form_pb2.PersonHandicap(birth_date="1901-01-01", motor=["X"]))
    wrong.form.employment.jobs.append(form_pb2.Job(contract="CDI", workplace=form_pb2.Workplace(commune="06088")))
    refusal = refused(lambda: town.ModifyDemand(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {
        "form.handicap.persons[0].motor[0]": "UNKNOWN_CODE",
        "form.employment.jobs[0].workplace.postal_code": "MISSING",
    }, refusal.violations


CHECKS = (comes_back_as_given,)
