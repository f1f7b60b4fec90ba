//! A command that the database refuses by its content fails alone.

use event_log::{Refusal, Verdict};
use sqlx::Executor;

use crate::world::{append, command, committed, event, postgres, refused};

#[tokio::test]
async fn a_poison_command_fails_alone() {
    let world = postgres().await;
    world
        .superuser()
        .await
        .execute("ALTER TABLE log.events ADD CONSTRAINT no_poison CHECK (event_type <> 'Poison')")
        .await
        .expect("a constraint that only the database knows");
    let mut commands: Vec<_> = (0..10).map(|n| command(vec![append(&format!("s{n}"), 0, 1)])).collect();
    commands[4].streams[0].events.push(event("Poison"));
    let poison = commands[4].clone();

    let verdicts = world.log.append(commands).await.expect("answered");
    let mut next = 1;
    for (n, verdict) in verdicts.into_iter().enumerate() {
        if n == 4 {
            assert_eq!(refused(verdict), Refusal::Rejected { code: "23514".to_owned() });
        } else {
            assert_eq!(committed(verdict).first.get(), next);
            next += 1;
        }
    }
    // It leaves no receipt, and alone it is refused in the same way.
    assert_eq!(world.log.reader().receipt("org-1", poison.id).await.expect("asked"), None);
    assert!(matches!(world.one(poison).await, Verdict::Refused(Refusal::Rejected { .. })));
    assert_eq!(world.log.reader().head().await.expect("head").get(), 9);
}
