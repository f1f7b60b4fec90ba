//! What happens so many times a year: people file, commissions decide, demands are removed, couples part.

use demand::attribution::AttributionDraft;
use demand::commission::InadmissibilityDraft;
use demand::lease_report::LeaseReportDraft;
use demand::pieces::PieceDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::rupture::SeparationGround;
use demand::separation::SeparationDraft;
use demand::warning::{DeliveryProof, WarningDraft, WarningKind};
use demand::{Act, Settings, deadlines};
use jiff::civil::Date;
use nomenclature::{Channel, CoApplicantLink, CommuneCode, InadmissibilityGround, PieceType, commune};

use super::agenda::Plan;
use super::chances::{OUTCOMES, Outcome, REMOVALS, Removal, TELLINGS, Telling, class_of};
use super::days::TerritoryDays;
use super::figures::Figures;
use super::opening::Coming;
use super::spread::Subject;
use super::stock::Live;
use super::who::{Origin, Turn, Who, link_of, persons};
use crate::cast::Player;
use crate::day::{after, between, is_closed, open_day};
use crate::dice::{Dice, Purpose};
use crate::file::File;
use crate::lease::{lease, rpls};
use crate::piece;

/// A demand is looked for at most so often in a day, for each that is wanted.
const MOST_LOOKS: u32 = 1_500;

impl TerritoryDays {
    /// What happens on a day, beside what was planned.
    pub(crate) fn happen(&mut self, day: Date) {
        for _ in 0..self.flows.filings.on(day) {
            let household = self.number();
            // A handful of associations: chance would thin them out.
            let origin = if self.associations.live < self.associations.wanted {
                Origin::Association
            } else if household % 151 == 20 {
                Origin::Alone
            } else {
                Origin::Plain
            };
            self.associations.live += u32::from(matches!(origin, Origin::Association));
            self.coming.insert(household, Coming { origin, filed_on: None, stay: None });
            self.agenda.add(day, household, Plan::Filing);
        }
        let ordinal = u64::try_from(between(Date::constant(2000, 1, 1), day)).unwrap_or(0);
        let mut dice = self.dice(Purpose::TerritoryDay, ordinal);
        for _ in 0..self.flows.commissions.on(day) {
            self.decide(day, &mut dice);
        }
        for _ in 0..self.flows.removals.on(day) {
            self.begin_removal(day, &mut dice);
        }
        for _ in 0..self.flows.separations.on(day) {
            self.separate(day, &mut dice);
        }
    }

    /// One of the demands that nobody is busy with.
    fn look(&self, dice: &mut Dice, fits: impl Fn(&Self, &Live) -> bool) -> Option<u32> {
        let count = u32::try_from(self.stock.len()).unwrap_or(u32::MAX);
        let drawn = (0..MOST_LOOKS.min(count * 8)).map(|_| self.stock.at(dice.below(count) as usize));
        let free = |live: &&Live| !live.busy && live.past.is_none();
        drawn.filter(free).find(|live| fits(self, live)).map(|live| live.who.household)
    }

    fn lessor(&self, lessor: u8) -> &Player {
        &self.households.scene.cast.lessors[usize::from(lessor)]
    }

    fn at_lessor(&self, lessor: u8, dice: &mut Dice) -> (nomenclature::Actor, Channel) {
        (self.lessor(lessor).agent(dice), Channel::Desk)
    }

