//! Tasks of their own for commands, so that a caller who goes away leaves nothing half done (design law 12).

use std::future::Future;

use tokio::task::{JoinError, JoinHandle};

/// Where commands of one register run.
#[derive(Default)]
pub(crate) struct Tasks {
    #[cfg(feature = "memory")]
    pub(crate) life: Option<crate::memory::Life>,
}

impl Tasks {
    /// Runs to the end, whatever becomes of the caller.
    pub(crate) async fn run<F>(&self, work: F) -> Result<F::Output, JoinError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.start(work).await
    }

    /// Runs beside the caller.
    pub(crate) fn start<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let task = tokio::spawn(work);
        #[cfg(feature = "memory")]
        if let Some(life) = &self.life {
            life.ends_with(task.abort_handle());
        }
        task
    }
}
