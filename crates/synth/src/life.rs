//! The life of one demand: what is done to it, day by day, from its registration to its end or the end of the sample.

use demand::attribution::AttributionDraft;
use demand::modification::Origin;
use demand::radiation::lease::LeaseDraft;
use demand::radiation::renunciation::{RenunciationDraft, WrittenAct};
use demand::registration::ForceReason;
use demand::{Act, FormDraft, Registration};
use jiff::civil::Date;
use nomenclature::{Actor, Channel, Nationality, add_months};

use crate::cast::Player;
use crate::day::{after, at_a_desk};
use crate::dice::Dice;
use crate::file::{Change, File, Scene};
use crate::lease::{lease, rpls};
use crate::options::Options;
use crate::people::People;
use crate::piece;
use crate::plan::Plan;

/// One act of a life, not yet numbered.
pub(crate) struct Step {
    pub(crate) day: Date,
    pub(crate) actor: Actor,
    pub(crate) channel: Channel,
    pub(crate) act: Act,
    pub(crate) expect: Option<&'static str>,
}

/// Reasons of refusals that lives hold.
pub(crate) mod refusal {
    /// The person holds a demand here (INV-06).
    pub(crate) const DUPLICATE: &str = "DUPLICATE_DEMAND";
    /// The desk's territory is another one: there is nothing to see.
    pub(crate) const NOT_FOUND: &str = "DEMAND_NOT_FOUND";
    /// Only a lessor signs a lease (INV-25).
    pub(crate) const NOT_A_LESSOR: &str = "NOT_A_LESSOR";
    /// A lease without the dwelling's number (INV-27).
    pub(crate) const RPLS_MISSING: &str = "INVALID_FORM";
    /// A radiated demand cannot be changed (INV-30).
    pub(crate) const RADIATED: &str = "DEMAND_RADIATED";
    /// A demand past its expiry cannot be attributed a dwelling (INV-48).
    pub(crate) const EXPIRED: &str = "DEMAND_EXPIRED";
}

/// Nobody leaves the register earlier than that many days after coming in: whoever comes as his double finds him there.
pub(crate) const AT_LEAST_DAYS: i32 = 60;

/// How the registration comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// As usual.
    Plain,
    /// Refused first, because somebody of the same name was born the same day; then forced.
    Homonym,
}

/// Writes a life.
pub(crate) struct Writer<'a> {
    pub(crate) options: &'a Options,
    pub(crate) scene: &'a Scene,
    pub(crate) people: &'a mut People,
    pub(crate) dice: &'a mut Dice,
    pub(crate) household: u32,
}

/// A life under way.
pub(crate) struct Life {
    pub(crate) file: File,
    pub(crate) steps: Vec<Step>,
    pub(crate) plans: Vec<(Date, Plan)>,
    pub(crate) filed_on: Date,
    pub(crate) valid_from: Date,
    /// Lessors with an attribution in progress.
    open: Vec<usize>,
    ended: bool,
}

impl<'a> Writer<'a> {
    /// The acts of a household that registers on a day, in order. None is later than the end of the sample.
    pub(crate) fn write(&mut self, file: File, channel: Channel, day: Date, entry: Entry) -> Vec<Step> {
        let filed_on = match channel {
            Channel::Desk if self.dice.percent(50) => after(day, -self.dice.between(1, 20)),
            _ => day,
        };
        let mut life = Life {
            file,
            steps: Vec::new(),
            plans: Vec::new(),
            filed_on,
            valid_from: filed_on,
            open: Vec::new(),
            ended: false,
        };
        self.register(&mut life, channel, day, entry);
        self.plan(&mut life, day);
        let until = self.options.until;
        while let Some((day, plan)) = life.next() {
            let last_word = matches!(plan, Plan::LateComer);
            if day <= until && life.ended == last_word {
                self.act(&mut life, day, plan);
            }
        }
        life.steps
    }

    fn register(&mut self, life: &mut Life, channel: Channel, day: Date, entry: Entry) {
        let nationality = life.file.applicant().map(|applicant| applicant.nationality);
        let registration = self.registration(life.file.form.clone(), nationality, life.filed_on);
        let actor = self.scene.cast.by(self.dice, channel);
        let employer_siret = self.scene.cast.employer(actor, life.filed_on);
        let registration = Registration { employer_siret, ..registration };
        let mut forced = None;
        if entry == Entry::Homonym {
            life.steps.push(Step {
                day,
                actor,
                channel,
                act: Act::Register(Box::new(registration.clone())),
                expect: Some(refusal::DUPLICATE),
            });
            forced = Some(ForceReason::Homonym);
        }
        let act = Act::Register(Box::new(Registration { forced, ..registration }));
        life.steps.push(Step { day, actor, channel, act, expect: None });
    }

