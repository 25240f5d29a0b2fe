//! The metrics of a server, as a program that collects them sees them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Where a server tells its metrics.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metrics(SocketAddr);

impl Metrics {
    /// An address that is free now.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn free() -> Result<Self, String> {
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map(Self).map_err(|e| e.to_string())
    }

    /// The settings that have a server tell them there.
    pub(super) fn settings(&self) -> String {
        format!("metrics_listen = \"{}\"\n", self.0)
    }

    /// All of them.
    ///
    /// # Errors
    /// Where nobody tells them.
    pub(super) fn text(&self) -> Result<String, String> {
        let mut stream = TcpStream::connect(self.0).map_err(|e| e.to_string())?;
        let mut told = String::new();
        let asked = stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        asked.and_then(|()| stream.read_to_string(&mut told)).map_err(|e| e.to_string())?;
        Ok(told)
    }

    /// One of them, by its name with its labels.
    ///
    /// # Errors
    /// Where it is not told.
    pub(super) fn read(&self, name: &str) -> Result<f64, String> {
        let text = self.text()?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)).and_then(|value| value.trim().parse().ok());
        value.ok_or_else(|| format!("{name} is not told"))
    }
}
