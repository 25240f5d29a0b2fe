//! The service as its clients see it: a real server on a loopback port, a real client.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

mod access;
mod again;
mod decisions;
mod harness;
mod json;
mod limits;
mod log;
mod masks;
mod open;
mod plain;
mod runs;
mod scenarios;
mod scoring;
mod seen;
mod store;
mod tenants;
mod tls;
mod upkeep;
mod uploads;
mod web;
