//! `sne export`: the open facts of the log, for who computes with them outside.

use std::io::Write as _;
use std::sync::Arc;

use event_log::{Position, RecordedEvent};
use register::SystemClock;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::args::Place;
use crate::failure::Failure;
use crate::house::House;

/// An event without what is sealed, and without who did it.
#[derive(Serialize)]
struct Line<'a> {
    position: i64,
    stream_type: &'a str,
    stream: &'a str,
    version: u32,
    event_type: &'a str,
    schema_version: u16,
    effective_on: String,
    recorded_at: String,
    territory: Option<&'a str>,
    organisation: &'a str,
    payload: &'a RawValue,
}

/// Writes the events behind a position up to another one, one JSON object a line.
pub async fn run(place: Place, after: Position, up_to: Option<Position>) -> Result<(), Failure> {
    let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written =
        house.register.export(after, up_to, |events| events.iter().try_for_each(|event| write(&mut out, event)));
    match written.await.and_then(|()| out.flush().map_err(End::Out)) {
        Ok(()) => Ok(()),
        // Who reads no further (`| head`) is no reason to fail.
        Err(End::Out(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(End::Out(error)) => Err(Failure::Local(format!("l'export ne peut pas être écrit : {error}"))),
        Err(End::Register(error)) => Err(error.into()),
    }
}

/// Why an export ends early.
enum End {
    Register(register::Error),
    Out(std::io::Error),
}

impl From<register::Error> for End {
    fn from(error: register::Error) -> Self {
        Self::Register(error)
    }
}

fn write(out: &mut impl std::io::Write, event: &RecordedEvent) -> Result<(), End> {
    let unreadable = || {
        let cause = "its payload is no JSON".to_owned();
        End::Register(register::Error::Unreadable { position: event.position.get(), cause })
    };
    let line = Line {
        position: event.position.get(),
        stream_type: event.stream_type.as_str(),
        stream: event.stream.as_str(),
        version: event.version,
        event_type: &event.event_type,
        schema_version: event.schema_version,
        effective_on: event.effective_on.to_string(),
        recorded_at: event.recorded_at.to_string(),
        territory: event.territory.as_ref().map(event_log::TerritoryCode::as_str),
        organisation: &event.organisation,
        payload: serde_json::from_str(&event.payload).map_err(|_| unreadable())?,
    };
    let mut text = serde_json::to_vec(&line).map_err(|_| unreadable())?;
    text.push(b'\n');
    out.write_all(&text).map_err(End::Out)
}
