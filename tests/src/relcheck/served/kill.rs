//! The server is killed at random instants while clients upload, run and decide; what it has acknowledged must be there and equal.
//!
//! Every client is a tenant of its own and keeps, in order, what was acknowledged and the one thing it had asked when the server died.
//! After each start: everything acknowledged is there, word for word; what was asked and not answered is asked again with the same
//! `request_id`, and then the lists of the service hold what the client knows and nothing else, so that nothing is there in part
//! or twice. Every so many kills the runs are waited for and a new store is begun.

mod client;

use std::path::Path;
use std::process::Child;
use std::time::Duration;

use matcher_grpc::auth::Role;

use crate::families::Draw;

use super::process::{spawn, token};
use super::{Found, Served, Town, Trials, block_on, tiny_town};

use client::{Known, check, settle, work};

/// Clients at a time.
const CLIENTS: usize = 3;
/// Kills of one store.
const PER_STORE: u64 = 20;

/// Kills the server so often.
pub fn run(trials: &Trials) -> Found {
    run_with(trials, |_| Ok(()))
}

/// As [`run`]; `after_kill` is given the folder of the store each time the server is dead.
fn run_with(trials: &Trials, after_kill: impl Fn(&Path) -> Result<(), String>) -> Found {
    let mut found = Found::default();
    let mut store = 0;
    while found.tries < trials.tries {
        store += 1;
        let seed = trials.seed.wrapping_add(store - 1);
        let kills = PER_STORE.min(trials.tries - found.tries);
        let life = Life { program: &trials.program, seed, kills, after_kill: &after_kill };
        let (mut made, mut seen) = (0, 0);
        if let Err(what) = block_on(life.live(&mut made, &mut seen)) {
            found.bad.push(format!("store seed={seed} kill={made}: {what}"));
        }
        // A store that is lost ends its kills.
        found.tries += kills;
        found.seen += seen;
    }
    found
}

/// One store from its making to its last kill.
struct Life<'a, F> {
    program: &'a Path,
    seed: u64,
    kills: u64,
    after_kill: &'a F,
}

impl<F: Fn(&Path) -> Result<(), String>> Life<'_, F> {
    async fn live(&self, made: &mut u64, seen: &mut u64) -> Result<(), String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mut draw = Draw::new(self.seed, "kill");
        let town = tiny_town(self.seed)?;
        if draw.tenths(5) {
            // Killed while the store is made.
            let early = spawn(self.program, dir.path())?;
            ended_at(early, draw.between(0, 30))?;
        }
        let tokens = (0..CLIENTS).map(|at| token(dir.path(), &format!("town-{at}"), Role::Admin, "relcheck"));
        let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
        let mut known: Vec<Known> = (0..CLIENTS).map(|at| Known::new(self.seed, at)).collect();
        let mut server = Served::start(self.program, dir.path())?;
        while *made < self.kills {
            let instant = draw.between(0, 400);
            known = self.until_killed(server, &town, &tokens, known, instant).await?;
            *made += 1;
            (self.after_kill)(dir.path())?;
            while *made < self.kills && draw.tenths(3) {
                // Killed while it starts.
                ended_at(spawn(self.program, dir.path())?, draw.between(0, 60))?;
                *made += 1;
            }
            server = Served::start(self.program, dir.path())?;
            for (known, token) in known.iter_mut().zip(&tokens) {
                check(&mut server.clients(token).await?, &town, known).await?;
            }
        }
        for (known, token) in known.iter_mut().zip(&tokens) {
            settle(&mut server.clients(token).await?, known).await?;
            *seen += known.acknowledged();
        }
        server.kill()
    }

    /// Lets the clients work until the server is dead, after so many milliseconds.
    async fn until_killed(
        &self,
        server: Served,
        town: &Town,
        tokens: &[String],
        known: Vec<Known>,
        instant: i64,
    ) -> Result<Vec<Known>, String> {
        let mut tasks = Vec::new();
        for (known, token) in known.into_iter().zip(tokens) {
            let (clients, town) = (server.clients(token).await?, town.clone());
            tasks.push(tokio::spawn(work(clients, town, known)));
        }
        tokio::time::sleep(Duration::from_millis(instant.unsigned_abs())).await;
        let dead = std::time::Instant::now();
        server.kill()?;
        let mut all = Vec::new();
        for task in tasks {
            let ended = tokio::time::timeout(Duration::from_secs(60), task).await.map_err(|_| "a client hangs after the kill")?;
            let (known, refused, when) = ended.map_err(|e| e.to_string())?;
            // A refusal before the kill was no fault of the kill.
            if when < dead {
                return Err(format!("refused before the kill: {refused}"));
            }
            all.push(known);
        }
        Ok(all)
    }
}

/// Kills what was just begun after so many milliseconds.
fn ended_at(mut child: Child, instant: i64) -> Result<(), String> {
    std::thread::sleep(Duration::from_millis(instant.unsigned_abs()));
    child.kill().and_then(|()| child.wait()).map(|_| ()).map_err(|e| e.to_string())
}

/// The trials with the write-ahead log thrown away after each kill: what was acknowledged is lost, and must be found to be.
///
/// # Errors
/// Never where the trials are worth something: nothing bad was found.
pub fn finds_lost_writes(program: &Path) -> Result<(), String> {
    let trials = Trials { program: program.to_owned(), tries: 6, seed: 3 };
    let found = run_with(&trials, |dir| {
        let wal = dir.join("matcher.db-wal");
        if wal.exists() { std::fs::remove_file(wal).map_err(|e| e.to_string()) } else { Ok(()) }
    });
    if found.bad.is_empty() { Err("a lost write-ahead log was not noticed".to_owned()) } else { Ok(()) }
}