    /// A commission decides on a dwelling.
    fn decide(&mut self, day: Date, dice: &mut Dice) {
        let part = self.next_part();
        let age = self.next_deal(Subject::Age);
        let age = self.households.dealer.deal(Subject::Age, age, &self.ages);
        let ready = |live: &Live| {
            let lasting = after(day, 62) <= live.expires_on() && after(live.valid_from, 5) <= day;
            lasting && between(live.who.drawn_on, day) >= 60
        };
        let old = |live: &Live| class_of(between(live.filed_on, day)) == Some(age);
        let here = |days: &Self, live: &Live| part.is_none_or(|part| days.seeks_in(live, part));
        let found = self
            .look(dice, |days, live| ready(live) && old(live) && here(days, live))
            // Of a small territory, there may be nobody like that.
            .or_else(|| self.look(dice, |days, live| ready(live) && here(days, live)))
            .or_else(|| self.look(dice, |_, live| ready(live)));
        let Some(household) = found else { return };
        let lessor = dice.below(u32::try_from(self.households.scene.cast.lessors.len()).unwrap_or(1)) as u8;
        let outcome = self.next_deal(Subject::Outcome);
        let outcome = self.households.dealer.deal(Subject::Outcome, outcome, OUTCOMES);
        let mut dice = self.chance(household);
        let told = outcome != Outcome::Signed || !dice.percent(8);
        if told {
            let decided_on = after(day, -dice.between(0, 4));
            let rpls = dice.percent(70).then(|| rpls(&mut dice));
            let by = self.at_lessor(lessor, &mut dice);
            let draft = AttributionDraft { decided_on: Some(decided_on.to_string()), rpls };
            self.tell((day, household), by, Act::Attribute(draft));
        }
        match outcome {
            Outcome::Refused => {
                let on = open_day(after(day, dice.between(4, 10)));
                self.agenda.add(on, household, Plan::Refusal { lessor });
            }
            Outcome::Lapsed => {
                let on = open_day(after(day, dice.between(12, 30)));
                self.agenda.add(on, household, Plan::Lapse { lessor });
            }
            Outcome::Signed => self.sign_later(day, household, lessor, told, &mut dice),
        }
        if let Some(live) = self.stock.get_mut(household) {
            live.busy = true;
        }
    }

    fn sign_later(&mut self, day: Date, household: u32, lessor: u8, told: bool, dice: &mut Dice) {
        let signed_on = open_day(after(day, dice.between(15, 45)));
        let telling = self.next_deal(Subject::Delay);
        let telling = self.households.dealer.deal(Subject::Delay, telling, TELLINGS);
        let (delay, reported) = match telling {
            Telling::Promptly => (dice.between(0, 5), false),
            Telling::Late => (dice.between(24, 70), false),
            Telling::LateAndReported => (dice.between(30, 90), true),
            Telling::Forgotten => (dice.between(100, 260), true),
        };
        let told_on = open_day(after(signed_on, delay));
        let Some(live) = self.stock.get_mut(household) else { return };
        // Nobody is radiated for non-renewal while a lessor forgets to tell: somebody else reports it, or he remembers.
        let reported = reported || told_on > live.expires_on();
        let told_on = if told { told_on } else { open_day(after(signed_on, 3)) };
        live.signed_on = Some(signed_on);
        if reported && told {
            let on = open_day(after(signed_on, dice.between(2, 6)));
            self.agenda.add(on, household, Plan::LeaseReport { lessor });
        }
        self.agenda.add(told_on, household, Plan::Lease { lessor });
    }

    /// The part of the territory that the next dwelling lies in, where attributions are published for parts.
    fn next_part(&mut self) -> Option<usize> {
        let parts = Figures::parts(self.households.dealer.territory);
        if parts.is_empty() {
            return None;
        }
        let shares: Vec<_> = parts.iter().map(|part| part.attributions).enumerate().collect();
        let index = self.next_deal(Subject::Part);
        Some(self.households.dealer.deal(Subject::Part, index, &shares))
    }

    /// Whether the household seeks there first.
    fn seeks_in(&self, live: &Live, wanted: usize) -> bool {
        let parts = Figures::parts(self.households.dealer.territory);
        let first = first_choice(&self.households.file(&live.who)).and_then(commune);
        first.and_then(|commune| parts.iter().position(|part| (part.holds)(commune))) == Some(wanted)
    }

