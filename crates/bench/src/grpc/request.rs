//! Invented households as requests: the same ones that the bus registers.

use client::Interface;
use demand::Registration;
use proto::v1::RegisterDemandRequest;
use serde_json::{Map, json};

use crate::failure::Failure;

/// Makes requests.
pub struct Requests(Interface);

impl Requests {
    /// Reads the interface's description.
    pub fn new() -> Result<Self, Failure> {
        Interface::new().map(Self).map_err(unreadable)
    }

    /// The request; its id is still to be given.
    pub fn of(&self, registration: &Registration) -> Result<RegisterDemandRequest, Failure> {
        let call = self.0.act(&json!({ "register": registration }), Map::new()).map_err(unreadable)?;
        call.message.transcode_to().map_err(unreadable)
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