    fn registration(&mut self, form: FormDraft, nationality: Option<Nationality>, filed_on: Date) -> Registration {
        Registration {
            territory: self.options.territory,
            filed_on: Some(filed_on.to_string()),
            form,
            identity_piece: nationality.map(|nationality| piece::identity(self.dice, nationality, Some(filed_on))),
            forced: None,
            employer_siret: None,
        }
    }

    fn act(&mut self, life: &mut Life, day: Date, plan: Plan) {
        match plan {
            Plan::Piece(index) => {
                let Some((piece_type, label)) = piece::likely(&life.file).get(index).copied() else { return };
                let handed_in = after(day, -self.dice.between(0, 6)).max(life.filed_on);
                let received_on = self.dice.percent(60).then_some(handed_in);
                let draft = piece::piece(self.dice, piece_type, label, received_on);
                let channel = self.channel(60);
                self.anybody(life, day, channel, Act::AddPiece(draft));
            }
            Plan::Change(change) => {
                let Some(form) = life.file.change(self.dice, self.people, self.scene, change, day) else { return };
                let told_by_another = change == Change::Work && self.dice.percent(40);
                let origin = if told_by_another { Origin::ThirdPartyValidated } else { Origin::Applicant };
                let channel = if told_by_another { Channel::Desk } else { self.channel(55) };
                self.anybody(life, day, channel, Act::Modify { origin, form: Box::new(form) });
            }
            Plan::Renewal => self.renew(life, day),
            Plan::SecondDesk => self.second_desk(life, day),
            Plan::Stranger => {
                let actor = self.scene.cast.stranger.agent(self.dice);
                let act = Act::Renew { form: Box::default() };
                life.refused(at_a_desk(day, self.options.until), actor, act, refusal::NOT_FOUND);
            }
            Plan::NoLessor => {
                let actor = self.scene.cast.commune(self.dice);
                let draft = self.lease(life, day, 0);
                let day = at_a_desk(day, self.options.until);
                life.refused(day, actor, Act::SignLease(Box::new(draft)), refusal::NOT_A_LESSOR);
            }
            // A demand past its expiry is not proposed anything, and a lessor proposes one dwelling at a time.
            Plan::Attribution { decided_on, lessor } => {
                if decided_on > add_months(life.valid_from, 12) || life.open.contains(&lessor) {
                    return;
                }
                life.open.push(lessor);
                let rpls = self.dice.percent(70).then(|| rpls(self.dice));
                let draft = AttributionDraft { decided_on: Some(decided_on.to_string()), rpls };
                self.lessor(life, day, lessor, Act::Attribute(draft));
            }
            Plan::Refusal { lessor } if life.close(lessor) => {
                self.lessor(life, day, lessor, Act::RefuseAttribution { refused_on: day.to_string() });
                // Commissions propose again to those who still wait.
                if self.dice.percent(40) {
                    self.plan_attribution(life, day, 30, 60);
                }
            }
            Plan::Lapse { lessor } if life.close(lessor) => {
                self.lessor(life, day, lessor, Act::LapseAttribution { lapsed_on: day.to_string() });
            }
            Plan::Refusal { .. } | Plan::Lapse { .. } => {}
            Plan::Lease { signed_on, lessor } => self.sign(life, day, signed_on, lessor),
            Plan::Renunciation => self.renounce(life, day),
            Plan::LateComer => {
                let form = FormDraft { contact: life.file.form.contact.clone(), ..FormDraft::default() };
                let actor = self.scene.cast.desk(self.dice);
                let act = Act::Modify { origin: Origin::Applicant, form: Box::new(form) };
                life.refused(at_a_desk(day, self.options.until), actor, act, refusal::RADIATED);
            }
            Plan::LateOffer => {
                let actor = self.player(0).agent(self.dice);
                let draft = AttributionDraft { decided_on: Some(day.to_string()), rpls: None };
                let day = at_a_desk(day, self.options.until);
                life.refused(day, actor, Act::Attribute(draft), refusal::EXPIRED);
            }
        }
    }

    /// Half of the demands that live a year are renewed; the others just expire.
    fn renew(&mut self, life: &mut Life, day: Date) {
        let expires_on = add_months(life.valid_from, 12);
        if self.dice.percent(51) {
            if self.dice.percent(20) {
                life.plans.push((after(expires_on.max(day), self.dice.between(5, 28)), Plan::LateOffer));
            }
            return;
        }
        let channel = self.channel(60);
        let day = self.open_day(channel, day);
        let form = if self.dice.percent(65) { life.file.refreshed(self.dice, day) } else { FormDraft::default() };
        self.anybody(life, day, channel, Act::Renew { form: Box::new(form) });
        life.valid_from = life.last_day(day);
        let next = self.renewal_day(life.valid_from);
        life.plans.push((next, Plan::Renewal));
    }

