//! What a running register does for itself: once an hour the wrapping keys are looked at, and rotated when it is time.

use std::time::Duration;

use register::Register;

use crate::keys::Keys;

const EVERY: Duration = Duration::from_secs(3_600);

/// Looks at once and then every hour. Never ends. Several servers may be at it: one does the work.
pub async fn keep(register: Register, keys: Keys) {
    loop {
        rotate(&register).await;
        // The view's own keys: what was destroyed does not live on in this process either.
        if let Err(error) = keys.0.begin_week(register.clock().today()).await {
            tracing::warn!(%error, "the week's wrapping key was not read");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn rotate(register: &Register) {
    match register.rotate_keys().await {
        Ok(None) => {}
        Ok(Some(rotation)) => {
            let destroyed = rotation.destroyed.len();
            if rotation.made.is_some() || rotation.rewrapped > 0 || destroyed > 0 {
                tracing::info!(rewrapped = rotation.rewrapped, destroyed, "wrapping keys rotated");
            }
            if !rotation.unopened.is_empty() {
                tracing::error!(keys = rotation.unopened.len(), "keys do not open and were not wrapped anew");
            }
        }
        // The next hour tries again; the doctor tells when it is too late.
        Err(error) => tracing::warn!(reason = error.reason(), "wrapping keys were not rotated"),
    }
}
