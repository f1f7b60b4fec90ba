//! A list of renewal notices, opened for whoever mails them: who is written to, where, and what the notice has to say
//! (R441-2-7, INV-16, INV-17).
//!
//! A line tells the demand as it was when the notice was listed, so a list is the same bytes whenever it is written anew.

use std::path::Path;

use access::{Authorized, Profile, Purpose, ReadNotices, permit};
use cqrs_es::Aggregate as _;
use demand::form::contact::{Address, Place};
use demand::form::identity::{Identity, Person};
use demand::notice::NoticeChannel;
use demand::{ActiveDemand, Demand, Settings, deadlines};
use event_log::RecordedEvent;
use jiff::civil::Date;
use nomenclature::{Actor, Territory, UniqueNumber, commune};
use serde::Serialize;

use super::file::{ListFile, NoticeFile};
use super::port::ListedNotice;
use super::report::Failed;
use super::{DailyRun, PAGE, Phase, Progress};
use crate::Error;
use crate::consultation::{Look, LookKind};
use crate::register::Register;
use crate::stream::{self, Opening};

/// One notice to send. The names of the columns are those of the documented file.
#[derive(Serialize)]
pub(super) struct Line {
    numero_unique: UniqueNumber,
    inscrit_le: Date,
    fin_de_validite: Date,
    radiation_a_partir_du: Date,
    voie: NoticeChannel,
    destinataire: String,
    adresse_2: String,
    adresse_3: String,
    adresse_4: String,
    adresse_5: String,
    code_postal: String,
    commune: String,
    pays: String,
    courriel: String,
}

impl Register {
    /// Writes one list: its consultation is recorded page by page, before the page is in any file. A demand that cannot be read
    /// is left out and told.
    pub(super) async fn write_list(
        &self,
        run: &DailyRun<'_>,
        (territory, listed_on): (Territory, Date),
        failed: &mut Vec<Failed>,
    ) -> Result<Vec<NoticeFile>, Error> {
        let read = permit(Profile::Operator, ReadNotices(territory))?;
        // Those of the day of the list, for notices that do not say what they announce.
        let settings = self.parts.settings.in_force(territory, listed_on).await?;
        let mut file = ListFile::begin(run.notices, territory, listed_on)?;
        let mut after: Option<UniqueNumber> = None;
        loop {
            let page = run.list.listed(territory, listed_on, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.number);
            let look = Look {
                territory: Some(territory),
                shown: page.iter().map(|notice| (notice.number, notice.version)).collect(),
                ..Look::of(LookKind::Notices, Purpose::Administration)
            };
            self.record(&Actor::Operator, look).await?;
            for (notice, line) in page.iter().zip(self.lines(&read, &page, &settings).await?) {
                match line {
                    Ok(Some(line)) => file.write(&line)?,
                    Ok(None) => file.leave_out(),
                    Err(error) => {
                        failed.push(Failed::of(notice.number, &error));
                        file.leave_out();
                    }
                }
            }
            (run.progress)(Progress { phase: Phase::Writing, territory, done: file.written() });
        }
        file.end()
    }

    /// The lines of some notices; none where the demand's personal data is erased. A demand that cannot be read keeps no other
    /// from being written to.
    async fn lines(
        &self,
        read: &Authorized<ReadNotices>,
        notices: &[ListedNotice],
        settings: &Settings,
    ) -> Result<Vec<Result<Option<Line>, Error>>, Error> {
        let streams: Vec<_> =
            notices.iter().map(|notice| stream::stream_of(notice.number)).collect::<Result<_, _>>()?;
        let histories = self.parts.reader.read_streams(&streams).await?;
        let keys = stream::keys_of(&self.parts.vault, histories.iter().flatten().flatten()).await?;
        let line = |(notice, history): (&ListedNotice, Result<Vec<RecordedEvent>, event_log::Error>)| {
            if notice.number.territory() != read.what().0 {
                return Err(Error::NotFound);
            }
            let mut demand = Demand::default();
            for event in history?.iter().take_while(|event| event.version <= notice.version) {
                demand.apply(stream::decode(event, &keys, Opening::Opened)?);
            }
            Ok(demand.content().and_then(|content| Line::of(notice, content, settings)))
        };
        Ok(notices.iter().zip(histories).map(line).collect())
    }
}

