//! The server as a process, tokens for it, and towns small enough to be solved in an instant.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use matcher_generate::{Plan, Size, generate};
use matcher_grpc::auth::{Lifetime, Role, create_token};
use matcher_grpc::client::Clients;
use matcher_grpc::store::{Sqlite, Tenant};
use tonic::transport::{Channel, Endpoint};

/// How long a server may take until it says its address, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs.
#[derive(Debug)]
pub struct Served {
    child: Child,
    /// Where it listens.
    pub address: String,
}

impl Served {
    /// Starts `program serve` on the store in `dir` and waits until it says where it listens. Its log goes to the end of `log.txt`.
    ///
    /// # Errors
    /// Where it does not start; the end of what it said is told.
    pub fn start(program: &Path, dir: &Path) -> Result<Self, String> {
        let mut child = spawn(program, dir)?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let (sender, receiver) = mpsc::channel();
        // Read to the end, so that the server never waits for a reader.
        std::thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut served = Self { child, address: String::new() };
        let line = receiver.recv_timeout(PATIENCE).map_err(|_| {
            let log = std::fs::read_to_string(dir.join("log.txt")).unwrap_or_default();
            format!("the server does not start: {}", log.lines().last().unwrap_or_default())
        })?;
        let address = line.split_once(" serves on ").and_then(|(_, rest)| rest.split_once(',')).map(|(address, _)| address.to_owned());
        served.address = address.ok_or_else(|| format!("the server does not say where it listens: {line}"))?;
        Ok(served)
    }

    /// Kills it: SIGKILL, and waits until it is gone.
    ///
    /// # Errors
    /// Where it cannot be killed.
    pub fn kill(mut self) -> Result<(), String> {
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).map_err(|e| e.to_string())
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A connection to it.
    ///
    /// # Errors
    /// Where it takes none.
    pub async fn channel(&self) -> Result<Channel, String> {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).map_err(|e| e.to_string())?;
        endpoint.connect().await.map_err(|e| e.to_string())
    }

    /// The clients of the holder of `token`.
    ///
    /// # Errors
    /// Where the server takes no connection.
    pub async fn clients(&self, token: &str) -> Result<Clients, String> {
        Clients::new(self.channel().await?, token).map_err(|e| e.to_string())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already gone where it was killed.
        drop(self.child.kill().and_then(|()| self.child.wait()));
    }
}

/// Starts the server and does not wait for it.
pub(super) fn spawn(program: &Path, dir: &Path) -> Result<Child, String> {
    let log = OpenOptions::new().create(true).append(true).open(dir.join("log.txt")).map_err(|e| e.to_string())?;
    let mut command = Command::new(program);
    command.arg("serve").arg("--listen").arg("127.0.0.1:0").arg("--store").arg(store(dir));
    let settings = settings(dir);
    if settings.exists() {
        command.arg("--settings").arg(settings);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    command.spawn().map_err(|e| format!("{}: {e}; build it: cargo build --release -p matcher-cli", program.display()))
}

/// The file of settings in `dir`, which a server reads where there is one.
pub(super) fn settings(dir: &Path) -> PathBuf {
    dir.join("serve.toml")
}

/// The store's file in `dir`.
pub(super) fn store(dir: &Path) -> PathBuf {
    dir.join("matcher.db")
}

/// A token for the store in `dir`, which is made where there is none.
///
/// # Errors
/// Where the store fails.
pub fn token(dir: &Path, tenant: &str, role: Role, name: &str) -> Result<String, String> {
    let store = Sqlite::open(&store(dir)).map_err(|e| e.to_string())?;
    create_token(&store, &Tenant(tenant.into()), role, name, Lifetime::Unlimited).map(|made| made.0).map_err(|e| e.to_string())
}

/// The files of a town by name.
pub type Town = Vec<(String, Vec<u8>)>;

/// A town of a dozen households.
///
/// # Errors
/// Where it cannot be written.
pub fn tiny_town(seed: u64) -> Result<Town, String> {
    let mut plan = Plan::size(Size::XS);
    (plan.residences, plan.homes, plan.relet) = (2, (6, 9), 4);
    (plan.new_residences, plan.new_homes, plan.adapted) = (1, 3, 1);
    (plan.applicants, plan.transfers) = (16, 1);
    town(&plan, seed)
}

/// The town of a plan.
pub(super) fn town(plan: &Plan, seed: u64) -> Result<Town, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    generate(plan, seed).write(dir.path()).map_err(|e| e.to_string())?;
    let mut town = Town::new();
    for entry in std::fs::read_dir(dir.path()).map_err(|e| e.to_string())? {
        let path = entry.map_err(|e| e.to_string())?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name == "policy.toml" || path.extension().is_some_and(|extension| extension == "csv") {
            town.push((name, std::fs::read(&path).map_err(|e| e.to_string())?));
        }
    }
    town.sort();
    Ok(town)
}

/// The town with `mark` before every id of a household, residence or dwelling: ids no other town has.
pub fn renamed(town: &Town, mark: &str) -> Town {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let rename = |bytes: &[u8]| {
        let mut out = Vec::new();
        for (at, &byte) in bytes.iter().enumerate() {
            let begins = at == 0 || !is_word(bytes[at - 1]);
            if begins && matches!(byte, b'H' | b'R') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                out.extend(mark.as_bytes());
            }
            out.push(byte);
        }
        out
    };
    town.iter().map(|(name, bytes)| (name.clone(), rename(bytes))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_town_shares_no_id_with_the_other() {
        let town = tiny_town(1).unwrap();
        let text = |town: &Town, name: &str| String::from_utf8(town.iter().find(|file| file.0 == name).unwrap().1.clone()).unwrap();
        let ids =
            |town: &Town| text(town, "households.csv").lines().skip(1).map(|l| l.split(',').next().unwrap().to_owned()).collect::<Vec<_>>();
        let other = renamed(&town, "F");
        assert_eq!(ids(&town).len(), ids(&other).len());
        assert!(ids(&town).iter().zip(ids(&other)).all(|(id, renamed)| renamed == format!("F{id}")), "{:?}", ids(&other));
    }
}
