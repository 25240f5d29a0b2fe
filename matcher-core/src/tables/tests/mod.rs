//! Tests of the import: the catalogue of bad input by number, round trips, and random damage.

mod faults_numbers;
mod faults_tables;
mod faults_text;
mod links;
mod pieces;
mod random;
mod registry;
pub(crate) mod sample;
mod town;
