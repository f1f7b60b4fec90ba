//! The second listener: `GET /metrics` and nothing else, for this machine alone.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;

use super::Metrics;

const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers until the task is ended.
pub async fn serve(listener: TcpListener, metrics: Metrics) {
    let answer = move || async move { ([(CONTENT_TYPE, FORMAT)], metrics.text()) };
    let router = Router::new().route("/metrics", get(answer));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "metrics are served no more");
    }
}
