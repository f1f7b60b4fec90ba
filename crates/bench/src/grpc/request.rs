//! Invented households as requests: the same ones that the bus registers.

use demand::Registration;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use proto::v1::RegisterDemandRequest;
use serde_json::{Value, json};

use crate::failure::Failure;

/// Makes requests. A draft of the domain and a message have the same fields, so the way leads over their JSON.
pub struct Requests {
    message: MessageDescriptor,
}

impl Requests {
    /// Reads the interface's description.
    pub fn new() -> Result<Self, Failure> {
        let pool = DescriptorPool::decode(proto::DESCRIPTORS).map_err(unreadable)?;
        let message = pool.get_message_by_name("sne.v1.RegisterDemandRequest");
        Ok(Self { message: message.ok_or_else(|| unreadable("no request of a registration"))? })
    }

    /// The request; its id is still to be given.
    pub fn of(&self, registration: &Registration) -> Result<RegisterDemandRequest, Failure> {
        let mut draft = serde_json::to_value(registration).map_err(unreadable)?;
        if let Some(jobs) = draft.pointer_mut("/form/employment").map(Value::take) {
            draft["form"]["employment"] = json!({ "jobs": jobs });
        }
        let message = DynamicMessage::deserialize(self.message.clone(), draft).map_err(unreadable)?;
        message.transcode_to().map_err(unreadable)
    }
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::Answer(format!("a household is no request: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_the_same_as_a_request() {
        let requests = Requests::new().unwrap();
        for registration in synth::registrations(7).take(50) {
            let request = requests.of(&registration).unwrap();
            let (form, draft) = (request.form.unwrap(), registration.form);
            assert_eq!(request.territory, "006");
            let surname = draft.identity.unwrap().applicant.unwrap().surname;
            assert_eq!(form.identity.unwrap().applicant.unwrap().surname, surname);
            assert_eq!(form.employment.unwrap().jobs.len(), draft.employment.unwrap().len());
            let typed = draft.resources.map(|resources| resources.adults.len());
            assert_eq!(form.resources.map(|resources| resources.adults.len()), typed);
            assert_eq!(form.sought.unwrap().communes, draft.sought.unwrap().communes);
            assert!(request.identity_piece.unwrap().sha256.is_some());
        }
    }
}
