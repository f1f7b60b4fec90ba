"""The delays of a territory, decided over the network by whoever keeps its renewals, and gone by at once."""

from grpc import StatusCode as Code
from sne.v1 import command_service_pb2 as command
from sne.v1 import registration_service_pb2 as r
from sne.v1 import territory_service_pb2 as t

from stage import TERRITORY, auditor, day, foreigner, head, lessor, registered, state, town
from wire import new_id, refused

WINDOW = "renewal_window_months"


def settings(who=town, on=None):
    answer = who.GetSettings(t.GetSettingsRequest(day=on))
    return answer, {setting.name: setting for setting in answer.settings}


def change(value, valid_from, name=WINDOW, **more):
    return t.ChangeSettingRequest(request_id=new_id(), name=name, value=value, valid_from=valid_from, **more)


def decides_its_delays():
    """A window that opens two months before the expiry bars an early renewal from this very call on, until it is widened."""
    sheet, before = settings()
    assert sheet.territory == TERRITORY and sheet.day == day(0) and sheet.etag == "" and not sheet.history
    assert before[WINDOW].value == 12 and before[WINDOW].standing == t.STANDING_PROVISIONAL
    assert before["notice_months"].standing == t.STANDING_TEXT and before["notice_months"].source == "R441-2-7"

    narrow = change(2, day(0), note="comité de pilotage du 12/11")
    refused(lambda: town.ChangeSetting(narrow), "NOT_THE_MANAGER", Code.PERMISSION_DENIED)
    refused(lambda: auditor.ChangeSetting(narrow), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)
    answer = state.ChangeSetting(narrow).answer
    assert (answer.territory, answer.etag, answer.effective_on) == (TERRITORY, "v1", day(0))
    assert state.ChangeSetting(narrow).answer == answer, "the same request gives the same answer"
    outcome = state.GetOutcome(command.GetOutcomeRequest(request_id=narrow.request_id))
    assert outcome.territory_committed == answer
    other = t.ChangeSettingRequest.FromString(narrow.SerializeToString())
    other.value = 3
    refused(lambda: state.ChangeSetting(other), "COMMAND_ID_REUSED", Code.FAILED_PRECONDITION)

    _, demand = registered(filed=20)
    early = r.RenewDemandRequest(**head(demand))
    refusal = refused(lambda: lessor.RenewDemand(early), "RENEWAL_TOO_EARLY", Code.FAILED_PRECONDITION)
    assert "trop tôt" in refusal.french
    refused(lambda: state.ChangeSetting(change(2, day(-30))), "SETTING_UNCHANGED", Code.FAILED_PRECONDITION)

    stale = change(12, day(0), etag="v9")
    refusal = refused(lambda: state.ChangeSetting(stale), "VERSION_CONFLICT", Code.ABORTED)
    assert refusal.variables["current_etag"] == "v1"
    widened = state.ChangeSetting(change(12, day(0), etag="v1")).answer
    assert widened.etag == "v2"
    assert lessor.RenewDemand(early).answer.number == demand.number, "what was refused is decided anew"

    # A plan is shown on the day that it is for, and can be withdrawn until then.
    state.ChangeSetting(change(3, day(-40)))
    assert settings()[1][WINDOW].value == 12
    assert [(plan.valid_from, plan.value) for plan in settings()[1][WINDOW].planned] == [(day(-40), 3)]
    assert settings(lessor, day(-39))[1][WINDOW].value == 12 and settings(lessor, day(-40))[1][WINDOW].value == 3
    withdrawal = t.WithdrawSettingRequest(request_id=new_id(), name=WINDOW, valid_from=day(-40))
    state.WithdrawSetting(withdrawal)
    again = t.WithdrawSettingRequest(request_id=new_id(), name=WINDOW, valid_from=day(-40))
    refused(lambda: state.WithdrawSetting(again), "NOTHING_SET", Code.FAILED_PRECONDITION)

    sheet, after = settings(lessor)
    assert after[WINDOW].standing == t.STANDING_DECIDED and after[WINDOW].since == day(0)
    told = [change.WhichOneof("decision") for change in sheet.history]
    assert told == ["setting_changed", "setting_changed", "setting_changed", "setting_withdrawn"]
    first, second = sheet.history[0], sheet.history[1]
    assert first.author == "000005165/006P1/client-01" and first.setting_changed.note == "comité de pilotage du 12/11"
    assert second.setting_changed.replaced == 2 and not first.setting_changed.HasField("replaced")
    assert first.position == answer.position and sheet.etag == "v4"
    elsewhere, _ = settings(foreigner)
    assert elsewhere.territory != TERRITORY and not elsewhere.history, "another territory has its own"
    refused(lambda: auditor.GetSettings(t.GetSettingsRequest()), "NOT_A_REGISTERING_SERVICE", Code.PERMISSION_DENIED)


