//! Instants and dates pass the wire unchanged, alone and in arrays.

use event_log::{PgDate, PgInstant, Role};
use jiff::Timestamp;
use jiff::civil::date;

use crate::world::postgres;

#[tokio::test]
async fn instants_and_dates_come_back_as_postgresql_prints_them() {
    let pool = postgres().await.pool(Role::Projector).await;
    for (text, printed) in [
        ("2000-01-01T00:00:00Z", "2000-01-01 00:00:00+00"),
        ("1970-01-01T00:00:00Z", "1970-01-01 00:00:00+00"),
        ("1899-12-31T23:59:59.999999Z", "1899-12-31 23:59:59.999999+00"),
        ("2026-03-29T00:59:59.123456Z", "2026-03-29 00:59:59.123456+00"),
        ("9999-12-30T22:00:00Z", "9999-12-30 22:00:00+00"),
    ] {
        let instant: Timestamp = text.parse().expect("an instant");
        let (there, back): (String, PgInstant) = sqlx::query_as("SELECT $1::timestamptz::text, $1")
            .bind(PgInstant(instant))
            .fetch_one(&pool)
            .await
            .expect("sent");
        assert_eq!((there.as_str(), back.0), (printed, instant));
    }
    for day in [date(2000, 1, 1), date(1, 1, 1), date(1582, 10, 10), date(2024, 2, 29), date(9999, 12, 31)] {
        let (there, back): (String, PgDate) = sqlx::query_as("SELECT to_char($1::date, 'FMYYYY-MM-DD'), $1")
            .bind(PgDate(day))
            .fetch_one(&pool)
            .await
            .expect("sent");
        assert_eq!(back.0, day);
        assert_eq!(there, format!("{}-{:02}-{:02}", day.year(), day.month(), day.day()));
    }
    let days = vec![PgDate(date(2026, 1, 1)), PgDate(date(1999, 12, 31))];
    let instants = vec![PgInstant(Timestamp::UNIX_EPOCH), PgInstant(Timestamp::from_second(7).expect("an instant"))];
    let (back_days, back_instants): (Vec<PgDate>, Vec<PgInstant>) =
        sqlx::query_as("SELECT $1::date[], $2::timestamptz[]")
            .bind(&days)
            .bind(&instants)
            .fetch_one(&pool)
            .await
            .expect("sent");
    assert_eq!((back_days, back_instants), (days, instants));
}

#[tokio::test]
async fn what_is_finer_than_a_microsecond_is_cut_towards_the_past() {
    let pool = postgres().await.pool(Role::Projector).await;
    for (nanos, micros) in [(1_999, 1), (-1, -1), (-1_001, -2)] {
        let instant = Timestamp::from_nanosecond(nanos).expect("an instant");
        let back: PgInstant =
            sqlx::query_scalar("SELECT $1").bind(PgInstant(instant)).fetch_one(&pool).await.expect("sent");
        assert_eq!(back.0, Timestamp::from_microsecond(micros).expect("an instant"));
    }
}

#[tokio::test]
async fn what_jiff_cannot_keep_is_an_error() {
    let pool = postgres().await.pool(Role::Projector).await;
    for sql in ["SELECT 'infinity'::timestamptz", "SELECT '294276-01-01'::timestamptz"] {
        assert!(sqlx::query_scalar::<_, PgInstant>(sql).fetch_one(&pool).await.is_err(), "{sql}");
    }
    for sql in ["SELECT 'infinity'::date", "SELECT '5874897-01-01'::date"] {
        assert!(sqlx::query_scalar::<_, PgDate>(sql).fetch_one(&pool).await.is_err(), "{sql}");
    }
}
