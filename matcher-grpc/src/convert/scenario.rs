//! What-if on the wire.

use matcher_core::scenario::{AgeBand, AgeMix, Axis, Comparison, Figure, FigureCode, Frontier, Moved, Outcome, QuotaState, Reason};

use crate::wire::v1;

use super::{count, gap_ppm, results};

/// An outcome, as much of it as was asked for.
pub(crate) fn outcome(of: &Outcome, view: v1::OutcomeView) -> v1::ScenarioOutcome {
    let offers = match view {
        v1::OutcomeView::Full => of.offers.iter().map(offer).collect(),
        v1::OutcomeView::Unspecified | v1::OutcomeView::Basic => Vec::new(),
    };
    v1::ScenarioOutcome {
        status: results::status(of.status).into(),
        objective_points: of.objective,
        bound_points: of.bound,
        gap_ppm: gap_ppm(of.objective, of.bound),
        suitability_points: of.suitability,
        penalty_points: of.penalties,
        affinity_points: of.affinity_points,
        applicants: count(of.applicants),
        vacancies: count(of.vacancies),
        placed: count(of.placed),
        pairs: of.pairs as u64,
        effort_per_mille: of.effort.median_per_mille,
        effort_above_third: count(of.effort.above_third),
        waiting_days: of.waiting_days,
        alone: count(of.alone.placed),
        alone_with_help: count(of.alone.with_help),
        quotas: of.quotas.iter().map(quota).collect(),
        mixes: of.mixes.iter().map(mix).collect(),
        offers,
    }
}

fn offer((household, dwelling): (&String, &String)) -> v1::ScenarioOffer {
    v1::ScenarioOffer { household_id: household.clone(), dwelling_id: dwelling.clone() }
}

fn quota(of: &QuotaState) -> v1::ScenarioQuota {
    v1::ScenarioQuota {
        quota_id: of.id.clone(),
        total: of.total,
        min: of.min,
        max: of.max,
        away: of.away,
        penalty_points: of.penalty,
        met: of.met,
    }
}

fn mix(of: &AgeMix) -> v1::ScenarioMix {
    v1::ScenarioMix { residence_id: of.residence.clone(), dwellings: of.dwellings, bands: of.bands.iter().map(band).collect() }
}

const fn band(of: &AgeBand) -> v1::ScenarioBand {
    v1::ScenarioBand {
        from_years: of.from,
        to_years: of.to,
        households: of.households,
        aim_low: of.low,
        aim_high: of.high,
        holds: of.holds,
    }
}

/// Two outcomes side by side.
pub(crate) fn comparison(of: &Comparison) -> v1::ScenarioComparison {
    let figure = |of: &Figure| v1::ScenarioFigure { code: figure_code(of.code).into(), before: of.before, after: of.after };
    v1::ScenarioComparison { figures: of.figures.iter().map(figure).collect(), moved: of.moved.iter().map(moved).collect() }
}

const fn figure_code(code: FigureCode) -> v1::FigureCode {
    match code {
        FigureCode::Objective => v1::FigureCode::Objective,
        FigureCode::Bound => v1::FigureCode::Bound,
        FigureCode::Suitability => v1::FigureCode::Suitability,
        FigureCode::Penalties => v1::FigureCode::Penalties,
        FigureCode::AffinityPoints => v1::FigureCode::AffinityPoints,
        FigureCode::Applicants => v1::FigureCode::Applicants,
        FigureCode::Vacancies => v1::FigureCode::Vacancies,
        FigureCode::Placed => v1::FigureCode::Placed,
        FigureCode::Pairs => v1::FigureCode::Pairs,
        FigureCode::QuotasMet => v1::FigureCode::QuotasMet,
        FigureCode::Quotas => v1::FigureCode::Quotas,
        FigureCode::BandsHeld => v1::FigureCode::BandsHeld,
        FigureCode::Bands => v1::FigureCode::Bands,
        FigureCode::EffortPerMille => v1::FigureCode::EffortPerMille,
        FigureCode::EffortAboveThird => v1::FigureCode::EffortAboveThird,
        FigureCode::WaitingDays => v1::FigureCode::WaitingDays,
        FigureCode::Alone => v1::FigureCode::Alone,
        FigureCode::AloneWithHelp => v1::FigureCode::AloneWithHelp,
    }
}

fn moved(of: &Moved) -> v1::MovedHousehold {
    v1::MovedHousehold {
        household_id: of.household.clone(),
        dwelling_id_before: of.before.clone().unwrap_or_default(),
        dwelling_id_after: of.after.clone().unwrap_or_default(),
        reason: Some(reason(&of.reason)),
    }
}

fn reason(of: &Reason) -> v1::MoveReason {
    use v1::MoveCode as Code;
    let plain = |code: Code| v1::MoveReason { code: code.into(), ..v1::MoveReason::default() };
    let ruled = |code: Code, rules: &[&str]| v1::MoveReason { rules: rules.iter().map(|rule| (*rule).to_owned()).collect(), ..plain(code) };
    let other = |code: Code, household: &String| v1::MoveReason { other_household_id: household.clone(), ..plain(code) };
    match of {
        Reason::Withdrawn => plain(Code::Withdrawn),
        Reason::Applies => plain(Code::Applies),
        Reason::DwellingGone => plain(Code::DwellingGone),
        Reason::DwellingNew => plain(Code::DwellingNew),
        Reason::Refused { rules } => ruled(Code::Refused, rules),
        Reason::Admitted { rules } => ruled(Code::Admitted, rules),
        Reason::Points { dwelling, before, after } => v1::MoveReason {
            dwelling_id: dwelling.clone(),
            points_before: Some(*before),
            points_after: Some(*after),
            ..plain(Code::Points)
        },
        Reason::GivenTo { household } => other(Code::GivenTo, household),
        Reason::LeftBy { household } => other(Code::LeftBy, household),
        Reason::Balance => plain(Code::Balance),
    }
}

/// The axis asked for; `None` where it is none.
pub(crate) fn axis(asked: i32) -> Option<Axis> {
    match v1::FrontierAxis::try_from(asked).ok()? {
        v1::FrontierAxis::Unspecified | v1::FrontierAxis::Distance => Some(Axis::Distance),
        v1::FrontierAxis::Placed => Some(Axis::Placed),
    }
}

/// A frontier.
pub(crate) fn frontier(of: &Frontier) -> v1::FrontierResponse {
    let axis = match of.axis {
        Axis::Distance => v1::FrontierAxis::Distance,
        Axis::Placed => v1::FrontierAxis::Placed,
    };
    let points = of.points.iter().map(|point| v1::FrontierPoint {
        suitability_points: point.suitability,
        penalty_points: point.penalties,
        placed: point.placed,
    });
    let lines = of.lines.iter().map(|line| v1::FrontierLine {
        suitability_weight: line.suitability,
        other_weight: line.other,
        bound: line.bound,
        status: results::status(line.status).into(),
    });
    v1::FrontierResponse {
        axis: axis.into(),
        points: points.collect(),
        lines: lines.collect(),
        is_whole: of.is_whole,
        price_points: of.price(),
    }
}
