//! What reads bytes of strangers before anything else of the server does: for the fuzz targets, and for nobody else.

use jiff::civil::Date;
use prost::Message as _;
use proto::v1;
use tonic::Status;

use crate::convert::infocentre;
use crate::reason::Reason;

pub use crate::convert::act::Read;
pub use crate::convert::requests::{FromBytes, REQUESTS};
pub use crate::page_token::{Asked, Place, read, write};
pub use crate::status::Refusal;

/// A question to the infocentre: what is not one is refused.
pub type Question = fn(&[u8], Date) -> Result<(), Refusal>;

/// Every question to the infocentre by the name of its request.
pub const QUESTIONS: &[(&str, Question)] = &[
    ("GetSeriesRequest", |bytes, today| {
        infocentre::series(v1::GetSeriesRequest::decode(bytes).map_err(|_| Reason::MalformedMessage)?, today).map(drop)
    }),
    ("GetTableRequest", |bytes, today| {
        infocentre::table(v1::GetTableRequest::decode(bytes).map_err(|_| Reason::MalformedMessage)?, today).map(drop)
    }),
    ("CompareFiguresRequest", |bytes, today| {
        let message = v1::CompareFiguresRequest::decode(bytes).map_err(|_| Reason::MalformedMessage)?;
        infocentre::comparison(message, today).map(drop)
    }),
];

/// The status of a request with faults.
pub fn told(found: Vec<demand::Violation>) -> Status {
    Refusal::invalid(found).into()
}