    /// A demand is removed for another motive than non-renewal.
    fn begin_removal(&mut self, day: Date, dice: &mut Dice) {
        let index = self.next_deal(Subject::Removal);
        let removal = self.households.dealer.deal(Subject::Removal, index, REMOVALS);
        let lasting = match removal {
            Removal::Renunciation => 5,
            Removal::NoAnswer => 125,
            Removal::Inadmissible => 90,
        };
        let found = self.look(dice, |_, live| {
            let removable = removal == Removal::Renunciation || !matches!(live.who.origin, Origin::Association);
            removable
                && after(live.valid_from, 5) <= day
                && between(live.who.drawn_on, day) >= 60
                && after(day, lasting) <= live.expires_on()
        });
        let Some(household) = found else { return };
        let mut dice = self.chance(household);
        let lessor = dice.below(u32::try_from(self.households.scene.cast.lessors.len()).unwrap_or(1)) as u8;
        let by = self.at_lessor(lessor, &mut dice);
        match removal {
            Removal::Renunciation => {
                let online = dice.percent(55);
                let channel = if online { Channel::Online } else { Channel::Desk };
                let (actor, channel) = self.households.scene.cast.by_on(&mut dice, channel, day);
                let (act, days) = match channel {
                    Channel::Online => (WrittenAct::Portal, 0),
                    Channel::Desk => (WrittenAct::Letter, dice.between(1, 9)),
                };
                let written_on = Some(after(day, -days).to_string());
                let draft = RenunciationDraft { written_on, written_act: Some(act) };
                self.tell((day, household), (actor, channel), Act::Renounce(draft));
                self.leave(household);
            }
            Removal::NoAnswer => {
                let letter_sent_on = after(day, -dice.between(20, 40));
                let warned = warning(WarningKind::NoAnswer, Some(letter_sent_on), day, household);
                self.tell((day, household), by, Act::RecordWarning(warned));
                let from = deadlines::no_answer_from(day, &Settings::default());
                let on = open_day(after(from, dice.between(0, 9)));
                self.agenda.add(on, household, Plan::NoAnswer { lessor });
                self.be_busy(household);
            }
            Removal::Inadmissible => {
                let decided_on = after(day, -dice.between(0, 4));
                let ground = match dice.percent(40) {
                    true => InadmissibilityGround::IrregularStay,
                    false => InadmissibilityGround::ResourcesAboveCeiling,
                };
                let draft = InadmissibilityDraft {
                    decided_on: Some(decided_on.to_string()),
                    ground: Some(ground.code().to_owned()),
                };
                self.tell((day, household), by, Act::RecordInadmissibility(draft));
                let warned_on = open_day(after(day, dice.between(1, 8)));
                self.agenda.add(warned_on, household, Plan::InadmissibleWarning { lessor });
                self.be_busy(household);
            }
        }
    }

    fn be_busy(&mut self, household: u32) {
        if let Some(live) = self.stock.get_mut(household) {
            live.busy = true;
        }
    }

    /// The next step of what somebody is busy with.
    pub(crate) fn go_on(&mut self, day: Date, household: u32, plan: Plan) {
        let mut dice = self.chance(household);
        let at = (day, household);
        match plan {
            Plan::Refusal { lessor } => {
                let by = self.at_lessor(lessor, &mut dice);
                self.tell(at, by, Act::RefuseAttribution { refused_on: day.to_string() });
                self.be_free(household);
            }
            Plan::Lapse { lessor } => {
                let by = self.at_lessor(lessor, &mut dice);
                self.tell(at, by, Act::LapseAttribution { lapsed_on: day.to_string() });
                self.be_free(household);
            }
            Plan::LeaseReport { lessor } => self.report(at, lessor, &mut dice),
            Plan::Lease { lessor } => self.sign(at, lessor, &mut dice),
            Plan::NoAnswer { lessor } => {
                let by = self.at_lessor(lessor, &mut dice);
                self.tell(at, by, Act::RadiateNoAnswer {});
                self.leave(household);
            }
            Plan::InadmissibleWarning { lessor } => {
                let by = self.at_lessor(lessor, &mut dice);
                let warned = warning(WarningKind::Inadmissible, None, day, household);
                self.tell(at, by, Act::RecordWarning(warned));
                let from = deadlines::inadmissible_from(day, &Settings::default());
                let on = open_day(after(from, dice.between(0, 9)));
                self.agenda.add(on, household, Plan::Inadmissible { lessor });
            }
            Plan::Inadmissible { lessor } => {
                let by = self.at_lessor(lessor, &mut dice);
                self.tell(at, by, Act::RadiateInadmissible {});
                self.leave(household);
            }
            _ => {}
        }
    }

    fn be_free(&mut self, household: u32) {
        if let Some(live) = self.stock.get_mut(household) {
            live.busy = false;
        }
    }

    /// Somebody else than the lessor reports the lease: the territory's service of the State, who keeps the renewals.
    fn report(&mut self, (day, household): (Date, u32), lessor: u8, dice: &mut Dice) {
        let Some(signed_on) = self.stock.get(household).and_then(|live| live.signed_on) else { return };
        let siren = self.lessor(lessor).siren;
        let by = (self.households.scene.cast.commune(dice), Channel::Desk);
        let draft = LeaseReportDraft {
            signed_on: Some(signed_on.to_string()),
            lessor: Some(siren.to_string()),
            reference: Some(format!("SIGNALEMENT {household:06}")),
        };
        self.tell((day, household), by, Act::ReportLease(draft));
        if let Some(live) = self.stock.get_mut(household) {
            live.reported = true;
        }
    }