def refuses_delays_that_are_none():
    nothing = t.ChangeSettingRequest(request_id="17", etag="new")
    refusal = refused(lambda: state.ChangeSetting(nothing), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {
        "request_id": "MALFORMED",
        "etag": "MALFORMED",
        "name": "MISSING",
        "value": "MISSING",
        "valid_from": "MISSING",
    }, refusal.violations
    refused(lambda: town.ChangeSetting(nothing), "NOT_THE_MANAGER", Code.PERMISSION_DENIED)

    def violations(request):
        return refused(lambda: state.ChangeSetting(request), "INVALID_FORM", Code.INVALID_ARGUMENT).violations

    assert violations(change(0, day(1), "no_answer_months")) == {"value": "OUT_OF_RANGE", "valid_from": "TOO_EARLY"}
    assert violations(change(12, day(-1), "not_renewed_reinstatement_months")) == {"value": "OUT_OF_RANGE"}
    assert violations(change(1, day(-1), "validity_months")) == {"name": "UNKNOWN_CODE"}
    assert violations(change(3, day(-1), "notice_months")) == {"value": "INCONSISTENT"}
    assert violations(change(2, day(-1), note="m.dupont@example.org")) == {"note": "FORBIDDEN_CHARACTER"}
    wrong = t.GetSettingsRequest(day="2026-02-30")
    refusal = refused(lambda: town.GetSettings(wrong), "INVALID_FORM", Code.INVALID_ARGUMENT)
    assert refusal.violations == {"day": "IMPOSSIBLE_DATE"}


def waits_abnormally_long():
    """The prefect's delay for a commune and a type goes before that of the territory; a renewal does not set the clock anew."""
    _, answer = registered(filed=31)

    def wait():
        shown = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand
        return shown.abnormal_wait if shown.HasField("abnormal_wait") else None

    assert wait() is None, "no national delay exists"
    sought = lessor.GetDemand(r.GetDemandRequest(number=answer.number)).demand.form.sought
    place = {"commune": sought.communes[0], "dwelling_type": sought.dwelling_types[0]}

    def decree(months, **where):
        return t.SetAbnormalDelayRequest(
            request_id=new_id(), months=months, valid_from=day(0), reference="arrêté n° 2026-114", **where
        )

    refused(lambda: lessor.SetAbnormalDelay(decree(1)), "NOT_THE_MANAGER", Code.PERMISSION_DENIED)
    state.SetAbnormalDelay(decree(36))
    general = wait()
    assert not general.reached and general.computed_on == day(0)
    for kind in sought.dwelling_types:
        for commune in sought.communes:
            last = state.SetAbnormalDelay(decree(1, commune=commune, dwelling_type=kind)).answer
    reached = wait()
    assert reached.reached and getattr(reached, "from") <= day(0) < getattr(general, "from")
    renewed = lessor.RenewDemand(r.RenewDemandRequest(**head(answer))).answer
    assert wait() == reached, "the clock runs from the reception"

    sheet = town.GetSettings(t.GetSettingsRequest())
    assert sheet.etag == last.etag and sheet.abnormal_delays[0].months == 36
    assert sheet.history[-1].abnormal_delay.reference == "arrêté n° 2026-114"
    for kind in sought.dwelling_types:
        for commune in sought.communes:
            ends = t.EndAbnormalDelayRequest(
                request_id=new_id(), valid_from=day(0), reference="arrêté n° 2026-115", commune=commune, dwelling_type=kind
            )
            state.EndAbnormalDelay(ends)
    assert wait() == general, "without the more specific rows the general one counts"
    ends = t.EndAbnormalDelayRequest(request_id=new_id(), valid_from=day(0), reference="arrêté n° 2026-115", **place)
    refused(lambda: state.EndAbnormalDelay(ends), "NOTHING_SET", Code.FAILED_PRECONDITION)
    refusal = refused(
        lambda: state.SetAbnormalDelay(t.SetAbnormalDelayRequest(commune="83137", dwelling_type="T9")),
        "INVALID_FORM",
        Code.INVALID_ARGUMENT,
    )
    assert refusal.violations == {
        "request_id": "MISSING",
        "commune": "OUTSIDE_TERRITORY",
        "dwelling_type": "UNKNOWN_CODE",
        "months": "MISSING",
        "valid_from": "MISSING",
        "reference": "MISSING",
    }, refusal.violations
    leaves = r.RenounceDemandRequest(
        **head(renewed), renunciation=r.Renunciation(written_on=day(0), written_act=r.WRITTEN_ACT_LETTER)
    )
    town.RenounceDemand(leaves)
    assert wait() is None, "who is out of the register waits no longer"


CHECKS = (decides_its_delays, refuses_delays_that_are_none, waits_abnormally_long)
