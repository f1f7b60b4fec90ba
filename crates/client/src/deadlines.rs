//! The lists of the shared view, walked to their end.

use nomenclature::{Actor, UniqueNumber};
use proto::v1;
use serde_json::{Value, json};

use crate::client::Client;
use crate::refused::Refused;

/// A list with the position that its last page is for: what came or left while it was walked may be told or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// The position.
    pub position: i64,
}

impl Client {
    /// What falls due in the territory of an actor; `filters` are those of the message, as JSON, and hold no page token.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn deadlines(&self, actor: Actor, filters: &Value) -> Result<Listed<v1::Deadline>, Refused> {
        let (mut rows, mut asked) = (Vec::new(), filters.clone());
        loop {
            let page: v1::ListDeadlinesResponse =
                self.call(actor, "SharedManagementService/ListDeadlines", &asked).await?;
            rows.extend(page.deadlines);
            if page.next_page_token.is_empty() {
                return Ok(Listed { rows, position: page.position });
            }
            asked["page_token"] = json!(page.next_page_token);
        }
    }

    /// The late radiations of the territory of an actor; `filters` as of [`Self::deadlines`].
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn late_radiations(&self, actor: Actor, filters: &Value) -> Result<Listed<v1::LateRadiation>, Refused> {
        let (mut rows, mut asked) = (Vec::new(), filters.clone());
        loop {
            let page: v1::ListLateRadiationsResponse =
                self.call(actor, "SharedManagementService/ListLateRadiations", &asked).await?;
            rows.extend(page.late_radiations);
            if page.next_page_token.is_empty() {
                return Ok(Listed { rows, position: page.position });
            }
            asked["page_token"] = json!(page.next_page_token);
        }
    }

    /// The active demands that the applicant of a demand has in other territories, as of a position at least.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn elsewhere(
        &self,
        actor: Actor,
        number: UniqueNumber,
        at_least: i64,
    ) -> Result<Listed<v1::DemandElsewhere>, Refused> {
        let asked = json!({"number": number.to_string(), "at_least_position": at_least});
        let found: v1::ListDemandsElsewhereResponse =
            self.call(actor, "SharedManagementService/ListDemandsElsewhere", &asked).await?;
        Ok(Listed { rows: found.demands, position: found.position })
    }
}
