//! Which question to ask next: the one whose two answers lose the most, tried out with few pivots.

use crate::solve::lp::Verdict;

use super::exact::Whole;
use super::model::{Answer, Question};
use super::proof::Knot;
use super::search::Search;

/// Questions tried out at one place.
const TRIED: usize = 10;
/// Pivots per trial.
const TRIAL_PIVOTS: u64 = 15;

/// A question, the answer to follow first, and what is known of the other.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) answer: Answer,
    /// The other answer is closed by this already.
    pub(super) closed: Option<Knot>,
    /// The program's bound for the other answer, in points.
    pub(super) other_value: f64,
}

impl Search<'_> {
    /// Questions that the program's optimum leaves half answered, the most undecided first.
    fn questions(&self) -> Vec<(u32, Question, f64)> {
        let used = self.model.used();
        let mut questions: Vec<(u32, Question, f64)> = Vec::new();
        let mut dwellings: Vec<(u32, Question, f64)> = Vec::new();
        let mut from = 0;
        while from < used.len() {
            let h = used[from].0;
            let to = from + used[from..].iter().take_while(|e| e.0 == h).count();
            let mut shares: Vec<(usize, f64)> = Vec::new();
            for &(_, at, x) in &used[from..to] {
                let dwelling = self.problem.arc(at).dwelling;
                let residence = self.problem.residence(dwelling).index();
                match shares.iter_mut().find(|s| s.0 == residence) {
                    Some(share) => share.1 += x,
                    None => shares.push((residence, x)),
                }
                if x < 1.0 - 1e-6 {
                    dwellings.push((h as u32, Question::Dwelling(dwelling.index() as u32), x));
                }
            }
            questions.extend(
                shares.into_iter().filter(|s| s.1 > 1e-6 && s.1 < 1.0 - 1e-6).map(|(r, x)| (h as u32, Question::Residence(r as u32), x)),
            );
            from = to;
        }
        if questions.is_empty() {
            questions = dwellings;
        }
        questions.sort_by(|a, b| (a.2 - 0.5).abs().total_cmp(&(b.2 - 0.5).abs()));
        questions
    }

    /// The next question, or `None` where every household is decided.
    pub(super) fn choose(&mut self) -> Option<Choice> {
        let questions = self.questions();
        if questions.is_empty() {
            return self.undecided();
        }
        let mark = self.model.program.mark();
        let here = self.model.bound();
        let cutoff = self.cutoff();
        let mut best: Option<(f64, Choice)> = None;
        for (household, question, x) in questions.into_iter().take(TRIED) {
            let mut values = [here; 2];
            let mut closed: [Option<Knot>; 2] = [None, None];
            for (side, yes) in [true, false].into_iter().enumerate() {
                let undo = self.model.answer(self.problem, &mut self.domain, Answer { household, question, yes });
                let verdict = self.run(cutoff, TRIAL_PIVOTS);
                values[side] = self.model.bound().min(here);
                if verdict == Verdict::Infeasible {
                    closed[side] = self.refute().map(Knot::Ray);
                    values[side] = here - 1e6 * self.model.unit;
                } else if verdict == Verdict::Cutoff || verdict == Verdict::Optimal {
                    closed[side] = self.leaf_here();
                    if verdict == Verdict::Optimal {
                        self.take_integral();
                    }
                }
                self.model.undo(&mut self.domain, &undo);
                self.model.program.back_to(&mark);
            }
            let first = if closed[0].is_some() { false } else { closed[1].is_some() || values[0] >= values[1] };
            let other = usize::from(first);
            if closed.iter().any(Option::is_some) {
                let answer = Answer { household, question, yes: first };
                return Some(Choice { answer, closed: closed[other].take(), other_value: values[other] });
            }
            let losses = values.map(|v| ((here - v) / self.model.unit).max(1e-6));
            let merit = losses[0] * losses[1] + 1e-9 * (0.5 - (x - 0.5).abs());
            if best.as_ref().is_none_or(|b| merit > b.0) {
                let answer = Answer { household, question, yes: first };
                best = Some((merit, Choice { answer, closed: None, other_value: values[other] }));
            }
        }
        best.map(|b| b.1)
    }

    /// A leaf, if integers close the place that is being tried out.
    fn leaf_here(&mut self) -> Option<Knot> {
        let (whole, proved) = self.prove();
        self.beaten(&proved).then(|| self.leaf(whole))
    }

    /// Where the program has no half answer but integers do not close the place: any household with a choice left.
    fn undecided(&self) -> Option<Choice> {
        let used = self.model.used();
        let taken = |h: usize| used.iter().find(|e| e.0 == h).map(|e| e.1);
        for h in 0..self.domain.alive.len() {
            let mut arcs = self.domain.arcs(h);
            let Some(first) = arcs.next() else { continue };
            let second = arcs.next();
            if second.is_none() && self.domain.required[h] {
                continue;
            }
            let at = taken(h).unwrap_or(first);
            let dwelling = self.problem.arc(at).dwelling;
            let residence = self.problem.residence(dwelling);
            let elsewhere = self.domain.arcs(h).any(|at| self.problem.residence(self.problem.arc(at).dwelling) != residence);
            let question = if elsewhere || second.is_none() || !self.domain.required[h] {
                Question::Residence(residence.index() as u32)
            } else {
                Question::Dwelling(dwelling.index() as u32)
            };
            let answer = Answer { household: h as u32, question, yes: taken(h).is_some() };
            return Some(Choice { answer, closed: None, other_value: self.model.bound() });
        }
        None
    }

    /// The proof for a place where every household is decided: the one allocation there is judged exactly.
    pub(super) fn decided(&mut self) -> Knot {
        let problem = self.problem;
        let mut offers = vec![None; self.domain.alive.len()];
        let mut taken = vec![0u32; problem.dwellings().len()];
        let mut count = vec![0i64; problem.quotas().len()];
        for (h, offer) in offers.iter_mut().enumerate() {
            if let Some(at) = self.domain.arcs(h).next() {
                let arc = problem.arc(at);
                *offer = Some(arc.dwelling);
                taken[arc.dwelling.index()] += 1;
                for &(q, weight) in problem.cell(arc.cell) {
                    count[q.index()] += weight;
                }
            }
        }
        for (d, place) in problem.dwellings().iter().enumerate() {
            if taken[d] > place.capacity {
                return Knot::Ray(self.sealed(Whole { dwellings: vec![(d as u32, 1)], ..Whole::default() }));
            }
        }
        let mut whole = Whole::default();
        for (q, quota) in problem.quotas().iter().enumerate().filter(|&(q, _)| !self.exact.skipped[q]) {
            let above = quota.max.is_some_and(|max| count[q] > max);
            let below = quota.min.is_some_and(|min| count[q] < min);
            let (sign, penalty) = if above { (1, quota.penalty_above) } else { (-1, quota.penalty_below) };
            match penalty {
                _ if !above && !below => {}
                None => return Knot::Ray(self.sealed(Whole { quotas: vec![(q as u32, sign)], ..Whole::default() })),
                Some(penalty) => whole.quotas.push((q as u32, sign * penalty * self.options.scale)),
            }
        }
        self.offer(offers);
        let mut whole = self.sealed(whole);
        self.exact.share(&self.domain, &mut whole);
        Knot::Leaf(whole)
    }
}