impl Line {
    /// The same, for programs that take a cell for a formula which begins like one: what the applicant typed gets an apostrophe
    /// before it then. The JSON file has it as it was typed.
    pub(super) fn for_a_spreadsheet(&self) -> Self {
        let plain = |text: &String| match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
            _ => text.clone(),
        };
        Self {
            destinataire: plain(&self.destinataire),
            adresse_2: plain(&self.adresse_2),
            adresse_3: plain(&self.adresse_3),
            adresse_4: plain(&self.adresse_4),
            adresse_5: plain(&self.adresse_5),
            code_postal: plain(&self.code_postal),
            commune: plain(&self.commune),
            pays: plain(&self.pays),
            courriel: plain(&self.courriel),
            ..*self
        }
    }

    fn of(notice: &ListedNotice, demand: &ActiveDemand, settings: &Settings) -> Option<Self> {
        let rubrics = demand.rubrics.clear()?;
        let announced = demand.notice.and_then(|notice| notice.radiation_from);
        let (identity, contact) = rubrics.identity.as_ref().zip(rubrics.contact.as_ref())?;
        let address = &contact.postal_address;
        let (code_postal, commune, pays) = town(&address.place);
        Some(Self {
            numero_unique: notice.number,
            inscrit_le: notice.listed_on,
            fin_de_validite: notice.expires_on,
            radiation_a_partir_du: announced
                .unwrap_or_else(|| deadlines::not_renewed_from(notice.expires_on, Some(notice.listed_on), settings)),
            voie: notice.due_by,
            destinataire: addressee(identity),
            adresse_2: inside(address),
            adresse_3: words([&labelled("bât.", &address.building), &text(&address.complement)]),
            adresse_4: words([&text(&address.number), address.street.as_str()]),
            adresse_5: text(&address.locality),
            code_postal,
            commune,
            pays,
            courriel: text(&contact.email),
        })
    }
}

/// Whom the letter names: the applicant, or the association.
fn addressee(identity: &Identity) -> String {
    match identity {
        Identity::Association(association) => association.name.as_str().to_owned(),
        Identity::Household(household) => {
            let Person { civility, given_names, surname, .. } = &household.applicant;
            words([civility.map_or("", |civility| civility.label()), given_names.as_str(), surname.as_str()])
        }
    }
}

/// Within the building: host, staircase, floor, flat.
fn inside(address: &Address) -> String {
    let parts = [
        labelled("chez", &address.host),
        labelled("esc.", &address.staircase),
        labelled("ét.", &address.floor),
        labelled("appt", &address.apartment),
    ];
    words(parts.each_ref().map(String::as_str))
}

fn town(place: &Place) -> (String, String, String) {
    match place {
        Place::France { postal_code, commune: code } => {
            let name = commune(*code).map_or_else(|| code.to_string(), |commune| commune.name.to_owned());
            (postal_code.to_string(), name, String::new())
        }
        Place::Abroad { postal_code, town, country } => {
            (text(postal_code), town.as_str().to_owned(), country.as_str().to_owned())
        }
    }
}

fn text<const N: usize>(text: &Option<demand::form::text::Text<N>>) -> String {
    text.as_ref().map_or_else(String::new, |text| text.as_str().to_owned())
}

fn labelled<const N: usize>(label: &str, value: &Option<demand::form::text::Text<N>>) -> String {
    value.as_ref().map_or_else(String::new, |value| format!("{label} {}", value.as_str()))
}

/// Those that say something, with a space between them.
fn words<const N: usize>(words: [&str; N]) -> String {
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The name of a list's files, without their endings.
pub(super) fn name(territory: Territory, listed_on: Date) -> String {
    format!("preavis-{territory}-{listed_on}")
}

/// The territory and day of a file of that name, with or without its ending.
pub(super) fn parse_name(path: &Path) -> Option<(Territory, Date)> {
    let (territory, day) = path.file_stem()?.to_str()?.strip_prefix("preavis-")?.split_once('-')?;
    Some((Territory::parse(territory).ok()?, day.parse().ok()?))
}
