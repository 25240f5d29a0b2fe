//! Watches a solve from outside: the clock, Ctrl-C, the progress line and the trace. Core knows none of them.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use matcher_core::solve::{Control, Progress, Stage, StopSignal};

use crate::outcome::Failure;

/// Runs `solve` under a time limit; Ctrl-C once stops it with the best answer so far, twice ends the program.
///
/// # Errors
/// [`Failure::Write`] where the trace cannot be written.
pub(crate) fn watched<T>(limit: Duration, trace: Option<&Path>, solve: impl FnOnce(&Control<'_>) -> T) -> Result<T, Failure> {
    let signal = Arc::new(StopSignal::new());
    let pressed = AtomicBool::new(false);
    let for_keys = Arc::clone(&signal);
    let handler = move || {
        if pressed.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping with the best allocation so far; press Ctrl-C again to leave at once");
        for_keys.cancel();
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("Ctrl-C will end the program without an answer: {error}");
    }
    let sink = Mutex::new(Sink::new(trace)?);
    let tell = |progress: Progress| sink.lock().unwrap_or_else(PoisonError::into_inner).take(progress);
    let control = Control { stop: Some(&signal), progress: Some(&tell) };
    // The timer ends as soon as the solve does: the sender goes away.
    let (done, wait) = mpsc::channel::<()>();
    let timer = Arc::clone(&signal);
    let answer = std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(limit) {
                timer.time_over();
            }
        });
        let answer = solve(&control);
        drop(done);
        answer
    });
    sink.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
    Ok(answer)
}

/// Where progress goes.
struct Sink {
    start: Instant,
    best: Option<Progress>,
    bar: Option<ProgressBar>,
    trace: Option<(String, std::io::BufWriter<std::fs::File>)>,
    fault: Option<std::io::Error>,
}

impl Sink {
    fn new(trace: Option<&Path>) -> Result<Self, Failure> {
        let trace = trace
            .map(|path| {
                let name = path.display().to_string();
                let write = |source| Failure::Write { path: name.clone(), source };
                let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(write)?);
                writeln!(file, "seconds,bound,objective").map_err(write)?;
                Ok::<_, Failure>((name.clone(), file))
            })
            .transpose()?;
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Ok(Self { start: Instant::now(), best: None, bar, trace, fault: None })
    }

    fn take(&mut self, progress: Progress) {
        let best = self.best.map_or(progress, |before| progress.after(before));
        let (bound, objective) = (best.bound, best.objective);
        let improved = self.best.map(|before| (before.bound, before.objective)).unwrap_or_default() != (bound, objective);
        self.best = Some(best);
        if let Some(bar) = &self.bar {
            bar.set_message(message(progress.stage, bound, objective));
        }
        if let Some((_, file)) = self.trace.as_mut().filter(|_| improved) {
            let text = |value: Option<i64>| value.map(|v| v.to_string()).unwrap_or_default();
            let seconds = self.start.elapsed().as_secs_f64();
            if let Err(fault) = writeln!(file, "{seconds:.6},{},{}", text(bound), text(objective)) {
                self.fault.get_or_insert(fault);
            }
        }
    }

    fn finish(mut self) -> Result<(), Failure> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let Some((path, mut file)) = self.trace.take() else { return Ok(()) };
        match self.fault.take().map_or_else(|| file.flush(), Err) {
            Ok(()) => Ok(()),
            Err(source) => Err(Failure::Write { path, source }),
        }
    }
}

fn message(stage: Stage, bound: Option<i64>, objective: Option<i64>) -> String {
    let stage = match stage {
        Stage::Plain => "assignment",
        Stage::Prices => "prices of the quotas",
        Stage::Search => "better allocations",
        Stage::Proof => "proof of optimality",
        Stage::Tiers => "what is placed first",
    };
    let text = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |v| v.to_string());
    let gap = match (bound, objective) {
        (Some(bound), Some(objective)) => {
            format!("{:.4} %", 100.0 * (bound as f64 - objective as f64) / (objective.unsigned_abs().max(1) as f64))
        }
        _ => "-".to_owned(),
    };
    format!("{stage}   bound {}   best {}   gap {gap}", text(bound), text(objective))
}