    /// The same person at another desk, often typed otherwise; for a couple, sometimes the other one, alone.
    fn second_desk(&mut self, life: &mut Life, day: Date) {
        let Some(natural) = life.file.natural() else { return };
        let other = natural.members.adults.last().filter(|_| self.dice.percent(50));
        let Some(adult) = other.or(life.file.applicant()) else { return };
        let nationality = adult.nationality;
        let tax = natural.work[0].tax_known();
        let typed = File::of_one(self.dice, self.scene, adult.spelt_otherwise(), tax, day);
        let registration = self.registration(typed.form, Some(nationality), day);
        let actor = self.scene.cast.desk(self.dice);
        let registration = Registration { employer_siret: self.scene.cast.employer(actor, day), ..registration };
        let day = at_a_desk(day, self.options.until);
        life.refused(day, actor, Act::Register(Box::new(registration)), refusal::DUPLICATE);
    }

    fn sign(&mut self, life: &mut Life, day: Date, signed_on: Date, lessor: usize) {
        // Without a decision told before, the lease is the attribution: no lessor proposes to a demand past its expiry.
        let valid = life.valid_from..=add_months(life.valid_from, 12);
        if !life.open.contains(&lessor) && !valid.contains(&signed_on) {
            return;
        }
        let mut draft = self.lease(life, signed_on, lessor);
        let actor = self.player(lessor).agent(self.dice);
        let day = at_a_desk(day, self.options.until);
        // Some lessors bring the resources up to the day of the lease.
        if self.household % 3 == 1 {
            draft.form =
                Some(life.file.refreshed(self.dice, day)).filter(|form| form.resources.is_some()).map(Box::new);
        }
        if self.household.is_multiple_of(3) && self.dice.percent(35) {
            let forgotten = LeaseDraft { rpls: None, ..draft.clone() };
            life.refused(day, actor, Act::SignLease(Box::new(forgotten)), refusal::RPLS_MISSING);
        }
        life.accepted(day, actor, Channel::Desk, Act::SignLease(Box::new(draft)));
        self.end(life, day);
    }

    fn renounce(&mut self, life: &mut Life, day: Date) {
        let channel = self.channel(55);
        let day = self.open_day(channel, day);
        let (written_act, days) = match channel {
            Channel::Online => (WrittenAct::Portal, 0),
            Channel::Desk => (WrittenAct::Letter, self.dice.between(1, 9)),
        };
        let draft =
            RenunciationDraft { written_on: Some(after(day, -days).to_string()), written_act: Some(written_act) };
        self.anybody(life, day, channel, Act::Renounce(draft));
        self.end(life, day);
    }

    fn end(&mut self, life: &mut Life, day: Date) {
        life.ended = true;
        if self.dice.percent(25) {
            life.plans.push((after(day, self.dice.between(5, 40)), Plan::LateComer));
        }
    }

    fn lease(&mut self, life: &Life, signed_on: Date, lessor: usize) -> LeaseDraft {
        let rpls = rpls(self.dice);
        lease(self.dice, &life.file, self.player(lessor), rpls, signed_on)
    }

    fn player(&self, lessor: usize) -> &'a Player {
        &self.scene.cast.lessors[lessor]
    }

    /// Online so many times of a hundred.
    fn channel(&mut self, online: u32) -> Channel {
        if self.dice.percent(online) { Channel::Online } else { Channel::Desk }
    }

    fn open_day(&self, channel: Channel, day: Date) -> Date {
        if channel == Channel::Online { day } else { at_a_desk(day, self.options.until) }
    }

    fn anybody(&mut self, life: &mut Life, day: Date, channel: Channel, act: Act) {
        let actor = self.scene.cast.by(self.dice, channel);
        life.accepted(self.open_day(channel, day), actor, channel, act);
    }

    fn lessor(&mut self, life: &mut Life, day: Date, lessor: usize, act: Act) {
        let actor = self.player(lessor).agent(self.dice);
        life.accepted(at_a_desk(day, self.options.until), actor, Channel::Desk, act);
    }
}

impl Life {
    /// The next thing to come: the earliest, and of a day the one planned first.
    fn next(&mut self) -> Option<(Date, Plan)> {
        let (index, _) = self.plans.iter().enumerate().min_by_key(|(index, (day, _))| (*day, *index))?;
        Some(self.plans.remove(index))
    }

    /// Ends an attribution in progress; false when there is none.
    fn close(&mut self, lessor: usize) -> bool {
        let before = self.open.len();
        self.open.retain(|open| *open != lessor);
        self.open.len() < before
    }

    /// The day, or that of the act before it: an act moved to a Monday keeps its place before those of the week-end.
    fn last_day(&self, day: Date) -> Date {
        self.steps.last().map_or(day, |step| step.day.max(day))
    }

    fn accepted(&mut self, day: Date, actor: Actor, channel: Channel, act: Act) {
        let day = self.last_day(day);
        self.steps.push(Step { day, actor, channel, act, expect: None });
    }

    fn refused(&mut self, day: Date, actor: Actor, act: Act, reason: &'static str) {
        let day = self.last_day(day);
        self.steps.push(Step { day, actor, channel: Channel::Desk, act, expect: Some(reason) });
    }
}