    fn sign(&mut self, (day, household): (Date, u32), lessor: u8, dice: &mut Dice) {
        let Some(live) = self.stock.get(household) else { return };
        let Some(signed_on) = live.signed_on else { return };
        let mut file = self.households.file(&live.who);
        let player = self.lessor(lessor);
        let rpls = rpls(dice);
        let mut draft = lease(dice, &file, player, rpls, signed_on);
        // The dwelling is where it was sought first, in the territory.
        if let Some(code) = first_choice(&file) {
            draft.commune = Some(code.to_string());
        }
        // Some lessors bring the resources up to the day of the lease.
        if household % 3 == 1 {
            draft.form = Some(file.refreshed(dice, day)).filter(|form| form.resources.is_some()).map(Box::new);
        }
        let by = self.at_lessor(lessor, dice);
        self.tell((day, household), by, Act::SignLease(Box::new(draft)));
        self.leave(household);
        if dice.percent(4) {
            self.agenda.add(open_day(after(day, dice.between(5, 40))), household, Plan::LateComer);
        }
    }

    /// A couple parts, or people who share a flat: the co-applicant gets a demand of his own.
    fn separate(&mut self, day: Date, dice: &mut Dice) {
        let found = self.look(dice, |days, live| {
            let joint = matches!(live.who.origin, Origin::Plain) && live.who.turns.is_empty();
            joint
                && between(live.who.drawn_on, day) >= 30
                && day < live.expires_on()
                && link_of(&days.households.file(&live.who)).is_some()
        });
        let Some(household) = found else { return };
        if is_closed(day) {
            return;
        }
        let Some(joint) = self.stock.get(household) else { return };
        let joint_who = joint.who.clone();
        let filed_on = joint.filed_on;
        let Some(link) = link_of(&self.households.file(&joint_who)) else { return };
        let number = self.number();
        let origin = Origin::Parted(Box::new(joint_who));
        let who = Who { household: number, attempt: 0, drawn_on: day, origin, turns: Vec::new() };
        let new = self.households.file(&who);
        let mut dice = self.chance(household);
        let (ground, proof) = match link {
            CoApplicantLink::FlatSharer => (SeparationGround::Consent, PieceType::CoApplicantConsent),
            CoApplicantLink::Cohabitant => (SeparationGround::SwornStatement, PieceType::SeparationStatement),
            CoApplicantLink::Spouse => (SeparationGround::LegalProof, PieceType::DivorceJudgment),
            CoApplicantLink::CivilPartner => (SeparationGround::LegalProof, PieceType::PactRupture),
        };
        let warned_on =
            (ground == SeparationGround::SwornStatement).then(|| after(day, -dice.between(2, 15)).to_string());
        let nationality = new.applicant().map(|applicant| applicant.nationality);
        let draft = SeparationDraft {
            co_applicant: Some(0),
            ground: Some(ground),
            warned_on,
            form: new.form.clone(),
            identity_piece: nationality.map(|nationality| piece::identity(&mut dice, nationality, Some(day))),
            proof: Some(proof_of(&mut dice, proof, day)),
            ..SeparationDraft::default()
        };
        let by = (self.households.scene.cast.desk_on(&mut dice, day), Channel::Desk);
        self.tell((day, household), by, Act::Separate(Box::new(draft)));
        self.opens(number);
        let leaving = persons(&new);
        if let Some(joint) = self.stock.get_mut(household) {
            joint.persons.retain(|person| !leaving.contains(person));
            joint.who.turns.push(Turn::Parted);
        }
        self.stock.put(Live::of(who, filed_on, day, leaving));
        self.agenda.add(after(day, dice.between(0, 14)), number, Plan::Certificate);
        self.begin(number, None);
    }
}

fn proof_of(dice: &mut Dice, proof: PieceType, day: Date) -> PieceDraft {
    piece::piece(dice, proof, "Justificatif de séparation", Some(day))
}

fn warning(kind: WarningKind, letter_sent_on: Option<Date>, day: Date, household: u32) -> WarningDraft {
    WarningDraft {
        kind: Some(kind),
        letter_sent_on: letter_sent_on.map(|day| day.to_string()),
        sent_on: Some(day.to_string()),
        proof: Some(DeliveryProof::RegisteredLetter),
        reference: Some(format!("AR {household:08}")),
    }
}

/// The commune that a household seeks first.
pub(crate) fn first_choice(file: &File) -> Option<CommuneCode> {
    let sought = file.form.sought.as_ref()?;
    CommuneCode::parse(sought.communes.first()?).ok()
}
