//! Loops over columns, compiled for several instruction sets: the widest that the machine has is chosen at run time.
//!
//! A criterion or a rule is a plain loop over integers, written once as a [`Loop`]; [`Path::run`] is compiled once per instruction set,
//! so that the compiler may use registers of 512, 256 or 128 bits. Integers add up to the same on every path, so that the bytes of a
//! result do not depend on the machine; tests force each path and compare. The calls that this takes are made by the crate
//! `multiversion`, which asks the processor first; nothing here is `unsafe`.

mod bits;

pub use bits::Bits;

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// A loop worth compiling for several instruction sets.
pub trait Loop {
    /// What it gives.
    type Output;

    /// Runs it. Implementations are `#[inline(always)]`: what is called instead of being copied into its caller is compiled once only, for
    /// every machine.
    fn run(self) -> Self::Output;
}

/// A set of instructions for which the loops are compiled.
///
/// ```
/// use matcher_core::lanes::{Loop, Path};
///
/// struct Sum<'a>(&'a [i32]);
/// impl Loop for Sum<'_> {
///     type Output = i32;
///     #[inline(always)]
///     fn run(self) -> i32 {
///         self.0.iter().sum()
///     }
/// }
///
/// let numbers: Vec<i32> = (1..=100).collect();
/// assert!(Path::available().all(|path| path.run(Sum(&numbers)) == 5_050));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Path {
    /// What every processor of the architecture has; on ARM (64 bits) that is NEON.
    #[default]
    Baseline,
    /// x86-64 with AVX2: 256 bits.
    Avx2,
    /// x86-64 with AVX-512 (F, BW, CD, DQ, VL): 512 bits.
    Avx512,
}

impl Path {
    /// The paths that this machine has, the narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512].into_iter().filter(|path| path.is_available())
    }

    /// The widest path of this machine.
    pub fn best() -> Self {
        Self::available().last().unwrap_or_default()
    }

    /// As benches and reports write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Baseline if cfg!(target_arch = "aarch64") => "neon",
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    fn is_available(self) -> bool {
        match self {
            Self::Baseline => true,
            Self::Avx2 => has_avx2(),
            Self::Avx512 => has_avx512(),
        }
    }

    /// Runs a loop in the instructions of this path; on a machine without them, in those that every machine has. The answer is the same.
    ///
    /// Worth it for hundreds of entries: the call costs a few nanoseconds.
    #[inline]
    pub fn run<L: Loop>(self, work: L) -> L::Output {
        match self {
            Self::Baseline => work.run(),
            Self::Avx2 => avx2(work),
            Self::Avx512 => avx512(work),
        }
    }
}

#[multiversion(targets("x86_64+avx+avx2+bmi1+bmi2+lzcnt+popcnt"), dispatcher = "direct")]
fn avx2<L: Loop>(work: L) -> L::Output {
    work.run()
}

#[multiversion(targets("x86_64+avx+avx2+avx512bw+avx512cd+avx512dq+avx512f+avx512vl+bmi1+bmi2+lzcnt+popcnt"), dispatcher = "direct")]
fn avx512<L: Loop>(work: L) -> L::Output {
    work.run()
}

/// True where [`avx2`] takes its own instructions. It asks what the dispatcher asks.
#[multiversion(targets("x86_64+avx+avx2+bmi1+bmi2+lzcnt+popcnt"), dispatcher = "direct")]
fn has_avx2() -> bool {
    target_cfg_f!(target_feature = "avx2")
}

/// True where [`avx512`] takes its own instructions: `multiversion` asks for a machine on which they are no slower than others (Ice
/// Lake, Zen 4 and later).
#[multiversion(targets("x86_64+avx+avx2+avx512bw+avx512cd+avx512dq+avx512f+avx512vl+bmi1+bmi2+lzcnt+popcnt"), dispatcher = "direct")]
fn has_avx512() -> bool {
    target_cfg_f!(target_feature = "avx512f")
}
