//! The threads that solves and passes over all pairs run on.

/// Runs on `threads` threads; 0 = on the current ones. No result depends on their number.
pub(crate) fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    if threads == 0 {
        return run();
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(run),
        // No threads to be had: the calling one gives the same answer.
        Err(_) => run(),
    }
}
