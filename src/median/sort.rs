//! A sort that can be cancelled.

use crate::error::Error;
use crate::memory::reserve;
use crate::parallel::Call;

/// Items sorted or merged between two chances to cancel: some 3 ms.
const CHUNK: usize = 1 << 16;

/// Sorts `items`, in no particular order where keys are equal. `spare` lends memory.
pub fn sort_by_key<T: Copy, K: Ord>(
    items: &mut Vec<T>,
    spare: &mut Vec<T>,
    key: impl Fn(&T) -> K,
    call: &Call,
) -> Result<(), Error> {
    for chunk in items.chunks_mut(CHUNK) {
        chunk.sort_unstable_by_key(&key);
        call.check()?;
    }
    let mut sorted = CHUNK;
    while sorted < items.len() {
        spare.clear();
        reserve(spare, items.len(), "sorting for the median filter")?;
        for pair in items.chunks(2 * sorted) {
            let (mut left, mut right) = pair.split_at(sorted.min(pair.len()));
            while let ([first, ..], [other, ..]) = (left, right) {
                let from = if key(other) < key(first) { &mut right } else { &mut left };
                spare.extend(from.split_off_first());
                if spare.len().is_multiple_of(CHUNK) {
                    call.check()?;
                }
            }
            spare.extend_from_slice(left);
            spare.extend_from_slice(right);
        }
        std::mem::swap(items, spare);
        sorted *= 2;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_lists_are_sorted() {
        for length in [0, 1, 2, 1000, CHUNK, CHUNK + 1, 3 * CHUNK + 7, 4 * CHUNK] {
            let number = |i: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40, i);
            let mut items: Vec<_> = (0..length as u64).map(number).collect();
            let mut expected = items.clone();
            expected.sort();
            sort_by_key(&mut items, &mut Vec::new(), |&item| item, &Call::new(1)).unwrap();
            assert!(items == expected, "{length}");
        }
    }
}
