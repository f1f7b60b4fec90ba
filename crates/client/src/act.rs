//! Acts as JSON, as messages.

use serde_json::{Map, Value, json};

/// The service and method that does an act, and its message but for who and where. `None` when it is no act.
pub(crate) fn message_of(act: &Value) -> Option<(&'static str, Map<String, Value>)> {
    let (kind, content) = act.as_object()?.iter().next()?;
    let mut content = content.as_object()?.clone();
    let inside =
        |field: &str, content: Map<String, Value>| Map::from_iter([(field.to_owned(), Value::Object(content))]);
    for field in ["form", "joint_form"] {
        if let Some(form) = content.get_mut(field) {
            jobs_in_a_message(form);
        }
    }
    Some(match kind.as_str() {
        "register" => {
            rename_enum(&mut content, "forced", "FORCE_REASON_");
            ("RegistrationService/RegisterDemand", content)
        }
        "modify" => {
            let origin = content.remove("origin")?;
            let piece = origin.get("piece").and_then(|piece| piece.get("piece_id")).cloned();
            let name = if piece.is_some() { "piece" } else { origin.as_str()? };
            content.insert("origin".to_owned(), json!(format!("ORIGIN_{}", name.to_uppercase())));
            content.extend(piece.map(|id| ("piece_id".to_owned(), id)));
            ("RegistrationService/ModifyDemand", content)
        }
        "renew" => ("RegistrationService/RenewDemand", content),
        "add_piece" => {
            let deposit_id = content.remove("deposit_id");
            let mut message = inside("piece", content);
            message.extend(deposit_id.map(|id| ("deposit_id".to_owned(), id)));
            ("RegistrationService/AddPiece", message)
        }
        "attribute" => ("RegistrationService/RecordAttribution", inside("attribution", content)),
        "refuse_attribution" => ("RegistrationService/RefuseAttribution", content),
        "lapse_attribution" => ("RegistrationService/LapseAttribution", content),
        "sign_lease" => {
            let form = content.remove("form");
            let mut message = inside("lease", content);
            message.extend(form.map(|form| ("form".to_owned(), form)));
            ("RegistrationService/SignLease", message)
        }
        "renounce" => {
            rename_enum(&mut content, "written_act", "WRITTEN_ACT_");
            ("RegistrationService/RenounceDemand", inside("renunciation", content))
        }
        "list_notice" => ("FollowUpService/ListRenewalNotice", content),
        "record_notice_sent" => {
            rename_enum(&mut content, "channel", "NOTICE_CHANNEL_");
            ("FollowUpService/RecordNoticeSent", inside("notice", content))
        }
        "record_notice_returned" => ("FollowUpService/RecordNoticeReturned", content),
        "radiate_not_renewed" => ("FollowUpService/RadiateNotRenewed", content),
        "record_warning" => {
            rename_enum(&mut content, "kind", "WARNING_KIND_");
            rename_enum(&mut content, "proof", "DELIVERY_PROOF_");
            ("FollowUpService/RecordWarning", inside("warning", content))
        }
        "record_answer" => ("FollowUpService/RecordAnswer", content),
        "radiate_no_answer" => ("FollowUpService/RadiateNoAnswer", content),
        "record_inadmissibility" => ("FollowUpService/RecordInadmissibility", inside("inadmissibility", content)),
        "radiate_inadmissible" => ("FollowUpService/RadiateInadmissible", content),
        "reinstate" => ("FollowUpService/ReinstateDemand", content),
        "issue_certificate" => {
            rename_enum(&mut content, "channel", "CERTIFICATE_CHANNEL_");
            ("FollowUpService/IssueCertificate", inside("certificate", content))
        }
        "report_lease" => ("FollowUpService/ReportLease", inside("lease", content)),
        "withdraw_lease_report" => ("FollowUpService/WithdrawLeaseReport", content),
        "deposit_piece" => ("FollowUpService/DepositPiece", inside("deposit", content)),
        "set_deposit_aside" => {
            rename_enum(&mut content, "reason", "SET_ASIDE_REASON_");
            ("FollowUpService/SetDepositAside", content)
        }
        "seise_dalo" => ("DaloService/RecordDaloSeisin", inside("seisin", content)),
        "decide_dalo" => {
            rename_enum(&mut content, "decision", "DALO_DECISION_");
            ("DaloService/RecordDaloDecision", inside("decision", content))
        }
        "rehouse_dalo" => ("DaloService/RecordDaloRehousing", content),
        "end_dalo" => ("DaloService/EndDalo", content),
        "drop_co_applicant" => {
            rename_enum(&mut content, "ground", "DROP_GROUND_");
            let form = content.remove("form");
            let mut message = inside("drop", content);
            message.extend(form.map(|form| ("form".to_owned(), form)));
            ("SeparationService/DropCoApplicant", message)
        }
        "separate" => {
            rename_enum(&mut content, "ground", "SEPARATION_GROUND_");
            rename_enum(&mut content, "forced", "FORCE_REASON_");
            let said = ["co_applicant", "ground", "warned_on"];
            let said = said.iter().filter_map(|field| Some(((*field).to_owned(), content.remove(*field)?))).collect();
            content.extend(inside("separation", said));
            ("SeparationService/SeparateDemand", content)
        }
        _ => return None,
    })
}

/// A list of jobs is a message of its own in the interface, so that an empty one can be told from none.
fn jobs_in_a_message(form: &mut Value) {
    if let Some(jobs) = form.get_mut("employment").filter(|jobs| jobs.is_array()) {
        *jobs = json!({"jobs": jobs.take()});
    }
}

fn rename_enum(content: &mut Map<String, Value>, field: &str, prefix: &str) {
    if let Some(Value::String(name)) = content.get_mut(field) {
        name.insert_str(0, prefix);
    }
}
