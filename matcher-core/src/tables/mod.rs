//! Tables: what people have, as CSV with a declared format.

pub mod rows;
pub mod sheet;
