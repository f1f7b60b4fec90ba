//! Rows on their way into a table by binary COPY.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgConnection, Postgres};

/// Signature, flags, and the length of an extension that is not there.
const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const END: i16 = -1;
const NULL: i32 = -1;

/// Rows of one table that wait to be copied.
pub struct CopyRows {
    statement: String,
    columns: i16,
    rows: u64,
    buffer: PgArgumentBuffer,
}

impl CopyRows {
    /// Rows with these columns; the session says in which schema the table stands.
    pub fn new(table: &str, columns: &str) -> Self {
        Self {
            statement: format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)"),
            columns: i16::try_from(columns.split(',').count()).unwrap_or(i16::MAX),
            rows: 0,
            buffer: PgArgumentBuffer::default(),
        }
    }

    /// Begins the next row: every column follows, in order.
    pub fn row(&mut self) -> CopyRow<'_> {
        if self.buffer.is_empty() {
            self.buffer.extend(HEADER);
        }
        self.rows += 1;
        self.buffer.extend(self.columns.to_be_bytes());
        CopyRow { buffer: &mut self.buffer }
    }

    /// How many bytes wait.
    pub fn bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Copies what waits.
    pub(crate) async fn flush(&mut self, session: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.rows == 0 {
            return Ok(());
        }
        self.buffer.extend(END.to_be_bytes());
        let mut copy = session.copy_in_raw(&self.statement).await?;
        copy.send(self.buffer.as_slice()).await?;
        copy.finish().await?;
        self.buffer.clear();
        self.rows = 0;
        Ok(())
    }
}

/// A row that is being written.
pub struct CopyRow<'a> {
    buffer: &'a mut PgArgumentBuffer,
}

impl CopyRow<'_> {
    /// The next column. Its type must be the column's own: a COPY converts nothing.
    ///
    /// # Errors
    /// When the value cannot be written.
    pub fn field<'q>(self, value: impl Encode<'q, Postgres>) -> Result<Self, BoxDynError> {
        let at = self.buffer.len();
        self.buffer.extend(NULL.to_be_bytes());
        if let IsNull::No = value.encode_by_ref(self.buffer)? {
            let length = i32::try_from(self.buffer.len() - at - 4)?;
            self.buffer[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(self)
    }
}
