//! Strangers who misuse the transport of a server, in a process of their own: they take no time from whom they do not attack.
//!
//! Usage: `strangers ADDRESS NTH HOW_MANY SECONDS`, the kind of misuse being the nth of [`Misuse::ALL`]. At its end it tells
//! the [`Harm`] as JSON.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use tests::misuse::{Harm, Misuse, misuse};
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, nth, how_many, seconds] = arguments.as_slice() else {
        return Err("usage: strangers ADDRESS NTH HOW_MANY SECONDS".into());
    };
    let kind = *Misuse::ALL.get(nth.parse::<usize>()?).ok_or("no such kind of misuse")?;
    let until = Instant::now() + Duration::from_secs(seconds.parse()?);
    let mut strangers = JoinSet::new();
    for _ in 0..how_many.parse::<usize>()? {
        strangers.spawn(misuse(kind, address.clone(), until));
    }
    let mut harm = Harm::default();
    while let Some(one) = strangers.join_next().await {
        harm += one?;
    }
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&harm)?)?;
    Ok(())
}
