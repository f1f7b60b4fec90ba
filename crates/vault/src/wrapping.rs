//! The bytes of a wrapped key: format 1, then nonce and ciphertext of XChaCha20-Poly1305 under the key-encryption key.
//! Associated data: label, format, id of the key-encryption key, id of the key. So a row's bytes open in that row only.

use crate::key_service::Wrapped;
use crate::{DataKey, Error, KekId, KeyId, Secret32, cipher};

const FORMAT: u8 = 1;

fn associated(kek: KekId, id: KeyId) -> Vec<u8> {
    let kek = kek.to_string();
    let mut aad = b"sne-wrapped-key".to_vec();
    aad.push(FORMAT);
    aad.push(u8::try_from(kek.len()).expect("the id of a key-encryption key is short"));
    aad.extend_from_slice(kek.as_bytes());
    aad.extend_from_slice(&id.get().to_be_bytes());
    aad
}

pub(crate) fn wrap(kek_id: KekId, kek: &Secret32, key: &DataKey, id: KeyId) -> Result<Wrapped, Error> {
    let sealed = cipher::seal(kek, &associated(kek_id, id), key.secret().expose())?;
    Ok(Wrapped { kek: kek_id, bytes: [&[FORMAT], sealed.as_slice()].concat() })
}

pub(crate) fn unwrap(kek: &Secret32, wrapped: &Wrapped, id: KeyId) -> Result<DataKey, Error> {
    let altered = || Error::WrappedAltered { key: id };
    let (&FORMAT, sealed) = wrapped.bytes.split_first().ok_or_else(altered)? else { return Err(altered()) };
    let clear = cipher::open(kek, &associated(wrapped.kek, id), sealed).ok_or_else(altered)?;
    let clear = zeroize::Zeroizing::new(clear);
    Secret32::from_slice(&clear).map(DataKey::from).ok_or_else(altered)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_wrapped_key_opens_in_its_own_row_only() {
        let (week, other_week) = (KekId::of(date(2026, 11, 23)), KekId::of(date(2026, 11, 30)));
        let (kek, key, id) = (Secret32::random().unwrap(), DataKey::random().unwrap(), KeyId::new(5));
        let wrapped = wrap(week, &kek, &key, id).unwrap();
        assert_eq!(wrapped.bytes.len(), 73);
        assert_eq!(unwrap(&kek, &wrapped, id).unwrap().commitment(), key.commitment());

        assert!(unwrap(&kek, &wrapped, KeyId::new(6)).is_err(), "another row");
        assert!(unwrap(&Secret32::random().unwrap(), &wrapped, id).is_err(), "another key-encryption key");
        let renamed = Wrapped { kek: other_week, bytes: wrapped.bytes.clone() };
        assert!(unwrap(&kek, &renamed, id).is_err(), "another name for it");
        for index in 0..wrapped.bytes.len() {
            let mut bytes = wrapped.bytes.clone();
            bytes[index] ^= 1;
            assert!(unwrap(&kek, &Wrapped { kek: week, bytes }, id).is_err(), "byte {index}");
            let bytes = wrapped.bytes[..index].to_vec();
            assert!(unwrap(&kek, &Wrapped { kek: week, bytes }, id).is_err(), "cut at {index}");
        }
    }
}
